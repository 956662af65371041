import { hostFirst, isSince } from "../config/directives.ts";
import { effectiveList } from "../config/effective.ts";
import type { Use } from "../config/model.ts";
import type { UpstreamRequest } from "../handshake/model.ts";
import { isKnown, shown } from "../handshake/variables.ts";
import { hasToken } from "../handshake/verdict.ts";
import { linesOf } from "./pair.ts";
import { type LocationRule, placeOf } from "./rule.ts";
import { called, upstreamName, written } from "./words.ts";

export const contradictoryHeader: LocationRule = {
  id: "contradictory-header",
  over: "location",
  check(location, report) {
    const request = location.exchanges.websocket.upstream;
    const { uses } = effectiveList(location.level, "proxy_set_header");
    for (const name of ["Host", "Connection"] as const) {
      const lines = linesOf(uses, name).filter((use) => use.parameters[1] !== "");
      if (request === null || lines.length < 2) {
        continue;
      }
      const lastWins = name === "Host" && isSince(location.version, hostFirst);
      if (!lastWins && sentLines(request, name).length < 2) {
        continue;
      }
      const kept =
        lines.find((use) => name === "Connection" && saysUpgrade(request, use)) ?? lines[0];
      for (const extra of lines.filter((use) => use !== kept)) {
        const isClear =
          name === "Connection" || written(extra) === (kept === undefined ? "" : written(kept));
        report({
          place: placeOf(extra),
          level: extra.level,
          severity: name === "Host" && !lastWins ? "error" : "warning",
          message: `${called(location)} has ${lines.length} lines for ${name} (${lines.map(written).join(", ")}), and ${upstreamName(location)} gets ${name === "Host" ? hosts(location.versionKnown, lastWins) : "all of them"}.`,
          related: kept === undefined ? [] : [{ place: placeOf(kept), note: `sets ${name} too` }],
          remedies: isClear ? [{ kind: "remove", use: extra }] : [],
        });
      }
    }
  },
};

function hosts(versionKnown: boolean, lastWins: boolean): string {
  if (!versionKnown) {
    return "all of them, which servers answer with 400; from nginx 1.31.4 on only the last";
  }
  return lastWins ? "only the last" : "all of them, which servers answer with 400";
}

function sentLines(request: UpstreamRequest, name: string): readonly { value: string; use: Use }[] {
  return request.headers.flatMap(({ name: header, value, origin }) =>
    origin.from === "directive" && header.toLowerCase() === name.toLowerCase()
      ? [{ value: isKnown(value) ? value : shown(value), use: origin.use }]
      : [],
  );
}

function saysUpgrade(request: UpstreamRequest, use: Use): boolean {
  return sentLines(request, "Connection").some(
    (line) => line.use === use && hasToken(line.value, "upgrade"),
  );
}
