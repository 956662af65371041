import { remembered, rememberedOf } from "../basics/collections.ts";
import type { Config, Level, Use } from "../config/level.ts";
import { serverNames } from "../request/listen.ts";
import { upstreamOf } from "../request/upstream-block.ts";
import { isOpaque, tagsIn } from "../syntax/opaque.ts";
import type { Named } from "./sign.ts";

/** The server's names, as far as they are no regular expressions. */
export const ownNames = rememberedOf((server: Level): readonly Named[] =>
  serverNames(server)
    .filter((name) => !name.startsWith("~"))
    .map((name) => ({ text: name.replace(/^\*?\./, ""), what: `the server name ${name}` })),
);

/** Where requests go, as far as it is written. */
export interface Destination {
  /** What the upstream is called: its host or its block, the servers in it, the variables that hold them. */
  readonly names: readonly Named[];
  readonly port: number | null;
}

/** Where a location's pass leads. */
export function destinationOf(config: Config, level: Level, pass: Use): Destination {
  const written = pass.parameters[0] ?? "";
  const known = withSetVariables(written, level);
  const host = hostOf(known);
  const upstream = upstreams(config)(host);
  const port = /^(?:\w+:\/\/)?[^/:]*:(\d+)/.exec(upstream.address ?? known)?.[1];
  return {
    names: [...namesIn(written, host), ...upstream.names],
    port: port === undefined ? null : Number(port),
  };
}

/** What an address is called by its host, the first folder of its path, its variables and its template's tags. */
function namesIn(written: string, host: string): readonly Named[] {
  const folder = /^\w+:\/\/[^/]+\/([\w.-]+)/.exec(written)?.[1];
  const variables = Array.from(written.matchAll(/\$\{?(\w+)/g), ([, name = ""]) => name);
  // `{{ grafana_host }}` names it as well as a variable does.
  const authority = isOpaque(written) ? (/^[^/]*(?:\/\/[^/]*)?/.exec(written)?.[0] ?? "") : "";
  const words = tagsIn(authority).flatMap((tag) => tag.match(/[a-z_][\w-]*/gi) ?? []);
  return [
    ...(host === "" ? [] : [{ text: host, what: `the upstream ${host}` }]),
    ...(folder === undefined ? [] : [{ text: folder, what: `the upstream's path /${folder}` }]),
    ...variables.map((name) => ({
      text: name.replace(/^upstream_/, ""),
      what: `the upstream $${name}`,
    })),
    ...words.map((name) => ({ text: name, what: `the upstream ${name}` })),
  ];
}

/** The servers of an upstream. */
interface Upstream {
  /** Where they have names, and other ones than the upstream. */
  readonly names: readonly Named[];
  /** The address of the first; null where the host is no upstream. */
  readonly address: string | null;
}

/** The upstreams by name: dozens of locations may go to one. */
const upstreams = rememberedOf((config: Config) =>
  remembered((host): Upstream => {
    const uses = upstreamOf(config, { address: `http://${host}` })?.inner?.uses ?? [];
    const addresses = uses
      .filter(({ name }) => name === "server")
      .map(({ parameters }) => parameters[0] ?? "");
    const names = addresses
      .map(hostOf)
      .filter((server) => server !== "" && server !== host)
      .map((server) => ({ text: server, what: `${server}, a server of the upstream ${host},` }));
    return { names, address: addresses[0] ?? null };
  }),
);

/** The host in an address, without scheme, port and path; empty for an IP address or a socket. */
function hostOf(address: string): string {
  const host = /^(?:\w+:\/\/)?(?:[^@/]*@)?([\w.-]+)/.exec(address)?.[1] ?? "";
  return /^[\d.]+$/.test(host) || host === "unix" || host === "localhost" ? "" : host;
}

/** `http://$app:80` after `set $app grafana` is `http://grafana:80`; other variables are left out. */
function withSetVariables(text: string, level: Level): string {
  if (!text.includes("$")) {
    return text;
  }
  return text.replace(/\$\{?(\w+)\}?/g, (_, name: string) => {
    for (let at: Level | null = level; at !== null; at = at.parent) {
      const set = at.uses.findLast((use) => use.name === "set" && use.parameters[0] === `$${name}`);
      if (set !== undefined) {
        return set.parameters[1]?.includes("$") === false ? set.parameters[1] : "";
      }
    }
    return "";
  });
}
