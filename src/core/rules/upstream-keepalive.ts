import { httpOneOneByDefault, isSince } from "../config/directives.ts";
import type { UpstreamRequest } from "../handshake/model.ts";
import { isKnown } from "../handshake/variables.ts";
import { hasToken, headerValues } from "../handshake/verdict.ts";
import { type LocationRule } from "./rule.ts";
import { called, headOf } from "./words.ts";

export const upstreamKeepalive: LocationRule = {
  id: "upstream-keepalive",
  over: "location",
  everyLocation: true,
  check(location, report) {
    const { upstream, version, versionKnown, exchanges } = location;
    const inner = upstream?.inner ?? null;
    const request = exchanges.plain.upstream;
    if (upstream === null || inner === null || request === null || inner.hidden.length > 0) {
      return;
    }
    if (isSince(version, httpOneOneByDefault) || inner.uses.some(isKeepalive)) {
      return;
    }
    report({
      place: headOf(upstream),
      level: inner,
      message: `upstream ${upstream.parameters[0] ?? ""} has no keepalive, so that nginx ${versionKnown ? "" : "before 1.29.7 "}opens a connection for each ordinary request of ${called(location)}. WebSockets are not concerned.`,
      inAnyVersion: true,
      remedies: isKeepable(request)
        ? [{ kind: "directive", name: "keepalive", parameters: ["32"] }]
        : [],
    });
  },
};

function isKeepalive({ name }: { readonly name: string }): boolean {
  return name === "keepalive" || name === "balancer_by_lua_block";
}

/** A pool is of use only to requests that do not ask the server to close. */
function isKeepable(request: UpstreamRequest): boolean {
  return (
    request.httpVersion === "1.1" &&
    headerValues(request, "connection").every(
      (value) => isKnown(value) && !hasToken(value, "close"),
    )
  );
}
