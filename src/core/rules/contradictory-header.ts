import { hostFirst, isSince } from "../config/directives.ts";
import { effectiveList } from "../config/effective.ts";
import type { Use } from "../config/model.ts";
import type { UpstreamRequest } from "../handshake/model.ts";
import { isKnown } from "../handshake/variables.ts";
import { hasToken } from "../handshake/verdict.ts";
import { linesOf } from "./pair.ts";
import { type LocationRule, placeOf, type ProxiedLocation } from "./rule.ts";
import { called, quoted, upstreamName } from "./words.ts";

export const contradictoryHeader: LocationRule = {
  id: "contradictory-header",
  over: "location",
  check(location, report) {
    const request = location.exchanges.websocket.upstream;
    const { uses } = effectiveList(location.level, "proxy_set_header");
    for (const name of request === null ? [] : ["Host", "Connection"]) {
      const lines = linesOf(uses, name).filter((use) => isSent(use, request));
      const kept = lines.find((use) => saysUpgrade(use, request)) ?? lines[0];
      for (const extra of lines.filter((use) => use !== kept)) {
        const isClear = name === "Connection" || kept?.parameters[1] === extra.parameters[1];
        report({
          place: placeOf(extra),
          level: extra.level,
          message: `${called(location)} has ${lines.length} lines for ${name} (${lines.map(quoted).join(", ")}), and ${upstreamName(location)} gets ${name === "Host" ? hosts(location) : "all of them"}.`,
          related: kept === undefined ? [] : [{ place: placeOf(kept), note: `sets ${name} too` }],
          remedies: isClear ? [{ kind: "remove", use: extra }] : [],
          ...(name === "Host" && !sendsLast(location) && { severity: "error" }),
        });
      }
    }
  },
};

/** Variables that are never empty in a request of HTTP/1.1; a line whose value is empty is not sent. */
const neverEmpty = new Set(["$host", "$http_host", "$proxy_host"]);

function isSent(use: Use, request: UpstreamRequest | null): boolean {
  const [, text = ""] = use.parameters;
  return (
    neverEmpty.has(text) ||
    (text !== "" && !text.includes("$")) ||
    valueOf(use, request) !== undefined
  );
}

function saysUpgrade(use: Use, request: UpstreamRequest | null): boolean {
  return hasToken(valueOf(use, request) ?? "", "upgrade");
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
