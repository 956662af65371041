import { ended } from "./ended.ts";
import { hasNoLiveServer, reusesConnection } from "./upstream-block.ts";
import type { Scope } from "./scope.ts";
import { isKnown } from "./value.ts";
import type { Outcome, Obstacle, UpstreamRequest, Exchange } from "./exchange.ts";
import { idleTimeout, undefinedVariableIn, upstreamRequest } from "./upstream-request.ts";
import { type ProxyTarget, proxyTarget } from "./proxy-target.ts";
import { usesOf } from "../config/effective.ts";
import { clientHeader } from "./client-request.ts";
import { unresolvedHost } from "./resolver.ts";
import { type Config, type Use, type Level, lineOf } from "../config/level.ts";
import type { NginxVersion } from "../nginx/versions.ts";

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
    if (hasNoLiveServer(scope.config, target)) {
      const why = "no live upstreams: all servers are down";
      return ended(scope.request.probe, "answered", [...steps, why], { status: 502, level });
    }
    upstream = upstreamRequest(level, target, scope, version);
    reuses = reusesConnection(scope.config, target, upstream, version);
    if (hasForeignKey(upstream, scope)) {
      obstacles.push({ fault: "altered-request", why: "Sec-WebSocket-Key is not the client's" });
    }
    failure = target.dynamic ? failureOf(target, level, scope.config) : null;
    if (failure !== null) {
      obstacles.push({ fault: failure.fault, why: failure.why });
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
interface Failure extends Pick<Obstacle, "fault" | "why"> {
  readonly status: 500 | 502;
}

/** An address without variables was tried as nginx started; one with them is with each request (ngx_http_proxy_eval). */
function failureOf(
  { address, host, port }: ProxyTarget,
  level: Level,
  config: Config,
): Failure | null {
  if (!isKnown(address)) {
    return null;
  }
  const wrong = !/^https?:\/\/./i.test(address)
    ? `invalid URL prefix in "${address}"`
    : host === "" || (isKnown(host) && host.startsWith(":"))
      ? `no host in upstream "${address}"`
      : isKnown(port) && port !== "" && !isPort(port)
        ? `invalid port in upstream "${address}"`
        : null;
  if (wrong !== null) {
    return { status: 500, fault: "proxy-pass-scheme", why: wrong };
  }
  const name = config.incomplete.length === 0 ? unresolvedHost(config, level, address) : null;
  return name === null
    ? null
    : { status: 502, fault: "missing-resolver", why: `no resolver defined to resolve ${name}` };
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
