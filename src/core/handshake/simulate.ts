import { proxied } from "../request/proxied.ts";
import { enclosing, type Config, type Level, type Use, lineOf } from "../config/level.ts";
import { rememberedOf } from "../basics/collections.ts";
import type { NginxVersion } from "../nginx/versions.ts";
import { effectiveSetting } from "../config/effective.ts";
import { exactServerName, listenersOf, serverNameOf } from "../request/listen.ts";
import { setInLocations } from "../request/definitions.ts";
import { ended } from "../request/ended.ts";
import { enterLocation } from "../request/enter.ts";
import { locationName, locationPath } from "../config/location-name.ts";
import type { Exchange, ProbeName } from "../request/exchange.ts";
import { passOf } from "../request/pass.ts";
import { probeHeaders } from "../handshake/probe.ts";
import type { ClientRequest } from "../request/client-request.ts";
import { runScript } from "../request/script.ts";
import type { ScriptEnd } from "../request/script-state.ts";
import { ignoredServers } from "../request/server.ts";
import { usesWithin } from "../request/walk.ts";
import { forgetCaptures, newScope, type Scope } from "../request/scope.ts";
import { unknown } from "../request/value.ts";

/** What the request that stands for all of one probe ends at, and how it is sent. */
export interface Standing {
  readonly config: Config;
  /** A location, or an `if` or `limit_except` in it. */
  readonly level: Level;
  /** The pass of that very level. */
  readonly pass: Use;
  readonly probe: ProbeName;
  readonly version: NginxVersion;
  /** What the client sends beside `Host`, as other clients than the probe's may write it. */
  readonly headers?: ClientRequest["headers"];
}

/**
 * Simulates the request that stands for all requests of one probe that end at a proxying level.
 *
 * What differs between those requests is unknown: the path (but for `location =`), the query, headers beside the
 * probe's, and host, scheme and port where `server_name` and `listen` leave more than one. The rewrite module's
 * directives run as far as they are known. Where the probe cannot end at the pass — an `if` sends it elsewhere, a
 * `limit_except` does not hold for GET — the outcome is `unknown` and nothing is claimed of it. Access rules, `try_files` and
 * `error_page` are not asked: the question is what becomes of those that get here.
 */
export function simulateAt(standing: Standing): Exchange {
  const { config, level, pass, probe, version, headers = probeHeaders(probe) } = standing;
  const server = enclosing(level, "server");
  const location = enclosing(level, "location") ?? level;
  const request = standIn(server, location, probe, headers);
  const scope = newScope(config, request, server === null ? null : serverNameOf(server));
  const steps: string[] = [];
  const stop =
    (server === null ? null : throughServer(server, scope, steps)) ??
    throughLocation(standing, server, location, scope, steps);
  if (stop.end === "continue") {
    return proxied(stop.level, pass, scope, steps, version);
  }
  if (stop.end === "unknown") {
    return ended(probe, "unknown", [...steps, stop.why], { level });
  }
  const { use, status } = stop;
  const step = `${use.name} (line ${lineOf(use)})`;
  return ended(probe, "answered", [...steps, step], { status, level, answeredBy: use });
}

/** Where such a request ends: never at a path of another location. */
type Stop = Exclude<ScriptEnd, { readonly end: "rewritten" }>;

/** What the server does to each request before a location is chosen; null where it lets them pass. */
function throughServer(server: Level, scope: Scope, steps: string[]): Stop | null {
  const { config, request } = scope;
  const other = ignoredServers(config).get(server);
  if (other !== undefined) {
    const where = other.opener === null ? "" : ` (line ${lineOf(other.opener)})`;
    return unclear(`another server${where} has the names of this one on its addresses`);
  }
  // The path that reaches this location may be one that the server's rewrites made.
  const script = runScript(server, { ...scope, path: null, computed: new Map() }, steps);
  if (script.end === "answered") {
    return script;
  }
  for (const [name, leadsElsewhere] of setInLocations(config)) {
    if (leadsElsewhere || request.cameFromElsewhere === true) {
      scope.assigned.set(name, unknown("the location that leads here may set it", `$${name}`));
    }
  }
  return null;
}

/** What the location does to it: on with the settings of a level that has the pass, or not to that pass at all. */
function throughLocation(
  standing: Standing,
  server: Level | null,
  location: Level,
  scope: Scope,
  steps: string[],
): Stop {
  if (locationName(location)?.kind.startsWith("regex") === true) {
    forgetCaptures(scope, "it is a part of the path that the client asks for");
  }
  const before = new Map(scope.assigned);
  const script = enterLocation(location, scope, steps, standing.level);
  for (const name of server === null ? [] : setAgain(scope.config, server, location)) {
    if (scope.assigned.get(name) !== before.get(name) || !before.has(name)) {
      scope.assigned.set(name, unknown("a subrequest may set it once more", `$${name}`));
    }
  }
  return script.end === "continue" && script.level === standing.level
    ? script
    : endElsewhere(standing, script, scope);
}

/** A script that did not end at the level itself: at another one that has the same pass, or at none. */
function endElsewhere({ level, pass, probe }: Standing, script: ScriptEnd, scope: Scope): Stop {
  const end = script.end === "continue" ? script.level : null;
  if (level.context === "limit_except" || end?.context === "limit_except") {
    const what = level.opener?.name ?? "level";
    return unclear(`${scope.request.method} requests do not end at this ${what}`);
  }
  if (script.end === "rewritten") {
    return unclear(`rewrite (line ${lineOf(script.use)}) sends every request to another location`);
  }
  return end === null || passOf(end) === pass
    ? script
    : unclear(`an if sends ${probe} requests elsewhere`);
}

function unclear(why: string): Stop {
  return { end: "unknown", why };
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
  const { scheme, port, host, hostName } = server === null ? anyServer : inCommon(server);
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

/** What all requests that come to a server have in common. */
type InCommon = Pick<ClientRequest, "scheme" | "port" | "host" | "hostName">;

const anyServer: InCommon = { scheme: null, port: null, host: null, hostName: null };

const inCommon = rememberedOf((server: Level): InCommon => {
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
