import { proxied, limited } from "../request/proxied.ts";
import { enclosing, type Config, type Level, type Use } from "../config/level.ts";
import { rememberedOf } from "../basics/collections.ts";
import type { NginxVersion } from "../nginx/versions.ts";
import { effectiveSetting } from "../config/effective.ts";
import { exactServerName, listenersOf, serverNameOf } from "../request/listen.ts";
import { setInLocations } from "../request/definitions.ts";
import { ended } from "../request/ended.ts";
import { locationName } from "../request/locate.ts";
import { meddlerOf, moverOf } from "../request/meddler.ts";
import type { Exchange, ProbeName } from "../request/exchange.ts";
import { passOf } from "../request/pass.ts";
import { probeHeaders } from "../handshake/probe.ts";
import type { ClientRequest } from "../request/client-request.ts";
import { lineOf, runScript } from "../request/script.ts";
import { ignoredServers } from "../request/server.ts";
import { locationPath } from "../request/upstream-request.ts";
import { forgetCaptures, newScope, unknown, usesWithin } from "../request/variables.ts";

/**
 * Simulates the request that stands for all requests of one probe that end at a proxying level.
 *
 * What differs between those requests is unknown: the path (but for `location =`), the query, headers beside the
 * probe's, and host, scheme and port where `server_name` and `listen` leave more than one. The rewrite module's
 * directives run as far as they are known. Where the probe cannot end at `proxyPass` — an `if` sends it elsewhere, a
 * `limit_except` does not hold for GET — the outcome is `unknown` and nothing is claimed of it.
 *
 * @param level a location, or an `if`/`limit_except` in it, whose own pass is `proxyPass`
 * @param headers what the client sends beside `Host`, as other clients than the probe's may write it
 */
export function simulateAt(
  config: Config,
  level: Level,
  proxyPass: Use,
  probe: ProbeName,
  version: NginxVersion,
  headers: ClientRequest["headers"] = probeHeaders(probe),
): Exchange {
  const server = enclosing(level, "server");
  const location = enclosing(level, "location") ?? level;
  const request = standIn(server, location, probe, headers);
  const scope = newScope(config, request, server === null ? null : serverNameOf(server));
  const steps: string[] = [];
  const end = (
    outcome: "answered" | "unknown",
    step: string,
    status: number | null = null,
    answeredBy: Use | null = null,
  ): Exchange => ended(probe, outcome, [...steps, step], { status, level, answeredBy });
  const other = server === null ? undefined : ignoredServers(config).get(server);
  if (other !== undefined) {
    const where = other.opener === null ? "" : ` (line ${lineOf(other.opener)})`;
    return end("unknown", `another server${where} has the names of this one on its addresses`);
  }
  if (server !== null) {
    // The path that reaches this location may be one that the server's rewrites made.
    const before = runScript(server, { ...scope, path: null, computed: new Map() }, steps);
    if (before.end === "answered") {
      const { use, status } = before;
      return end("answered", `${use.name} (line ${lineOf(use)})`, status, use);
    }
    for (const [name, leadsElsewhere] of setInLocations(config)) {
      if (leadsElsewhere || request.cameFromElsewhere === true) {
        scope.assigned.set(name, unknown("the location that leads here may set it", `$${name}`));
      }
    }
  }
  if (locationName(location)?.kind.startsWith("regex") === true) {
    forgetCaptures(scope, "it is a part of the path that the client asks for");
  }
  scope.meddler = meddlerOf(location);
  const mover = moverOf(location);
  if (mover !== null) {
    return end("unknown", `${mover} may send the request elsewhere`);
  }
  const chosen = limited(location, request.method);
  if (chosen !== location || level.context === "limit_except") {
    return chosen === level
      ? proxied(level, proxyPass, scope, steps, version)
      : end(
          "unknown",
          `${request.method} requests do not end at this ${level.opener?.name ?? "level"}`,
        );
  }
  const before = new Map(scope.assigned);
  const script = runScript(location, scope, steps, level);
  for (const name of server === null ? [] : setAgain(config, server, location)) {
    if (scope.assigned.get(name) !== before.get(name) || !before.has(name)) {
      scope.assigned.set(name, unknown("a subrequest may set it once more", `$${name}`));
    }
  }
  switch (script.end) {
    case "answered": {
      const { use, status } = script;
      return end("answered", `${use.name} (line ${lineOf(use)})`, status, use);
    }
    case "rewritten":
      return end(
        "unknown",
        `rewrite (line ${lineOf(script.use)}) sends every request to another location`,
      );
    case "unknown":
      return end("unknown", script.why);
    case "continue":
      return passOf(script.level) === proxyPass
        ? proxied(script.level, proxyPass, scope, steps, version)
        : end("unknown", `an if sends ${probe} requests elsewhere`);
  }
}

/**
 * The variables that an `auth_request` of the location sets: it passes the server's script after the location's, and that of
 * its own location, and shares all variables with the request. A `mirror` does too, but when the request is on its way.
 */
function setAgain(config: Config, server: Level, location: Level): ReadonlySet<string> {
  const auth = effectiveSetting(location, "auth_request");
  if (auth.state !== "set" || auth.use.parameters[0] === "off") {
    return new Set();
  }
  const own = [...usesWithin(server, ({ name }) => name === "if")].flatMap(({ name, parameters }) =>
    name === "set" ? (parameters[0] ?? "").slice(1).toLowerCase() : [],
  );
  return new Set([...own, ...setInLocations(config).keys()]);
}

/** The request that stands for all of one probe that end at a location. */
export function standIn(
  server: Level | null,
  location: Level,
  probe: ProbeName,
  headers: ClientRequest["headers"],
): ClientRequest {
  const { scheme, port, host, hostName } = server === null ? anyServer : askedFor(server);
  return {
    probe,
    standsForAll: true,
    method: "GET",
    path: isExact(location) ? locationPath(location) : null,
    query: null,
    scheme,
    host,
    hostName,
    port,
    headers: host === null ? headers : [["Host", host], ...headers],
    clientAddress: null,
    cameFromElsewhere: cameFromElsewhere(location),
  };
}

type Asked = Pick<ClientRequest, "scheme" | "port" | "host" | "hostName">;

const anyServer: Asked = { scheme: null, port: null, host: null, hostName: null };

/** What all requests that come to a server have in common. */
const askedFor = rememberedOf((server: Level): Asked => {
  const listeners = listenersOf(server);
  const only = <Key extends "scheme" | "port">(key: Key) => {
    const values = new Set(listeners.map((listener) => listener[key]));
    const [first] = values;
    return values.size === 1 && first !== undefined ? first : null;
  };
  const scheme = only("scheme");
  const port = only("port");
  const hostName = exactServerName(server);
  // On another port the client may say it or not: it may be one that only a container's inside knows.
  const isUsual = port === (scheme === "https" ? "443" : "80");
  return { scheme, port, host: isUsual ? hostName : null, hostName };
});

/** Named and internal locations are only reached from others, which may have set variables. */
function cameFromElsewhere(location: Level): boolean {
  return (
    locationName(location)?.kind === "named" ||
    effectiveSetting(location, "internal").state === "set"
  );
}

function isExact(location: Level): boolean {
  return location.opener?.parameters[0]?.startsWith("=") === true;
}
