import { headerLines } from "../config/effective.ts";
import { type Use, enclosing } from "../config/level.ts";
import { askServer, samplePaths, withPassword } from "../handshake/ask.ts";
import { isInside } from "../handshake/reach.ts";
import { linesOf } from "./pair.ts";
import { type LocationRule, placeOf, type ProxiedLocation } from "./rule.ts";
import { called, quoted, upstreamName } from "./phrases.ts";

export const originCheck: LocationRule = {
  id: "origin-check",
  group: "hardened",
  severity: "notice",
  from: "hardened",
  summary: "Pages of other sites can open a WebSocket in a visitor's name",
  over: "location",
  check(location, report) {
    const { uses } = headerLines(location.level);
    const line = linesOf(uses, "Origin").find(isConstant);
    if (line !== undefined) {
      report({
        place: placeOf(line),
        level: line.level,
        message: `${called(location)} hides from ${upstreamName(location)} which page a handshake comes from (${quoted(line)}), so that the application cannot refuse those of other sites.`,
      });
    } else if (letsOthersIn(location)) {
      report({
        place: placeOf(location.pass),
        message: `${called(location)} lets pages of any site open a WebSocket with the visitor's cookies, unless the application compares \`Origin\` itself.`,
      });
    }
  },
};

function isConstant({ parameters }: Use): boolean {
  return parameters[1]?.includes("$") === false;
}

/** Whether a handshake from a page of another site reaches the upstream; false where that cannot be told. */
function letsOthersIn({ config, level, version }: ProxiedLocation): boolean {
  const location = enclosing(level, "location");
  const server = enclosing(level, "server");
  const [target] = location === null ? [] : samplePaths(location);
  if (location === null || server === null || target === undefined || location.hidden.length > 0) {
    return false;
  }
  const headers = [["Origin", "https://other-site.example"], ...withPassword] as const;
  const asked = { probe: "websocket", target: encodeURI(target), headers } as const;
  const exchange = askServer(config, server, asked, version);
  return (
    exchange?.outcome === "proxied" && exchange.level !== null && isInside(exchange.level, location)
  );
}
