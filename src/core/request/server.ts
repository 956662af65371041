import { isSince, type NginxVersion } from "../nginx/versions.ts";
import { rememberedOf } from "../basics/collections.ts";
import { usesOf } from "../config/effective.ts";
import type { Config, Level } from "../config/level.ts";
import { type Listener, listenersOf, serverNames } from "./listen.ts";
import { compilePattern, type Groups } from "./pattern.ts";
import { isOpaque } from "../syntax/opaque.ts";

/** A server with one of its addresses. */
export interface Listening {
  readonly server: Level;
  readonly listener: Listener;
}

/** Every address of every server of the http block, in the order of the text. */
export const allListeners = rememberedOf((config: Config): readonly Listening[] =>
  serversOf(config).flatMap((server) =>
    listenersOf(server).map((listener) => ({ server, listener })),
  ),
);

/** The servers of the http block, in the order of the text; a fragment of a server is one itself. */
export function serversOf(config: Config): Level[] {
  const { main, kind } = config;
  if (kind === "server" || kind === "location") {
    return [main];
  }
  const blocks = kind === "http" ? [main] : usesOf(main, "http").map((use) => use.inner);
  return blocks.flatMap((http) =>
    http === null
      ? []
      : usesOf(http, "server")
          .map((use) => use.inner)
          .filter((server) => server !== null),
  );
}

/**
 * The servers that no request comes to, each with one that answers in its place: on every address of theirs another one is
 * the default, and had each of their names before. nginx only warns ("conflicting server name … ignored").
 */
export const ignoredServers = rememberedOf((config: Config): ReadonlyMap<Level, Level> => {
  const defaults = new Map<string, Level>();
  const holders = new Map<string, Level>();
  const reached = new Set<Level>();
  const taken = new Map<Level, Level>();
  for (const { server, listener } of allListeners(config)) {
    const address = addressKey(listener);
    if (listener.isDefault || !defaults.has(address)) {
      defaults.set(address, server);
    }
    const names = serverNames(server).map((name) => name.toLowerCase());
    for (const name of names.length === 0 ? [""] : names) {
      const key = `${address} ${name}`;
      const holder = holders.get(key) ?? server;
      holders.set(key, holder);
      // nginx tries one regular expression after the other: the same one again is no conflict to it.
      if (holder === server || name.startsWith("~") || isOpaque(name)) {
        reached.add(server);
      } else {
        taken.set(server, holder);
      }
    }
  }
  for (const server of [...reached, ...defaults.values()]) {
    taken.delete(server);
  }
  for (const server of taken.keys()) {
    if (server.hidden.length > 0) {
      taken.delete(server);
    }
  }
  return taken;
});

/** The server that answers for a name, and what its `server_name` captured. */
export interface NamedServer {
  readonly server: Level;
  readonly groups: Groups | null;
  /** The name that matched as it is written; null for the default server. */
  readonly name: string | null;
}

/**
 * The server for a host among those of one address: the exact name, the longest wildcard at the front, the longest at
 * the end, the first regular expression, else the default server (ngx_http_find_virtual_server).
 *
 * @param host in lower case, without the port
 * @returns undefined where a regular expression before the right one cannot be told
 */
export function serverFor(host: string, candidates: readonly Listening[]): NamedServer | undefined {
  const { exact, wildcards, patterns } = namesAmong(candidates);
  const own = exact.get(host);
  if (own !== undefined) {
    return own;
  }
  let wildcard: NamedServer | null = null;
  let rank = 0;
  for (const each of wildcards) {
    const found = wildcardRank(each.name.toLowerCase(), host);
    if (found > rank) {
      rank = found;
      wildcard = each;
    }
  }
  if (wildcard !== null) {
    return wildcard;
  }
  for (const { server, name } of patterns) {
    const groups = compilePattern(name.slice(1), /[A-Z]/.test(name))?.match(host);
    if (groups === undefined) {
      return undefined;
    }
    if (groups !== null) {
      return { server, groups, name };
    }
  }
  const chosen = defaultAmong(candidates);
  return chosen === null ? undefined : { server: chosen, groups: null, name: null };
}

/** The server that answers for hosts that none names: the first that says so, else the first; null where there is none. */
export const defaultAmong = rememberedOf((candidates: readonly Listening[]): Level | null => {
  const chosen = candidates.find(({ listener }) => listener.isDefault) ?? candidates[0];
  return chosen?.server ?? null;
});

interface ServerNames {
  /** By the host that they stand for, in lower case; of two the first. */
  readonly exact: ReadonlyMap<string, NamedServer>;
  /** The other two in the order of the text. */
  readonly wildcards: readonly (NamedServer & { readonly name: string })[];
  readonly patterns: readonly { readonly server: Level; readonly name: string }[];
}

/** The names of the servers of one address: there may be thousands, and each request asks for one. */
const namesAmong = rememberedOf((candidates: readonly Listening[]): ServerNames => {
  const exact = new Map<string, NamedServer>();
  const wildcards: (NamedServer & { readonly name: string })[] = [];
  const patterns: { readonly server: Level; readonly name: string }[] = [];
  for (const server of new Set(candidates.map((each) => each.server))) {
    for (const name of serverNames(server)) {
      const lower = name.toLowerCase();
      const own = { server, groups: null, name };
      if (name.startsWith("~")) {
        patterns.push({ server, name });
      } else if (/^\*?\.|\.\*$/.test(lower)) {
        wildcards.push(own);
      }
      const host = lower.startsWith(".") ? lower.slice(1) : lower;
      if (!exact.has(host)) {
        exact.set(host, own);
      }
    }
  }
  return { exact, wildcards, patterns };
});

/** 0 where the wildcard does not match; any front wildcard ranks above any at the end, a longer one above a shorter. */
function wildcardRank(name: string, host: string): number {
  if (name.startsWith("*.") || name.startsWith(".")) {
    const suffix = name.startsWith("*") ? name.slice(1) : name;
    return host.length > suffix.length && host.endsWith(suffix) ? 1_000_000 + suffix.length : 0;
  }
  if (name.endsWith(".*")) {
    const prefix = name.slice(0, -1);
    return host.length > prefix.length && host.startsWith(prefix) ? prefix.length : 0;
  }
  return 0;
}

/**
 * Whether this address speaks HTTP/2 alone, as plain `listen … http2` did before 1.25.1 (E143). It holds for the address and
 * port of the line, in all servers there, and for no other address of the server.
 */
export function speaksOnlyHttp2(
  config: Config,
  { listener }: Listening,
  version: NginxVersion,
): boolean {
  return (
    listener.scheme === "http" &&
    !isSince(version, [1, 25, 1]) &&
    http2Addresses(config).has(addressKey(listener))
  );
}

const http2Addresses = rememberedOf(
  (config: Config): ReadonlySet<string> =>
    new Set(
      allListeners(config)
        .filter(({ listener }) => listener.isHttp2)
        .map(({ listener }) => addressKey(listener)),
    ),
);

function addressKey({ address, port }: Listener): string {
  return `${address}:${port}`;
}
