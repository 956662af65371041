import { usesNamed } from "../request/walk.ts";
import type { ConfigRule } from "./rule.ts";
import { quoted } from "./phrases.ts";

export const proxyPassScheme: ConfigRule = {
  id: "proxy-pass-scheme",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "`proxy_pass` has a `ws://` or `wss://` address, which nginx does not know",
  fixMayChange: "everything",
  over: "config",
  check(config, report) {
    for (const use of usesNamed(config, "proxy_pass")) {
      const [address] = use.directive.parameters;
      const scheme = /^wss?(?=:\/\/)/i.exec(address?.value ?? "")?.[0];
      if (address === undefined || scheme === undefined) {
        continue;
      }
      const start = address.start + address.quote.length;
      const place = { document: use.document, span: { start, end: start + scheme.length } };
      const right = scheme.toLowerCase() === "wss" ? "https" : "http";
      report({
        place,
        use,
        level: use.level,
        message: `nginx refuses ${quoted(use)} (invalid URL prefix): a WebSocket starts as an HTTP request, and proxy_pass takes it with ${right}://.`,
        remedies: [{ kind: "replace", place, text: right }],
      });
    }
  },
};
