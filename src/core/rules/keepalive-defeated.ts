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
    const { upstream } = location;
    if (upstream === null || !isMeantToKeep(location)) {
      return;
    }
    const pool = upstream.inner?.uses.find((use) => use.name === "keepalive");
    const kept =
      pool === undefined
        ? `nginx keeps those to ${quoted(upstream)} by default from 1.29.7 on`
        : `${quoted(upstream)} says ${quoted(pool)}`;
    for (const line of closingLines(location)) {
      const entry = entryFor(line, location);
      report({
        place: placeOf(entry ?? line),
        message: `${called(location)} sends \`Connection: close\` with ordinary requests (${quoted(entry ?? line)}), so that none of their connections is kept, although ${kept}.`,
        related: [{ place: placeOf(pool ?? upstream), note: "connections are to be kept here" }],
        ...(pool === undefined && { severity: "notice" }),
        remedies: entry === null ? [] : [emptied(entry)],
      });
    }
  },
};

/** Ordinary requests pass where handshakes upgrade, to an upstream that keeps connections. */
function isMeantToKeep({ config, version, exchanges, traffic }: ProxiedLocation): boolean {
  const { plain, websocket } = exchanges;
  // A Connection that does not even upgrade is the handshake's matter first.
  return (
    traffic === "mixed" &&
    plain.upstream !== null &&
    websocket.upstream !== null &&
    carriesToken(websocket.upstream, "connection", "upgrade") === true &&
    keepsConnections(config, plain.upstream, version)
  );
}

/** The lines that tell the upstream to close the connection of an ordinary request. */
function closingLines({ exchanges: { plain } }: ProxiedLocation): readonly Use[] {
  return (plain.upstream?.headers ?? []).flatMap(({ name, value, origin }) =>
    name.toLowerCase() === "connection" &&
    origin.from === "directive" &&
    isKnown(value) &&
    hasToken(value, "close")
      ? origin.use
      : [],
  );
}

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
