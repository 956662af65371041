import { effectiveSetting } from "../config/effective.ts";
import type { Use } from "../config/model.ts";
import { isKnown } from "../handshake/variables.ts";
import { headerValues } from "../handshake/verdict.ts";
import { type LocationRule, placeOf, type ProxiedLocation } from "./rule.ts";
import { called, upstreamName, written } from "./words.ts";

/** Modules that never make a tunnel of a 101; uwsgi and scgi do. */
const withoutTunnel = /^(?:grpc|fastcgi|memcached)_pass$/;

export const alteredRequest: LocationRule = {
  id: "altered-request",
  over: "location",
  check(location, report) {
    const { pass, verdict, intent } = location;
    if (withoutTunnel.test(pass.name) && intent.serves === "yes" && verdict.strict === "breaks") {
      report({
        place: placeOf(pass),
        message: `${called(location)} cannot upgrade: with ${pass.name} nginx never makes a tunnel of a 101. A WebSocket server is reached with proxy_pass.`,
      });
    }
    for (const { use, effect } of verdict.strict === "breaks" ? alterations(location) : []) {
      report({
        place: placeOf(use),
        level: use.level,
        message: `${called(location)} sends ${upstreamName(location)} ${effect}, because of ${written(use)}: that is no handshake.`,
        remedies: [{ kind: "remove", use }],
      });
    }
  },
};

/** What changes the request so that it is no handshake any more. */
function alterations({
  exchanges,
  level,
  verdict,
}: ProxiedLocation): { use: Use; effect: string }[] {
  const request = exchanges.websocket.upstream;
  if (request === null || !verdict.reasons.includes("altered-request")) {
    return [];
  }
  const found: { use: Use; effect: string }[] = [];
  const add = (name: string, effect: string): void => {
    const setting = effectiveSetting(level, name);
    if (setting.state === "set") {
      found.push({ use: setting.use, effect });
    }
  };
  if (isKnown(request.method) && request.method !== "GET") {
    add("proxy_method", `${request.method} instead of GET`);
  }
  if (request.hidden === null && headerValues(request, "sec-websocket-key").length === 0) {
    add("proxy_pass_request_headers", "no Sec-WebSocket-Key");
  }
  add("proxy_set_body", "a body");
  return found;
}
