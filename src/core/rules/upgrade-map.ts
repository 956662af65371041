import { isKnown } from "../request/value.ts";
import { hasToken } from "../request/answer.ts";
import { type LocationRule, placeOf } from "./rule.ts";
import { called, quoted } from "./phrases.ts";

export const upgradeMap: LocationRule = {
  id: "upgrade-map",
  group: "enterprise",
  severity: "notice",
  from: "enterprise",
  summary: "A literal `Connection` where a map would serve both kinds of traffic",
  fixMayChange: ["connection"],
  demands: { connection: "map" },
  over: "location",
  check(location, report) {
    // Where ordinary requests are known to pass, hardcoded-upgrade speaks.
    const request = location.traffic === "websocket" ? location.exchanges.plain.upstream : null;
    for (const { name, value, origin } of request?.headers ?? []) {
      if (
        name.toLowerCase() === "connection" &&
        origin.from === "directive" &&
        isKnown(value) &&
        hasToken(value, "upgrade") &&
        origin.use.parameters[1]?.includes("$") === false
      ) {
        report({
          place: placeOf(origin.use),
          level: origin.use.level,
          message: `${called(location)} has ${quoted(origin.use)}, which is right for handshakes only: with a map the same lines serve ordinary requests too.`,
          remedies: [{ kind: "header", name: "Connection", value: null }],
        });
      }
    }
  },
};
