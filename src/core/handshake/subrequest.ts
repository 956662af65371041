import type { NginxVersion } from "../config/directives.ts";
import { effectiveList, effectiveSetting } from "../config/effective.ts";
import type { Config, Level, Use } from "../config/model.ts";
import { locate } from "./locate.ts";
import type { Exchange } from "./model.ts";
import { passOf } from "./pass.ts";
import { enclosing, simulateAt } from "./simulate.ts";

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
    return pass === null
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
