import { rememberedOf } from "../basics/collections.ts";
import { newestVersion } from "../nginx/versions.ts";
import { usesOf } from "../config/effective.ts";
import { type Config, type Level, type Use, enclosing, lineOf } from "../config/level.ts";
import { askServer, samplePaths, withPassword } from "../handshake/ask.ts";
import { usesNamed } from "../request/walk.ts";
import { endpointName } from "./names.ts";
import { pathsOf, takesEverything } from "./paths.ts";
import type { Sign, LocationContext } from "./sign.ts";

/**
 * What a request is for stays the same when a `rewrite … last` brings it to another location. Of one that takes everything it
 * says less, for what has no place of its own is sent there too.
 */
export function rewriteSigns({ config, location, paths }: LocationContext): readonly Sign[] {
  const endpoint = endpointBefore(config, location);
  return endpoint === undefined
    ? []
    : [
        {
          kind: takesEverything(paths) ? "possible-name" : "name",
          text: `handshakes for ${pathsOf(endpoint).written} (line ${lineOf(endpoint)}), a path named like a WebSocket endpoint, are rewritten to this location`,
        },
      ];
}

/** The location of an endpoint all of whose requests a `rewrite` brings here. */
export function endpointBefore(config: Config, location: Level): Use | undefined {
  return endpointsByTarget(config).get(location);
}

/** By location the endpoint that proxies nothing itself, and all of whose requests come here. */
const endpointsByTarget = rememberedOf((config: Config): ReadonlyMap<Level, Use> => {
  const found = new Map<Level, Use>();
  for (const { level, parameters } of usesNamed(config, "rewrite")) {
    const { opener, context } = level;
    if (opener === null || context !== "location" || parameters[2] !== "last") {
      continue;
    }
    if (endpointName(pathsOf(opener)) === null || usesOf(level, "proxy_pass").length > 0) {
      continue;
    }
    const target = targetOf(config, level);
    if (target !== null) {
      found.set(target, opener);
    }
  }
  return found;
});

/** The location where all handshakes for an endpoint end; null where they differ, and where nobody knows. */
function targetOf(config: Config, endpoint: Level): Level | null {
  const server = enclosing(endpoint, "server");
  if (server === null || server.hidden.length > 0 || endpoint.hidden.length > 0) {
    return null;
  }
  const targets = samplePaths(endpoint).map((path) => {
    const asked = { probe: "websocket", target: encodeURI(path), headers: withPassword } as const;
    const exchange = askServer(config, server, asked, newestVersion);
    return exchange?.outcome === "proxied" && exchange.level !== null
      ? enclosing(exchange.level, "location")
      : null;
  });
  const [first = null, ...others] = new Set(targets);
  return first === endpoint || others.length > 0 ? null : first;
}
