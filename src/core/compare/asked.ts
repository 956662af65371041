import { type Level, enclosing } from "../config/level.ts";
import { locationName } from "../config/location-name.ts";
import type { Located } from "../check/locations.ts";
import { samplePaths, withPassword } from "../handshake/ask.ts";
import type { TraceRequest } from "../handshake/client.ts";
import { isInside } from "../handshake/reach.ts";
import { simulateRequest } from "../handshake/request-to.ts";
import { verdictOf } from "../handshake/verdict.ts";
import { pathsOf } from "../intent/paths.ts";
import type { NginxVersion } from "../nginx/versions.ts";
import { listenersOf, serverNames } from "../request/listen.ts";

/** A handshake that works before a change. */
export interface AskedHandshake {
  readonly located: Located;
  readonly request: TraceRequest;
  /** As clients write it; a path alone where every host comes to the location. */
  readonly address: string;
}

/**
 * One handshake for each way in which clients come to a location, of those that work: with and without TLS.
 *
 * @param located a location of a program that shows its server, whose handshakes work in all versions in question
 * @param version the newest of these: which location a request comes to does not depend on it
 */
export function workingHandshakes(
  located: Located,
  version: NginxVersion,
): readonly AskedHandshake[] {
  const location = enclosing(located.level, "location");
  const server = enclosing(located.level, "server");
  if (location === null || server?.opener == null) {
    return [];
  }
  const host = hostOf(server);
  const paths = pathsInto(location);
  const byScheme = new Map(
    listenersOf(server)
      .toReversed()
      .map((listener) => [listener.scheme, listener] as const),
  );
  return [...byScheme.values()].flatMap(({ scheme, port }) => {
    for (const path of paths) {
      const request: TraceRequest = {
        probe: "websocket",
        scheme,
        host,
        port,
        target: encodeURI(path),
        headers: withPassword,
      };
      const exchange = simulateRequest(located.config, request, version);
      const isHere = exchange.level !== null && isInside(exchange.level, location);
      const isIts = isHere && exchange.pass === located.proxyPass;
      if (isIts && verdictOf(exchange).strict === "works") {
        return [{ located, request, address: addressOf(request) }];
      }
    }
    return [];
  });
}

/** A name of the server as clients ask for it; null where it has none, or only a regular expression. */
function hostOf(server: Level): string | null {
  const name = serverNames(server).find((each) => /^(?:\*?\.)?[\w-]+(?:\.[\w-]+)*$/.test(each));
  return name === undefined || name === "_"
    ? null
    : name.replace(/^\*?\./, (any) => (any === "." ? "" : "any."));
}

/** Paths that the location may take: of a regular expression, what matches its literal parts. */
function pathsInto(location: Level): readonly string[] {
  return locationName(location)?.kind.startsWith("regex") === true
    ? pathsOf(location.opener)
        .paths.map((path) => path.replaceAll("…", "x"))
        .map((path) => (path.startsWith("/") ? path : `/${path}`))
    : samplePaths(location);
}

function addressOf({ scheme, host, port, target }: TraceRequest): string {
  if (host === null) {
    return target;
  }
  const isUsual = port === (scheme === "https" ? "443" : "80");
  return `${scheme === "https" ? "wss" : "ws"}://${host}${isUsual ? "" : `:${port ?? ""}`}${target}`;
}
