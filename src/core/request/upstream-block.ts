import { rememberedOf } from "../basics/collections.ts";
import { usesOf } from "../config/effective.ts";
import type { Config, Use } from "../config/level.ts";
import { httpOneOneByDefault, isSince, type NginxVersion } from "../nginx/versions.ts";
import type { UpstreamRequest } from "./exchange.ts";
import { type Value, isKnown, shown } from "./value.ts";
import type { ProxyTarget } from "./proxy-target.ts";

/** The `upstream` block that a target names, or null: names are compared without case. */
export function upstreamOf(config: Config, target: Pick<ProxyTarget, "address">): Use | null {
  return upstreams(config).get(authorityOf(target.address).toLowerCase()) ?? null;
}

/** An address without its scheme. */
function authorityOf(address: Value): string {
  return shown(address).replace(/^[a-z]+:\/\//i, "");
}

/** Whether two requests may come to one server: to the same address, or to `upstream` blocks that have a server in common. */
export function haveSameServer(
  config: Config,
  left: Pick<UpstreamRequest, "address">,
  right: Pick<UpstreamRequest, "address">,
): boolean {
  const servers = serversBehind(config, left.address);
  return serversBehind(config, right.address).some((server) => servers.includes(server));
}

function serversBehind(config: Config, address: Value): string[] {
  const inner = upstreamOf(config, { address })?.inner ?? null;
  return inner === null
    ? [authorityOf(address)]
    : usesOf(inner, "server").map(({ parameters }) => parameters[0] ?? "");
}

const upstreams = rememberedOf((config: Config): ReadonlyMap<string, Use> => {
  const named = new Map<string, Use>();
  const http = config.kind === "main" ? usesOf(config.main, "http") : [];
  const levels =
    config.kind === "http"
      ? [config.main]
      : http.map((use) => use.inner).filter((inner) => inner !== null);
  for (const use of levels.flatMap((level) => usesOf(level, "upstream"))) {
    if (use.parameters[0] !== undefined) {
      named.set(use.parameters[0].toLowerCase(), use);
    }
  }
  return named;
});

/** Whether the `upstream` that a target names has servers, and all of them are `down`: nginx answers 502 then. */
export function hasNoLiveServer(config: Config, target: Pick<ProxyTarget, "address">): boolean {
  const inner = upstreamOf(config, target)?.inner ?? null;
  const servers = inner === null ? [] : usesOf(inner, "server");
  return (
    inner?.hidden.length === 0 &&
    servers.length > 0 &&
    servers.every(({ parameters }) => parameters.includes("down"))
  );
}

/** Directives of an `upstream` that choose its balancing method. */
const balancing: ReadonlySet<string> = new Set([
  "hash",
  "ip_hash",
  "least_conn",
  "least_time",
  "random",
]);

/**
 * Whether connections to this target are kept for later requests: an `upstream` with `keepalive`, or from 1.29.7 any
 * `upstream` without `keepalive 0` (E57, E58). Before, a balancing method after `keepalive` took its place (E62).
 */
export function keepsConnections(
  config: Config,
  target: Pick<ProxyTarget, "address">,
  version: NginxVersion,
): boolean {
  const uses = upstreamOf(config, target)?.inner?.uses;
  if (uses === undefined) {
    return false;
  }
  const isNew = isSince(version, httpOneOneByDefault);
  const at = uses.findLastIndex(({ name }) => name === "keepalive");
  if (at < 0) {
    return isNew;
  }
  const isReplaced = !isNew && uses.slice(at).some(({ name }) => balancing.has(name));
  const isUsedOnce = uses.some(
    ({ name, parameters }) => name === "keepalive_requests" && /^0*1?$/.test(parameters[0] ?? ""),
  );
  return uses[at]?.parameters[0] !== "0" && !isUsedOnce && !isReplaced;
}

/**
 * Whether the connection can come from a pool, and return to it where the answer is an ordinary one: a server that is
 * told to close, or asked with HTTP/1.0 and not told otherwise, closes (E42, E53).
 */
export function reusesConnection(
  config: Config,
  target: ProxyTarget,
  request: UpstreamRequest,
  version: NginxVersion,
): boolean {
  const tokens = new Set(
    request.headers
      .filter(({ name }) => name.toLowerCase() === "connection")
      .flatMap(({ value }) => (isKnown(value) ? value.split(",") : []))
      .map((token) => token.trim().toLowerCase()),
  );
  const isOld = request.httpVersion === "1.0";
  return (
    keepsConnections(config, target, version) &&
    !tokens.has("close") &&
    (!isOld || tokens.has("keep-alive"))
  );
}
