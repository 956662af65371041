import type { Remedy } from "../fix/remedy.ts";
import { enclosing } from "../handshake/simulate.ts";
import { locationPath } from "../handshake/upstream-request.ts";
import { type LocationRule, placeOf, type ProxiedLocation } from "./rule.ts";
import { called, marked, parameterText, quoted, upstreamName } from "./words.ts";

export const upstreamPath: LocationRule = {
  id: "upstream-path",
  over: "location",
  check(location, report) {
    const { pass, verdict, traffic } = location;
    const place = placeOf(pass);
    if (verdict.reasons.includes("upstream-path")) {
      const message = `${called(location)} sends ${upstreamName(location)} a path with a blank in it, because of ${quoted(pass)}: that is no request.`;
      report({ place, message, severity: "error" });
      return;
    }
    const parts = partsOf(location);
    if (parts === null || location.intent.serves !== "yes") {
      return;
    }
    const { path, uri } = parts;
    const sent = (asked: string): string => uri + asked.slice(path.length);
    if (/\/(?:socket|engine)\.io\/?$/.test(path) && uri === "/") {
      report({
        place,
        message: `${called(location)} sends ${marked(path)} to ${upstreamName(location)} as ${marked(sent(path))}, because ${quoted(pass)} ends in a path: ${path.split("/").findLast((part) => part !== "") ?? path} listens at its own path only.`,
        remedies: withUri(location, uri, ""),
      });
    } else if (path !== "" && path.endsWith("/") !== uri.endsWith("/")) {
      const asked = path.endsWith("/") ? `${path}x` : `${path}/x`;
      const isMixed = traffic === "mixed";
      // Clients of an endpoint that ask for nothing below it are well served, but for a slash at its own end.
      const isEvident = uri === `${path}/` || path === `${uri}/`;
      report({
        place,
        message: `${called(location)} sends ${marked(asked)} to ${upstreamName(location)} as ${marked(sent(asked))}: of its path and that of ${quoted(pass)} only one ends in a slash.`,
        remedies: isMixed && path.endsWith("/") ? withUri(location, uri, `${uri}/`) : [],
        ...(!isMixed && !isEvident && { severity: "notice" }),
      });
    }
  },
};

/** The path of a prefix location, and the one of `proxy_pass` that takes its place. */
function partsOf({ level, pass }: ProxiedLocation): { path: string; uri: string } | null {
  const location = enclosing(level, "location");
  const opener = location?.opener ?? null;
  const [target = ""] = pass.parameters;
  const [, uri] = /^https?:\/\/(?:unix:[^:]*:|(?!unix:)[^/]*)(\/[^?]*)$/i.exec(target) ?? [];
  const path = location === null ? null : locationPath(location);
  const isRewritten = location?.uses.some(({ name }) => name === "rewrite") === true;
  return uri === undefined ||
    path === null ||
    target.includes("$") ||
    isRewritten ||
    opener?.parameters[0]?.startsWith("=") === true
    ? null
    : { path, uri };
}

function withUri({ pass }: ProxiedLocation, uri: string, text: string): Remedy[] {
  const [word] = pass.directive.parameters;
  if (word === undefined || !parameterText(pass, 0).endsWith(uri)) {
    return [];
  }
  const span = { start: word.end - uri.length, end: word.end };
  return [{ kind: "replace", place: { document: pass.document, span }, text }];
}
