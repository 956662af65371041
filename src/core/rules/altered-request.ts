import { headerLines, effectiveSetting } from "../config/effective.ts";
import type { Use } from "../config/model.ts";
import { probeHeaders } from "../handshake/probe.ts";
import { isKnown, shown } from "../handshake/variables.ts";
import { headerValues } from "../handshake/verdict.ts";
import { linesOf } from "./pair.ts";
import { type LocationRule, placeOf, type ProxiedLocation } from "./rule.ts";
import { called, marked, quoted, upstreamName } from "./words.ts";

/** What a handshake says of itself beside the pair of headers. */
const ownHeaders = probeHeaders("websocket").filter(([name]) => name.startsWith("Sec-"));

/** Modules that never make a tunnel of a 101; uwsgi and scgi do. */
const withoutTunnel = /^(?:grpc|fastcgi|memcached)_pass$/;

export const alteredRequest: LocationRule = {
  id: "altered-request",
  over: "location",
  check(location, report) {
    const { pass, verdict, intent } = location;
    if (!verdict.reasons.includes("altered-request")) {
      return;
    }
    if (withoutTunnel.test(pass.name) && intent.serves === "yes") {
      report({
        place: placeOf(pass),
        message: `${called(location)} cannot upgrade: with ${marked(pass.name)} nginx never makes a tunnel of a 101. A WebSocket server is reached with proxy_pass.`,
      });
    }
    const onlyLenient = verdict.strict === "works";
    for (const { use, effect } of alterations(location)) {
      const end = onlyLenient
        ? "lenient servers such as Node's ws stumble over it"
        : "that is no handshake";
      report({
        place: placeOf(use),
        level: use.level,
        message: `${called(location)} sends ${effect} to ${upstreamName(location)}, because of ${quoted(use)}: ${end}.`,
        remedies: [{ kind: "remove", use }],
        ...(onlyLenient && { severity: "warning" }),
      });
    }
  },
};

/** What changes the request so that it is no handshake any more. */
function alterations({ exchanges, level }: ProxiedLocation): { use: Use; effect: string }[] {
  const request = exchanges.websocket.upstream;
  if (request === null) {
    return [];
  }
  const settings = (name: string): Use[] => {
    const setting = effectiveSetting(level, name);
    return setting.state === "set" ? [setting.use] : [];
  };
  const found = new Map<Use, string>();
  const add = (causes: readonly Use[], effect: string): void => {
    for (const use of causes) found.set(use, found.get(use) ?? effect);
  };
  if (isKnown(request.method) && request.method !== "GET") {
    add(settings("proxy_method"), `${request.method} instead of GET`);
  }
  for (const [name, asked] of ownHeaders) {
    const values = headerValues(request, name.toLowerCase());
    const isRight =
      values.length === 1 && values.every((value) => !isKnown(value) || value === asked);
    // No hidden line gives the client's key back.
    if (!isRight && (request.hidden === null || name === "Sec-WebSocket-Key")) {
      const lines = linesOf(headerLines(level).uses, name);
      add(
        lines.length === 0 ? settings("proxy_pass_request_headers") : lines,
        values.length === 0
          ? `no ${marked(name)}`
          : marked(`${name}: ${values.map(shown).join(", ")}`),
      );
    }
  }
  if (request.body !== null && request.body !== "") {
    add(settings("proxy_set_body"), "a body");
  }
  return [...found].map(([use, effect]) => ({ use, effect }));
}
