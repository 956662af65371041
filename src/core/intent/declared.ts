import { groupBy } from "../basics/collections.ts";
import type { Config, Level } from "../config/level.ts";
import type { Document } from "../repository/document.ts";
import { listenersOf, serverNames } from "../request/listen.ts";
import { locate } from "../request/locate.ts";
import { locationName } from "../config/location-name.ts";
import { allListeners, serverFor, serversOf } from "../request/server.ts";
import type { Policy } from "../policy/policy.ts";
import type { Directive } from "../syntax/tree.ts";
import { serverOf } from "./routes.ts";
import { type Declaration, guardComments, type Hearing } from "../comments/guard-comments.ts";

/** What somebody says of a location outright. */
export interface Declared {
  readonly websocket: boolean;
  readonly evidence: string;
  /** The path of the endpoint that the policy names. */
  readonly path?: string;
}

/** What the policy or a comment says of the location; the policy's `locations` first, then the comment, then its endpoints. */
export function declared(
  config: Config,
  location: Level,
  policy: Policy,
  hearing?: Hearing,
): Declared | null {
  return (
    overruled(config, location, policy) ??
    commented(location, hearing) ??
    promised(config, location, policy)
  );
}

function overruled(config: Config, location: Level, policy: Policy): Declared | null {
  const { opener } = location;
  if (policy.locations.length === 0 || opener === null) {
    return null;
  }
  const names = serverNames(serverOf(config, location));
  const written = opener.parameters.join(" ");
  const text = locationName(location)?.text;
  const said = policy.locations.findLast(
    ({ path, server, file }) =>
      (path === null || path === written || path === text) &&
      (server === null || names.includes(server)) &&
      (file === null || file === opener.document.path),
  );
  return said === undefined ? null : saying("the policy", said.websocket);
}

function commented({ opener }: Level, hearing?: Hearing): Declared | null {
  if (opener === null) {
    return null;
  }
  const { document, directive } = opener;
  const said = declarationOf(document, directive, hearing);
  if (said !== undefined) {
    const line = document.lines.lineAt(said.span.start);
    return saying(`the comment in line ${line}`, said.websocket);
  }
  return hearing?.promised(document, directive) === true
    ? saying("a comment that the change takes away", true)
    : null;
}

/** What comments declare of a block: the last that counts, every one where `hearing` is not given. */
export function declarationOf(
  document: Document,
  block: Directive,
  hearing?: Hearing,
): Declaration | undefined {
  return guardComments(document).declarations.findLast(
    (each) => each.target === block && (hearing === undefined || hearing.counts(document, each)),
  );
}

function saying(who: string, websocket: boolean): Declared {
  const what = websocket ? "WebSockets" : "no WebSockets";
  return { websocket, evidence: `${who} says that this location serves ${what}` };
}

const promises = new WeakMap<Policy, WeakMap<Config, ReadonlyMap<Level, string>>>();

function promised(config: Config, location: Level, policy: Policy): Declared | null {
  if (policy.endpoints.length === 0) {
    return null;
  }
  const byConfig = promises.get(policy) ?? new WeakMap<Config, ReadonlyMap<Level, string>>();
  promises.set(policy, byConfig);
  const endpoints = byConfig.get(config) ?? endpointsIn(config, policy);
  byConfig.set(config, endpoints);
  const endpoint = endpoints.get(location);
  return endpoint === undefined
    ? null
    : {
        websocket: true,
        evidence: `the policy names the endpoint ${endpoint}`,
        path: endpoint.replace(/^\w+:\/\/[^/?]*/, ""),
      };
}

/** The policy's endpoints by the location that nginx chooses for them, before any rewrite. */
export function endpointsIn(
  config: Config,
  { endpoints }: Pick<Policy, "endpoints">,
): ReadonlyMap<Level, string> {
  const found = new Map<Level, string>();
  for (const endpoint of endpoints) {
    const [, host, path = ""] = /^(?:wss?:\/\/([^/?:]+)[^/?]*)?([^?]*)/.exec(endpoint) ?? [];
    const servers = host === undefined ? serversOf(config) : serversFor(config, host.toLowerCase());
    for (const server of servers) {
      const located = locate(server, path === "" ? "/" : path);
      if (!("unknown" in located) && located.level !== server) {
        found.set(located.level, endpoint);
      }
    }
  }
  return found;
}

/** The servers that answer to the host by name on one of their addresses, else those that are there for all hosts. */
function serversFor(config: Config, host: string): readonly Level[] {
  if (config.kind === "location") {
    return [config.main];
  }
  const addresses = groupBy(
    allListeners(config),
    ({ listener }) => `${listener.address}:${listener.port}`,
  );
  const chosen = [...addresses.values()]
    .map((candidates) => serverFor(host, candidates))
    .filter((each) => each !== undefined);
  const named = chosen.filter(({ name }) => name !== null).map(({ server }) => server);
  return named.length > 0 ? named : chosen.map(({ server }) => server).filter(isForAllHosts);
}

/** nginx takes the first server for hosts that none names, but a file that shows that one need not show them all. */
function isForAllHosts(server: Level): boolean {
  return (
    listenersOf(server).some(({ isDefault }) => isDefault) ||
    serverNames(server).every((name) => name === "_" || name === "")
  );
}
