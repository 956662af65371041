import { rememberedOf } from "../basics/collections.ts";
import type { NginxVersion } from "../nginx/versions.ts";
import { type Config, type Level, type Use, enclosing } from "../config/level.ts";
import { askServer, withPassword } from "./ask.ts";
import { listenersOf, serverNames } from "../request/listen.ts";
import type { UpstreamRequest } from "../request/exchange.ts";
import { serversOf } from "../request/server.ts";
import { haveSameServer } from "../request/upstream-block.ts";
import { verdictOf } from "./verdict.ts";

/**
 * The location of a server of the same name with TLS that takes the handshake of a location without, hands it to the same
 * upstream, and does not upgrade: the location stands only where the site's own pages never ask.
 */
export function lackingSibling(
  config: Config,
  server: Level,
  [target = "/"]: readonly string[],
  upstream: UpstreamRequest,
  version: NginxVersion,
): Use | null {
  if (server.hidden.length > 0 || listenersOf(server).some(({ scheme }) => scheme === "https")) {
    return null;
  }
  for (const host of serverNames(server)) {
    const other = secureServers(config).get(host);
    if (other === undefined) {
      continue;
    }
    const asked = { probe: "websocket", target: encodeURI(target), headers: withPassword } as const;
    const exchange = askServer(config, other, { ...asked, host, scheme: "https" }, version);
    const isSame =
      exchange?.upstream != null && haveSameServer(config, exchange.upstream, upstream);
    if (exchange?.level != null && isSame && verdictOf(exchange).strict === "breaks") {
      return enclosing(exchange.level, "location")?.opener ?? null;
    }
  }
  return null;
}

/** The servers with TLS by their exact names; of those that show all their lines. */
const secureServers = rememberedOf((config: Config): ReadonlyMap<string, Level> => {
  const found = new Map<string, Level>();
  for (const server of serversOf(config)) {
    const isSecure = listenersOf(server).some(({ scheme }) => scheme === "https");
    for (const name of isSecure && server.hidden.length === 0 ? serverNames(server) : []) {
      if (/^[\w-]+(?:\.[\w-]+)+$/.test(name) && !found.has(name)) {
        found.set(name, server);
      }
    }
  }
  return found;
});
