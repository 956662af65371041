import { headerLines } from "../config/effective.ts";
import { linesOf } from "./pair.ts";
import { type LocationRule, placeOf } from "./rule.ts";
import { called, marked, upstreamName } from "./phrases.ts";

/** What the published configurations tell an application of its client, and from where. */
const clientValues = {
  "X-Real-IP": "$remote_addr",
  "X-Forwarded-For": "$proxy_add_x_forwarded_for",
  "X-Forwarded-Proto": "$scheme",
} as const;

export const clientHeaders: LocationRule = {
  id: "client-headers",
  group: "enterprise",
  severity: "notice",
  from: "enterprise",
  summary: "The upstream is not told the client's address and scheme",
  over: "location",
  check(location, report) {
    const { uses, hidden } = headerLines(location.level);
    if (hidden !== null || location.exchanges.websocket.upstream === null) {
      return;
    }
    const missing = Object.entries(clientValues).filter(
      ([name]) => linesOf(uses, name).length === 0,
    );
    if (missing.length > 0) {
      const names = listed(missing.map(([name]) => marked(name)));
      const things = new Set(
        missing.map(([name]) => (name.endsWith("Proto") ? "scheme" : "address")),
      );
      report({
        place: placeOf(location.pass),
        message: `${called(location)} sets no ${names}, so that ${upstreamName(location)} does not learn the client's ${listed([...things])} from there, or believes what the client says of itself.`,
        remedies: missing.map(([name, value]) => ({ kind: "header", name, value })),
      });
    }
  },
};

function listed(words: readonly string[]): string {
  return words.join(", ").replace(/, ([^,]*)$/, " and $1");
}
