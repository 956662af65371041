import { locate } from "../request/locate.ts";
import { enclosing } from "../config/level.ts";
import { locationPath } from "../config/location-name.ts";
import { fixedEndpoint } from "../intent/software.ts";
import { type LocationRule, placeOf, type ProxiedLocation } from "./rule.ts";
import { called, marked, quoted, upstreamName } from "./phrases.ts";

export const upstreamPath: LocationRule = {
  id: "upstream-path",
  group: "traffic",
  severity: "warning",
  from: "recommended",
  summary: "The path that reaches the upstream is not the one that was meant",
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
    const way = (asked: string): string =>
      `${called(location)} sends ${marked(asked)} to ${upstreamName(location)} as ${marked(sent(asked))}`;
    // No suggestion: only who knows the upstream can tell which of the two paths is meant.
    const fixed = fixedEndpoint(path);
    if (fixed !== null && !uri.replace(/\/$/, "").endsWith(fixed.endpoint)) {
      const message = `${way(path)}, because ${quoted(pass)} ends in a path: ${fixed.name} listens at ${marked(fixed.endpoint)} only.`;
      report({ place, message });
      return;
    }
    const isUneven = path !== "" && path.endsWith("/") !== uri.endsWith("/");
    // Clients of an endpoint that ask for nothing below it are well served, but for a slash at its own end.
    const isMeant = traffic === "websocket" && uri !== `${path}/` && path !== `${uri}/`;
    const asked = path.endsWith("/") ? `${path}x` : `${path}/x`;
    if (isUneven && !isMeant && isTaken(asked, location)) {
      const message = `${way(asked)}: of its path and that of ${quoted(pass)} only one ends in a slash.`;
      report({ place, message });
    }
  },
};

/** Whether requests for the path come here, and not to another location of the server. */
function isTaken(path: string, { config, level }: ProxiedLocation): boolean {
  const found = locate(enclosing(level, "server") ?? config.main, path);
  return !("unknown" in found) && found.level === enclosing(level, "location");
}

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
