import { rememberedOf } from "../collections.ts";
import type { NginxVersion } from "../config/directives.ts";
import { effectiveSetting, usesOf } from "../config/effective.ts";
import type { Config, Level, Use } from "../config/model.ts";
import { exactServerName, listenersOf, serverNameOf } from "./listen.ts";
import { setInLocations } from "./definitions.ts";
import { ended } from "./ended.ts";
import { locationName } from "./locate.ts";
import { meddlerOf, moverOf } from "./meddler.ts";
import type { Exchange, Obstacle, Outcome, ProbeName, UpstreamRequest } from "./model.ts";
import { passOf } from "./pass.ts";
import { clientHeader, type ClientRequest, probeHeaders } from "./probe.ts";
import { unresolvedHost } from "./resolver.ts";
import { lineOf, runScript } from "./script.ts";
import { ignoredServers } from "./server.ts";
import {
  idleTimeout,
  locationPath,
  proxyTarget,
  type ProxyTarget,
  reusesConnection,
  undefinedVariableIn,
  upstreamRequest,
} from "./upstream-request.ts";
import { forgetCaptures, isKnown, newScope, type Scope, unknown, usesWithin } from "./variables.ts";

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

/** The exchange of a request that has come to `pass` with the settings of `level`. */
export function proxied(
  level: Level,
  pass: Use,
  scope: Scope,
  steps: string[],
  version: NginxVersion,
): Exchange {
  steps.push(`${pass.name} ${pass.parameters[0] ?? ""} (line ${lineOf(pass)})`);
  let upstream: UpstreamRequest | null = null;
  let failure: Failure | null = null;
  const obstacles: Obstacle[] = [];
  let outcome: Outcome = "proxied";
  let reuses = false;
  if (pass.name === "proxy_pass") {
    const target = proxyTarget(pass, scope);
    upstream = upstreamRequest(level, target, scope, version);
    reuses = reusesConnection(scope.config, target, upstream, version);
    if (hasForeignKey(upstream, scope)) {
      obstacles.push({ rule: "altered-request", why: "Sec-WebSocket-Key is not the client's" });
    }
    failure = target.dynamic ? failureOf(target, level, scope.config) : null;
    if (failure !== null) {
      obstacles.push({ rule: failure.rule, why: failure.why });
      steps.push(failure.why);
    }
    const missing = undefinedVariableIn(level, pass, scope.config);
    if (missing !== null) {
      outcome = "config-error";
      steps.push(`unknown "${missing}" variable`);
    } else if (target.invalid) {
      outcome = "config-error";
      steps.push("invalid URL prefix");
    }
  }
  return {
    probe: scope.request.probe,
    outcome,
    status: failure?.status ?? null,
    answeredBy: null,
    level,
    pass,
    steps,
    obstacles,
    upstream,
    idleTimeoutMs: idleTimeout(level, pass),
    reusesUpstreamConnection: reuses,
  };
}

/** Why a request does not get to the server that a variable names, and what nginx answers. */
interface Failure extends Pick<Obstacle, "rule" | "why"> {
  readonly status: 500 | 502;
}

/** An address without variables was tried as nginx started; one with them is with each request (ngx_http_proxy_eval). */
function failureOf(
  { address, host, port }: ProxyTarget,
  level: Level,
  config: Config,
): Failure | null {
  if (!isKnown(address)) return null;
  const wrong = !/^https?:\/\/./i.test(address)
    ? `invalid URL prefix in "${address}"`
    : host === "" || (isKnown(host) && host.startsWith(":"))
      ? `no host in upstream "${address}"`
      : isKnown(port) && port !== "" && !isPort(port)
        ? `invalid port in upstream "${address}"`
        : null;
  if (wrong !== null) return { status: 500, rule: "proxy-pass-scheme", why: wrong };
  const name = config.incomplete.length === 0 ? unresolvedHost(config, level, address) : null;
  return name === null
    ? null
    : { status: 502, rule: "missing-resolver", why: `no resolver defined to resolve ${name}` };
}

function isPort(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

/** Whether the server is sent another key than the client has, which then refuses the server's answer. */
function hasForeignKey(upstream: UpstreamRequest, scope: Scope): boolean {
  const own = clientHeader(scope.request, "sec_websocket_key");
  return upstream.headers.some(
    ({ name, value }) =>
      name.toLowerCase() === "sec-websocket-key" && isKnown(value) && value.trim() !== own,
  );
}

/** The location's settings, or those of a `limit_except` in it that holds for the method; it comes before `if`. */
export function limited(location: Level, method: string): Level {
  const limit = usesOf(location, "limit_except").at(-1);
  const inner = limit?.inner ?? null;
  if (limit === undefined || inner === null) {
    return location;
  }
  const allowed = new Set(limit.parameters.map((parameter) => parameter.toUpperCase()));
  const isAllowed = allowed.has(method) || (method === "HEAD" && allowed.has("GET"));
  return isAllowed ? location : inner;
}

/** The level itself or the nearest outer one of that context; null where there is none. */
export function enclosing(level: Level, context: Level["context"]): Level | null {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    if (at.context === context) {
      return at;
    }
  }
  return null;
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
