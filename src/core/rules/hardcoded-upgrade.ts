import type { Use } from "../config/level.ts";
import type { UpstreamHeader } from "../request/exchange.ts";
import { isKnown } from "../request/value.ts";
import { hasToken } from "../request/answer.ts";
import { usesNamed } from "../request/walk.ts";
import { endpointName } from "../intent/names.ts";
import { pathsOf } from "../intent/paths.ts";
import { type LocationRule, placeOf, type ProxiedLocation } from "./rule.ts";
import { called, marked, upstreamName, written } from "./phrases.ts";

export const hardcodedUpgrade: LocationRule = {
  id: "hardcoded-upgrade",
  group: "traffic",
  severity: "warning",
  from: "recommended",
  summary: "Ordinary requests reach the upstream as upgrade requests",
  fixMayChange: ["upgrade", "connection"],
  over: "location",
  check(location, report) {
    if (location.traffic !== "mixed" || isOnlySentTo(location)) {
      return;
    }
    const request = location.exchanges.plain.upstream;
    for (const header of request?.headers ?? []) {
      const use = hardcoded(header);
      if (use !== null) {
        const isUpgrade = header.name.toLowerCase() === "upgrade";
        report({
          place: placeOf(use),
          level: use.level,
          message: `${called(location)} sends ${marked(written(use).replace(/^proxy_set_header /, ""))} to ${upstreamName(location)} with ordinary requests too: strict servers answer them with 400.`,
          remedies: [
            isUpgrade
              ? { kind: "header", name: "Upgrade", value: "$http_upgrade" }
              : { kind: "header", name: "Connection", value: null },
          ],
        });
      }
    }
  },
};

/**
 * A named location that no `try_files` falls back to, but those of WebSocket endpoints, gets what some condition sends
 * there: often handshakes alone.
 */
function isOnlySentTo({ config, name }: ProxiedLocation): boolean {
  if (!name.name.startsWith("@")) {
    return false;
  }
  return !usesNamed(config, "try_files").some(
    ({ parameters, level }) => parameters.at(-1) === name.name && !isEndpoint(level.opener),
  );
}

function isEndpoint(location: Use | null): boolean {
  return endpointName(pathsOf(location))?.dedicated === true;
}

/** The line that makes an ordinary request look like an upgrade. */
function hardcoded({ name, value, origin }: UpstreamHeader): Use | null {
  if (origin.from !== "directive" || !isKnown(value)) {
    return null;
  }
  const isConnection = name.toLowerCase() === "connection" && hasToken(value, "upgrade");
  const isUpgrade = name.toLowerCase() === "upgrade" && value !== "";
  return isConnection || isUpgrade ? origin.use : null;
}
