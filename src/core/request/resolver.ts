import { rememberedOf } from "../basics/collections.ts";
import { effectiveSetting } from "../config/effective.ts";
import type { Config, Level } from "../config/level.ts";
import { proxyingLevels } from "./pass.ts";
import { upstreamOf } from "./upstream-block.ts";
import { type Value, isKnown } from "./value.ts";

/**
 * The name that nginx would have to look up for each request, because the address holds a variable, while no `resolver`
 * says which server to ask: it answers 502 and logs `no resolver defined to resolve …` (ngx_http_upstream_init_request).
 * Null where there is one, where the address needs none, or where it is not known.
 *
 * @param address scheme and authority of a `proxy_pass`, its variables replaced
 *
 * It needs none where it is an IP address, the name of an `upstream` (without a port), or the host and port of another
 * pass without variables, which nginx has looked up as it started.
 */
export function unresolvedHost(config: Config, level: Level, address: Value): string | null {
  if (!isKnown(address)) {
    return null;
  }
  const [, scheme = "", host = "", port] = authority.exec(address) ?? [];
  const needsNone =
    host === "" || /^(?:\d+\.){3}\d+$/.test(host) || upstreamOf(config, { address }) !== null;
  if (needsNone || lookedUp(config).has(hostAndPort(scheme, host, port))) {
    return null;
  }
  return effectiveSetting(level, "resolver").state === "default" ? host : null;
}

/** Scheme, host and port; IPv6 addresses and sockets do not match. */
const authority = /^(?:([a-z]+):\/\/)?(?!unix:)([^[\]:/]+)(?::(\d+))?$/i;

/** Hosts that stand in passes as they are. */
const lookedUp = rememberedOf((config: Config): ReadonlySet<string> => {
  const written = proxyingLevels(config).map(({ pass }) => pass.parameters[0] ?? "");
  return new Set(
    written
      .filter((address) => !address.includes("$"))
      .flatMap((address) => {
        const [, scheme = "", host, port] =
          authority.exec(address.replace(/(?<=[^:/])\/.*$/, "")) ?? [];
        return host === undefined ? [] : [hostAndPort(scheme, host, port)];
      }),
  );
});

function hostAndPort(scheme: string, host: string, port: string | undefined): string {
  const usual = scheme.toLowerCase() === "https" ? "443" : "80";
  return `${host.toLowerCase()}:${port ?? usual}`;
}
