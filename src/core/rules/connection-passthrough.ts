import { rememberedOf } from "../basics/collections.ts";
import type { Document } from "../repository/document.ts";
import { isKnown } from "../request/value.ts";
import { hasToken } from "../request/answer.ts";
import { type LocationRule, placeOf } from "./rule.ts";
import { called, quoted, upstreamName } from "./phrases.ts";

export const connectionPassthrough: LocationRule = {
  id: "connection-passthrough",
  group: "traffic",
  severity: "warning",
  from: "recommended",
  summary: "The client decides what `Connection` says to the upstream",
  fixMayChange: ["connection"],
  over: "location",
  check(location, report) {
    if (!location.config.documents.some(mayPassOn)) {
      return;
    }
    const request = location.exchanges.h2c.upstream;
    for (const { name, value, origin } of request?.headers ?? []) {
      // Only the h2c probe names HTTP2-Settings: what says so was taken from the client.
      if (
        name.toLowerCase() === "connection" &&
        origin.from === "directive" &&
        isKnown(value) &&
        hasToken(value, "http2-settings")
      ) {
        report({
          place: placeOf(origin.use),
          level: origin.use.level,
          message: `${called(location)} sends ${upstreamName(location)} whatever \`Connection\` the client writes, because of ${quoted(origin.use)}: the client decides which headers the upstream must drop, and can ask for HTTP/2 in clear text.`,
          remedies: [{ kind: "header", name: "Connection", value: null }],
        });
      }
    }
  },
};

/** Nothing else gives the client's `Connection`, whichever way it then takes through maps and variables. */
const mayPassOn = rememberedOf(({ text }: Document) =>
  /http_connection|http2-settings/i.test(text),
);
