import type { UpstreamRequest } from "../request/exchange.ts";
import { keepsConnections } from "../request/upstream-block.ts";
import { isKnown } from "../request/value.ts";
import { hasToken, headerValues } from "../request/answer.ts";
import type { LocationRule } from "./rule.ts";
import { called, headOf, marked, quoted } from "./phrases.ts";

export const upstreamKeepalive: LocationRule = {
  id: "upstream-keepalive",
  group: "enterprise",
  severity: "notice",
  from: "enterprise",
  summary: "The upstream keeps no connections for ordinary requests",
  over: "location",
  everyLocation: true,
  check(location, report) {
    const { config, upstream, version, versionKnown, exchanges } = location;
    const inner = upstream?.inner ?? null;
    const request = exchanges.plain.upstream;
    if (upstream === null || inner === null || request === null || inner.hidden.length > 0) {
      return;
    }
    const pool = inner.uses.findLast(({ name }) => name === "keepalive");
    const isMeant = pool?.parameters[0] === "0" || inner.uses.some(isChosenByLua);
    if (isMeant || keepsConnections(config, request, version)) {
      return;
    }
    const lacks =
      pool === undefined
        ? "has no `keepalive`"
        : `has ${quoted(pool)} before its balancing method, which takes its place`;
    report({
      place: headOf(upstream),
      level: inner,
      message: `${marked(`upstream ${upstream.parameters[0] ?? ""}`)} ${lacks}, so that nginx ${versionKnown ? "" : "before 1.29.7 "}opens a connection for each ordinary request of ${called(location)}. WebSockets are not concerned.`,
      inAnyVersion: true,
      remedies:
        pool === undefined && isKeepable(request)
          ? [{ kind: "directive", name: "keepalive", parameters: ["32"] }]
          : [],
    });
  },
};

function isChosenByLua({ name }: { readonly name: string }): boolean {
  return name.includes("_by_lua");
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
