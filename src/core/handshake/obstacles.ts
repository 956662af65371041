import type { NginxVersion } from "../config/directives.ts";
import type { Config } from "../config/model.ts";
import type { Exchange, Obstacle } from "./model.ts";
import { enclosing } from "./simulate.ts";
import { statusPages } from "./status-page.ts";
import { subrequestObstacles, subrequestsOf } from "./subrequest.ts";

/** The exchange of a location's handshake, with what keeps the 101 of its server from getting back to any client. */
export function withObstacles(config: Config, exchange: Exchange, version: NginxVersion): Exchange {
  const { level, upstream, obstacles } = exchange;
  if (level === null || upstream === null) {
    return exchange;
  }
  const pages = statusPages(enclosing(level, "location") ?? level).map(
    ({ parameters }): Obstacle => ({
      rule: "altered-request",
      why: `error_page ${parameters.join(" ")} puts its status over the answer`,
    }),
  );
  const subrequests = subrequestObstacles(config, exchange, subrequestsOf(config, level, version));
  return { ...exchange, obstacles: [...obstacles, ...pages, ...subrequests] };
}
