import type { NginxVersion } from "../config/directives.ts";
import { effectiveList, effectiveSetting } from "../config/effective.ts";
import type { Config, Level, Use } from "../config/model.ts";
import { locate } from "./locate.ts";
import type { Exchange, Obstacle } from "./model.ts";
import { passOf } from "./pass.ts";
import { enclosing, simulateAt } from "./simulate.ts";
import { haveSameServer } from "./upstream-request.ts";
import { answerTo } from "./verdict.ts";

/** A request that nginx makes of its own beside the client's, with the client's headers. */
export interface Subrequest {
  /** The `auth_request` or `mirror`. */
  readonly use: Use;
  /** The proxying level that takes it, and its pass. */
  readonly level: Level;
  readonly pass: Use;
  /** The websocket probe there. */
  readonly exchange: Exchange;
}

/** The subrequests of a location that another server answers. */
export function subrequestsOf(config: Config, level: Level, version: NginxVersion): Subrequest[] {
  const server = enclosing(level, "server");
  const auth = effectiveSetting(level, "auth_request");
  const uses = [
    ...(auth.state === "set" ? [auth.use] : []),
    ...effectiveList(level, "mirror").uses,
  ];
  return uses.flatMap((use) => {
    const [path = "off"] = use.parameters;
    const isPath = path.startsWith("/") && !path.includes("$");
    const located = server === null || !isPath ? null : locate(server, path.split("?")[0] ?? "");
    if (located === null || "unknown" in located) {
      return [];
    }
    const pass = passOf(located.level);
    // Without a location of its own the path is most likely one that another file serves.
    const hasOwn = enclosing(located.level, "location") !== enclosing(level, "location");
    return pass === null || !hasOwn
      ? []
      : [
          {
            use,
            level: located.level,
            pass,
            exchange: simulateAt(config, located.level, pass, "websocket", version),
          },
        ];
  });
}

/**
 * What a subrequest's 101 does to the request that it is made for: nginx ends the connection (E89, E90, E176). Only where
 * both come to one server, which takes the subrequest for a handshake too.
 */
export function subrequestObstacles(
  config: Config,
  main: Exchange,
  subrequests: readonly Pick<Subrequest, "use" | "exchange">[],
): Obstacle[] {
  return subrequests.flatMap(({ use, exchange }) => {
    const isSameServer =
      exchange.upstream !== null &&
      main.upstream !== null &&
      haveSameServer(config, exchange.upstream, main.upstream);
    const answer = answerTo(exchange);
    return (["strict", "lenient"] as const)
      .filter((only) => isSameServer && answer[only] === "works")
      .map((only) => {
        const why = `the subrequest of ${use.name} is a handshake too: its 101 ends the connection`;
        return { rule: "subrequest-upgrade", why, only };
      });
  });
}
