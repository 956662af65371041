import { subrequestsOf } from "../handshake/obstacles.ts";
import { haveSameServer } from "../request/upstream-block.ts";
import { answerTo } from "../request/answer.ts";
import { type LocationRule, placeOf } from "./rule.ts";
import { called, marked, quoted } from "./phrases.ts";

export const subrequestUpgrade: LocationRule = {
  id: "subrequest-upgrade",
  group: "handshake",
  severity: "warning",
  from: "basic",
  summary: "An `auth_request` or `mirror` subrequest carries the upgrade headers too",
  isBesideHead: true,
  over: "location",
  check(location, report) {
    const { config, level, version, exchanges } = location;
    const target = exchanges.websocket.upstream;
    if (target === null) {
      return;
    }
    for (const { use, exchange, mayGoElsewhere } of subrequestsOf(config, level, version)) {
      const { level: asked, pass } = exchange;
      if (
        mayGoElsewhere === true ||
        asked === null ||
        pass === null ||
        exchange.upstream === null ||
        answerTo(exchange).lenient !== "works"
      ) {
        continue;
      }
      const isSame = haveSameServer(config, exchange.upstream, target);
      const end =
        use.name === "mirror"
          ? "the client's WebSocket is dead from its start"
          : "nginx closes the client's connection without an answer";
      report({
        place: placeOf(pass),
        level: asked,
        message: `${quoted(use)} sends ${marked(pass.parameters[0] ?? "")} the upgrade headers of each handshake at ${called(location)} too: if ${isSame ? "that server, which is the WebSocket's own," : "that server"} answers 101, ${end}.`,
        related: [{ place: placeOf(use), note: "makes the subrequest" }],
        ...(isSame && { severity: "error" }),
        remedies: ["Upgrade", "Connection"].map((name) => ({ kind: "header", name, value: '""' })),
      });
    }
  },
};
