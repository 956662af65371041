import type { Use } from "../config/level.ts";
import type { Remedy } from "./remedy.ts";
import { variablesIn } from "../request/variables.ts";
import { selectedEntry } from "../request/map.ts";
import { definitions } from "../request/definitions.ts";
import { isKnown } from "../request/value.ts";
import { carriesToken, hasToken } from "../request/answer.ts";
import { keepsConnections } from "../request/upstream-block.ts";
import { type LocationRule, placeOf, type ProxiedLocation } from "./rule.ts";
import { called, quoted } from "./phrases.ts";

export const keepaliveDefeated: LocationRule = {
  id: "keepalive-defeated",
  group: "traffic",
  severity: "warning",
  from: "recommended",
  summary: "Ordinary requests close the connections that the upstream should keep",
  fixMayChange: ["connection"],
  over: "location",
  check(location, report) {
    const { config, upstream, version, exchanges, traffic } = location;
    if (traffic !== "mixed") {
      return;
    }
    const { plain, websocket } = exchanges;
    // A Connection that does not even upgrade is the handshake's matter first.
    if (
      upstream === null ||
      plain.upstream === null ||
      websocket.upstream === null ||
      carriesToken(websocket.upstream, "connection", "upgrade") !== true ||
      !keepsConnections(config, plain.upstream, version)
    ) {
      return;
    }
    const pool = upstream.inner?.uses.find((use) => use.name === "keepalive");
    for (const { name, value, origin } of plain.upstream.headers) {
      if (
        name.toLowerCase() !== "connection" ||
        origin.from !== "directive" ||
        !isKnown(value) ||
        !hasToken(value, "close")
      ) {
        continue;
      }
      const entry = entryFor(origin.use, location);
      report({
        place: placeOf(entry ?? origin.use),
        message: `${called(location)} sends \`Connection: close\` with ordinary requests (${quoted(entry ?? origin.use)}), so that none of their connections is kept, although ${pool === undefined ? `nginx keeps those to ${quoted(upstream)} by default from 1.29.7 on` : `${quoted(upstream)} says ${quoted(pool)}`}.`,
        related: [{ place: placeOf(pool ?? upstream), note: "connections are to be kept here" }],
        ...(pool === undefined && { severity: "notice" }),
        remedies: entry === null ? [] : [emptied(entry)],
      });
    }
  },
};

/** The line of the map that gives an ordinary request its `Connection`. */
function entryFor(line: Use, { config }: ProxiedLocation): Use | null {
  for (const variable of variablesIn(line.parameters[1] ?? "")) {
    const map = definitions(config).get(variable);
    if (map?.name === "map" && map.parameters[0]?.toLowerCase() === "$http_upgrade") {
      return selectedEntry(map, "");
    }
  }
  return null;
}

function emptied({ document, directive }: Use): Remedy {
  return {
    kind: "replace",
    place: { document, span: directive.parameters[0] ?? directive },
    text: "''",
  };
}
