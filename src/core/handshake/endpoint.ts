import { groupBy } from "../basics/collections.ts";
import type { NginxVersion } from "../nginx/versions.ts";
import type { Config, Level } from "../config/level.ts";
import { askServer, withPassword } from "./ask.ts";
import { listenersOf, serverNames } from "../request/listen.ts";
import type { Exchange, Result } from "../request/exchange.ts";
import { redirectTarget } from "./reach.ts";
import { allListeners, type Listening, serverFor } from "../request/server.ts";
import { verdictOf } from "./verdict.ts";

/** An address that clients open a WebSocket at: `wss://api.example.com/ws`, or a path on whatever host. */
export interface Endpoint {
  readonly scheme: "http" | "https" | null;
  /** In lower case; null for every host. */
  readonly host: string | null;
  readonly port: string | null;
  readonly target: string;
}

/** Reads an endpoint of the policy, which is valid. */
export function parseEndpoint(text: string): Endpoint {
  const [, scheme, host, port, rest = ""] =
    /^(?:(wss?):\/\/(\[[^\]]*\]|[^/?:]+)(?::(\d+))?)?(.*)$/s.exec(text) ?? [];
  return {
    scheme: scheme === undefined ? null : scheme === "wss" ? "https" : "http",
    host: host?.toLowerCase() ?? null,
    port: port ?? null,
    target: rest.startsWith("/") ? rest : `/${rest}`,
  };
}

/** What becomes of a handshake at one server that may be meant. */
export interface EndpointTrace {
  readonly config: Config;
  readonly server: Level;
  /** Whether the server names the host, rather than being there for all. */
  readonly isNamed: boolean;
  readonly result: Result;
  /** In the newest version in question. */
  readonly exchange: Exchange;
}

/**
 * Follows a handshake for the endpoint to each server of a program that may be meant by it. A server that only sends clients
 * on to TLS is none.
 */
export function traceEndpoint(
  config: Config,
  endpoint: Endpoint,
  versions: readonly NginxVersion[],
): EndpointTrace[] {
  const candidates = config.kind === "location" ? [] : serversFor(config, endpoint);
  return candidates.flatMap(({ server, scheme, isNamed }) => {
    const asked = {
      probe: "websocket",
      target: endpoint.target,
      headers: withPassword,
      scheme,
      ...(endpoint.host !== null && { host: endpoint.host }),
    } as const;
    const exchanges = versions
      .map((version) => askServer(config, server, asked, version))
      .filter((exchange) => exchange !== null);
    const exchange = exchanges.at(-1);
    if (exchange === undefined || (scheme === "http" && isSentToTls(exchange))) {
      return [];
    }
    const results = new Set(exchanges.map((each) => verdictOf(each).strict));
    const [only = "unknown"] = results.size === 1 ? results : [];
    const result = only === "breaks" && server.hidden.length > 0 ? "unknown" : only;
    return [{ config, server, isNamed, result, exchange }];
  });
}

/** To the same path, that is: a redirect to the start page is no endpoint. */
export function isSentToTls({ answeredBy }: Exchange): boolean {
  const target = answeredBy === null ? "" : redirectTarget(answeredBy);
  return /^https:\/\/.*\$\{?(?:request_uri|uri|document_uri|\d)\b/.test(target);
}

interface MeantServer {
  readonly server: Level;
  readonly scheme: "http" | "https";
  readonly isNamed: boolean;
}

/**
 * `wss:` comes to the listeners with TLS, or, where the host has none, to the others: TLS may end before nginx. The same
 * holds for the port, which something in front of nginx may have translated.
 */
function serversFor(config: Config, { scheme, host, port }: Endpoint): MeantServer[] {
  if (host === null) {
    return distinct(allListeners(config), false);
  }
  const addresses = groupBy(
    allListeners(config),
    ({ listener }) => `${listener.address}:${listener.port}`,
  );
  const chosen = [...addresses.values()].flatMap((candidates) => {
    const found = serverFor(host, candidates);
    const listening = candidates.find(({ server }) => server === found?.server);
    return found === undefined || listening === undefined
      ? []
      : [{ ...listening, isNamed: found.name !== null }];
  });
  const isNamed = chosen.some((each) => each.isNamed);
  const isWhole = config.kind === "main" && config.incomplete.length === 0;
  const meant = chosen.filter((each) =>
    isNamed ? each.isNamed : isWhole || isForAllHosts(each.server),
  );
  const wanted = port ?? (scheme === "https" ? "443" : "80");
  const byScheme = preferred(meant, ({ listener }) => listener.scheme === scheme);
  const byPort = preferred(byScheme, ({ listener }) => listener.port === wanted);
  return distinct(byPort, isNamed);
}

function distinct(all: readonly Listening[], isNamed: boolean): MeantServer[] {
  const byServer = groupBy(all, ({ server }) => server);
  return [...byServer].flatMap(([server, own]) =>
    [...new Set(own.map(({ listener }) => listener.scheme))].map((scheme) => ({
      server,
      scheme,
      isNamed,
    })),
  );
}

function preferred<Each extends Listening>(
  all: readonly Each[],
  isWanted: (each: Each) => boolean,
): readonly Each[] {
  const wanted = all.filter(isWanted);
  return wanted.length > 0 ? wanted : all;
}

/** nginx takes the first server for hosts that none names, but a file that shows that one need not show them all. */
function isForAllHosts(server: Level): boolean {
  return (
    listenersOf(server).some(({ isDefault }) => isDefault) ||
    serverNames(server).every((name) => name === "_" || name === "")
  );
}
