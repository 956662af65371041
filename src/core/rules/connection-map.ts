import { lostHeader } from "./pair.ts";
import type { LocationRule } from "./rule.ts";
import { called, sent, upstreamName } from "./phrases.ts";

export const connectionMap: LocationRule = {
  id: "connection-map",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "The map behind `Connection` or `Upgrade` gives a handshake the wrong value",
  fixMayChange: ["upgrade", "connection"],
  over: "location",
  check(location, report) {
    // One map may feed both; then what is said of Upgrade stays.
    for (const lost of [lostHeader(location, "Connection"), lostHeader(location, "Upgrade")]) {
      if (lost?.blame.rule === "connection-map") {
        const { why, ...where } = lost.blame.fault;
        report({
          ...where,
          message: `${called(location)} sends ${sent(lost.request, lost.name)} to ${upstreamName(location)} for a handshake: ${why}.`,
        });
      }
    }
  },
};
