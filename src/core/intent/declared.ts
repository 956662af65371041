import type { Config, Level, Use } from "../config/model.ts";
import type { Policy } from "../policy/policy.ts";
import { serverNames } from "./hosts.ts";
import { pathsOf } from "./paths.ts";
import { locationFor, serverOf } from "./routes.ts";
import { guardComments } from "./silences.ts";

/** What somebody says of a location outright. */
export interface Declared {
  readonly websocket: boolean;
  readonly evidence: string;
}

/** What the policy or a comment says of the location; the policy's `locations` first, then the comment, then its endpoints. */
export function declared(config: Config, location: Level, policy: Policy): Declared | null {
  const opener = location.opener;
  return (
    overruled(location, opener, policy) ?? commented(opener) ?? promised(config, location, policy)
  );
}

function overruled(location: Level, opener: Use | null, policy: Policy): Declared | null {
  const { written } = pathsOf(opener);
  const names = serverNames(serverOf(location));
  const said = policy.locations.findLast(
    ({ path, server, file }) =>
      (path === null || path === written || path === withoutModifier(written)) &&
      (server === null || names.includes(server)) &&
      (file === null || file === opener?.document.path),
  );
  if (said === undefined) return null;
  const what = said.websocket ? "WebSockets" : "no WebSockets";
  return {
    websocket: said.websocket,
    evidence: `the policy says that this location serves ${what}`,
  };
}

function withoutModifier(written: string): string {
  return written.replace(/^(?:=|~\*|~|\^~)\s*/, "");
}

function commented(opener: Use | null): Declared | null {
  const said =
    opener &&
    guardComments(opener.document).declarations.findLast(
      ({ target }) => target === opener.directive,
    );
  if (!said) return null;
  const line = opener.document.lines.lineAt(said.span.start);
  const what = said.websocket ? "WebSockets" : "no WebSockets";
  return {
    websocket: said.websocket,
    evidence: `the comment in line ${line} says that this location serves ${what}`,
  };
}

const promises = new WeakMap<Policy, WeakMap<Level, ReadonlyMap<Use | null, string>>>();

function promised(config: Config, location: Level, policy: Policy): Declared | null {
  if (policy.endpoints.length === 0 || location.opener === null) return null;
  const byServer = promises.get(policy) ?? new WeakMap<Level, ReadonlyMap<Use | null, string>>();
  promises.set(policy, byServer);
  const server = serverOf(location);
  const endpoints = byServer.get(server) ?? endpointsOf(config, server, policy);
  byServer.set(server, endpoints);
  const endpoint = endpoints.get(location.opener);
  return endpoint === undefined
    ? null
    : { websocket: true, evidence: `the policy names the endpoint ${endpoint}` };
}

/** The policy's endpoints by the location that nginx chooses for them. */
function endpointsOf(
  config: Config,
  server: Level,
  { endpoints }: Policy,
): ReadonlyMap<Use | null, string> {
  const found = new Map<Use | null, string>();
  for (const endpoint of endpoints) {
    const address = /^(?:wss?:\/\/([^/?]+))?([^?]*)/.exec(endpoint);
    const host = address?.[1]?.replace(/:\d+$/, "").toLowerCase();
    if (host === undefined || answersTo(config, server, host)) {
      found.set(locationFor(server, address?.[2] || "/"), endpoint);
    }
  }
  return found;
}

/** Whether the server may answer to the host: it bears the name, or it bears none that a client could use. */
function answersTo(config: Config, server: Level, host: string): boolean {
  const names = serverNames(server).map((name) => name.toLowerCase());
  const bears = names.some((name) => {
    if (name.startsWith("*.")) return host.endsWith(name.slice(1));
    if (name.startsWith(".")) return host === name.slice(1) || host.endsWith(name);
    if (name.endsWith(".*")) return host.startsWith(name.slice(0, -1));
    return name === host;
  });
  return bears || config.kind === "location" || names.every((name) => name === "_" || name === "");
}
