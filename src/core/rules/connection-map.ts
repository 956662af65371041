import { lostHeader } from "./pair.ts";
import type { LocationRule } from "./rule.ts";
import { called, sent, upstreamName } from "./words.ts";

export const connectionMap: LocationRule = {
  id: "connection-map",
  over: "location",
  check(location, report) {
    for (const lost of [lostHeader(location, "Upgrade"), lostHeader(location, "Connection")]) {
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
