import { effectiveList } from "../config/effective.ts";
import { hiddenResponseHeaders } from "../request/answer.ts";
import { type LocationRule, placeOf } from "./rule.ts";
import { called, marked, quoted } from "./phrases.ts";

export const hiddenResponseHeader: LocationRule = {
  id: "hidden-response-header",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "A header of the 101 answer that the client needs is hidden from it",
  over: "location",
  check(location, report) {
    if (location.verdict.strict === "works" || location.exchanges.websocket.upstream === null) {
      return;
    }
    const hidden = hiddenResponseHeaders(location.level);
    for (const use of effectiveList(location.level, "proxy_hide_header").uses) {
      const [name = ""] = use.parameters;
      if (hidden.includes(name)) {
        report({
          place: placeOf(use),
          level: use.level,
          message: `${called(location)} answers a handshake without ${marked(name)}, because of ${quoted(use)}: the client refuses such a 101.`,
          remedies: [{ kind: "remove", use }],
        });
      }
    }
  },
};
