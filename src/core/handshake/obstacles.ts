import type { NginxVersion } from "../nginx/versions.ts";
import { effectiveList, effectiveSetting } from "../config/effective.ts";
import { type Config, type Level, enclosing } from "../config/level.ts";
import type { Exchange, Obstacle } from "../request/exchange.ts";
import { probeHeaders } from "./probe.ts";
import { routeInside } from "../request/route.ts";
import { standIn } from "./simulate.ts";
import { statusPages } from "../request/status-page.ts";
import { type Subrequest, subrequestObstacles } from "../request/subrequest.ts";

/** The exchange of a location's handshake, with what keeps the 101 of its server from getting back to any client. */
export function withObstacles(config: Config, exchange: Exchange, version: NginxVersion): Exchange {
  const { level, upstream, obstacles } = exchange;
  if (level === null || upstream === null) {
    return exchange;
  }
  const pages = statusPages(enclosing(level, "location") ?? level).map(
    ({ parameters }): Obstacle => ({
      fault: "altered-request",
      why: `error_page ${parameters.join(" ")} puts its status over the answer`,
    }),
  );
  const subrequests = subrequestObstacles(config, exchange, subrequestsOf(config, level, version));
  return { ...exchange, obstacles: [...obstacles, ...pages, ...subrequests] };
}

/** The subrequests of a location's handshakes that another server answers. */
export function subrequestsOf(config: Config, level: Level, version: NginxVersion): Subrequest[] {
  const server = enclosing(level, "server");
  if (server === null) {
    return [];
  }
  const auth = effectiveSetting(level, "auth_request");
  const uses = [
    ...(auth.state === "set" ? [auth.use] : []),
    ...effectiveList(level, "mirror").uses,
  ];
  return uses.flatMap((use) => {
    const [target = "off"] = use.parameters;
    if (!target.startsWith("/") || target.includes("$")) {
      return [];
    }
    const [path = "", query = ""] = target.split("?", 2);
    const probe = "websocket";
    const any = standIn(server, level, probe, probeHeaders(probe));
    const request = { ...any, path, query, cameFromElsewhere: true };
    const exchange = routeInside(config, server, request, version);
    // Without a location of its own the path is most likely one that another file serves.
    const here = enclosing(level, "location");
    const mayGoElsewhere =
      exchange.level !== null && enclosing(exchange.level, "location") === here;
    return exchange.pass === null ? [] : { use, exchange, mayGoElsewhere };
  });
}
