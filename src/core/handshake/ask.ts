import type { NginxVersion } from "../nginx/versions.ts";
import type { Config, Level } from "../config/level.ts";
import { listenersOf } from "../request/listen.ts";
import { locationName } from "../config/location-name.ts";
import type { Exchange } from "../request/exchange.ts";
import { requestTo } from "./request-to.ts";
import type { TraceRequest } from "./client.ts";

/**
 * Paths that a prefix or exact location takes by its name: the shortest one and some below it. None for the other kinds,
 * whose paths only a request tells.
 */
export function samplePaths(location: Level): string[] {
  const name = locationName(location);
  switch (name?.kind) {
    case "exact":
      return [name.text];
    case "prefix":
    case "prefix-no-regex": {
      const below = name.text.endsWith("/") ? name.text : `${name.text}/`;
      // Clients of Socket.IO open its WebSocket at this very path, slash included.
      if (/\/(?:socket|engine)\.io\/$/.test(below)) {
        return [below];
      }
      return [...new Set([name.text, below, `${below}x`, `${below}x/y`])];
    }
    default:
      return [];
  }
}

/** Some user's, so that the question is not who may come in. */
export const withPassword = [["Authorization", "Basic dXNlcjpwYXNzd29yZA=="]] as const;

/** One request to a server. */
export interface Question extends Pick<TraceRequest, "probe" | "target" | "headers"> {
  /** The host that is asked for; by default the server's first name. */
  readonly host?: string;
  /** Which of the server's addresses is asked: by default one with TLS, as pages of today do, else any. */
  readonly scheme?: "http" | "https";
}

/**
 * What becomes of a request that has come to this server.
 *
 * @returns null where the server has no such address, or nobody can know its addresses
 */
export function askServer(
  config: Config,
  server: Level,
  { scheme, ...question }: Question,
  version: NginxVersion,
): Exchange | null {
  const listeners = listenersOf(server);
  const usual = listeners.find((each) => each.scheme === "https") ?? listeners[0];
  const listener = scheme === undefined ? usual : listeners.find((each) => each.scheme === scheme);
  if (listener === undefined) {
    return null;
  }
  const asked = { scheme: listener.scheme, host: null, port: null, ...question };
  return requestTo([{ server, listener }], config, asked, version);
}
