import { hostFirst, isSince } from "../nginx/versions.ts";
import { headerLines } from "../config/effective.ts";
import type { Use } from "../config/level.ts";
import type { UpstreamRequest } from "../request/exchange.ts";
import { isKnown } from "../request/value.ts";
import { hasToken } from "../request/answer.ts";
import { withoutTags } from "../syntax/opaque.ts";
import { linesOf } from "./pair.ts";
import { type LocationRule, placeOf, type ProxiedLocation } from "./rule.ts";
import { attributed, called, upstreamName } from "./phrases.ts";

export const contradictoryHeader: LocationRule = {
  id: "contradictory-header",
  group: "handshake",
  severity: "warning",
  from: "basic",
  summary: "Two lines set the same header, and both are sent",
  fixMayChange: ["connection", "host", "upgrade"],
  over: "location",
  check(location, report) {
    const request = location.exchanges.websocket.upstream;
    const { uses } = headerLines(location.level);
    for (const name of request === null ? [] : ["Host", "Connection", "Upgrade"]) {
      const lines = linesOf(uses, name).filter((use) => isSent(use, request));
      const kept = lines.find((use) => isRight(use, name, request)) ?? lines[0];
      for (const extra of lines.filter((use) => use !== kept)) {
        const isClear = name !== "Host" || kept?.parameters[1] === extra.parameters[1];
        report({
          place: placeOf(extra),
          level: extra.level,
          message: `${called(location)} has ${lines.length} lines for ${name} (${lines.map(attributed).join(", ")}), and ${upstreamName(location)} gets ${got(name, location)}.`,
          related: kept === undefined ? [] : [{ place: placeOf(kept), note: `sets ${name} too` }],
          remedies: isClear ? [{ kind: "remove", use: extra }] : [],
          ...(isRefused(name, location) && { severity: "error" }),
        });
      }
    }
  },
};

/** Variables that are never empty in a request of HTTP/1.1; a line whose value is empty is not sent, and a template's tag may be. */
const neverEmpty = new Set(["$host", "$http_host", "$proxy_host"]);

function isSent(use: Use, request: UpstreamRequest | null): boolean {
  const [, text = ""] = use.parameters;
  return (
    neverEmpty.has(text) ||
    (withoutTags(text) !== "" && !text.includes("$")) ||
    valueOf(use, request) !== undefined
  );
}

function isRight(use: Use, name: string, request: UpstreamRequest | null): boolean {
  return hasToken(valueOf(use, request) ?? "", name === "Upgrade" ? "websocket" : "upgrade");
}

/** Servers answer two hosts with 400; Node's `ws` and Python's `websockets` refuse two lines for Upgrade. */
function isRefused(name: string, location: ProxiedLocation): boolean {
  return name === "Upgrade" || (name === "Host" && !sendsLast(location));
}

function got(name: string, location: ProxiedLocation): string {
  switch (name) {
    case "Host":
      return hosts(location);
    case "Upgrade":
      return "all of them, which Node's `ws` and Python's `websockets` refuse";
    default:
      return "all of them";
  }
}

/** The known value with which a line reaches the upstream. */
function valueOf(use: Use, request: UpstreamRequest | null): string | undefined {
  const header = request?.headers.find(
    ({ origin }) => origin.from === "directive" && origin.use === use,
  );
  return header !== undefined && isKnown(header.value) ? header.value : undefined;
}

function sendsLast({ version }: ProxiedLocation): boolean {
  return isSince(version, hostFirst);
}

function hosts(location: ProxiedLocation): string {
  if (!location.versionKnown) {
    return "all of them, which servers answer with 400; from nginx 1.31.4 on only the last";
  }
  return sendsLast(location) ? "only the last" : "all of them, which servers answer with 400";
}
