import { defaultAmong, type Listening, speaksOnlyHttp2 } from "../request/server.ts";
import { settingWord } from "../config/effective.ts";
import type { Config } from "../config/level.ts";
import { isSince, type NginxVersion } from "../nginx/versions.ts";
import type { ClientRequest } from "../request/client-request.ts";
import { ended } from "../request/ended.ts";
import type { Exchange } from "../request/exchange.ts";
import { route } from "../request/route.ts";
import { parseTarget, type RequestTarget } from "../request/target.ts";
import { addressed } from "./addressed.ts";
import type { TraceRequest } from "./client.ts";
import { probeHeaders } from "./probe.ts";

/** `$http_name` joins all lines of a name (changes of 1.23.0). */
const headersJoined: NginxVersion = [1, 23, 0];

/** What becomes of one request in one version of nginx, if it starts. */
export function simulateRequest(
  config: Config,
  request: TraceRequest,
  version: NginxVersion,
): Exchange {
  const steps: string[] = [];
  const candidates = addressed(config, request, steps);
  if (!isSome(candidates)) {
    const why = steps.length > 0 ? "so nothing answers here" : "there is no server";
    return ended(request.probe, "unknown", [...steps, why]);
  }
  const exchange = requestTo(candidates, config, request, version);
  return { ...exchange, steps: [...steps, ...exchange.steps] };
}

function isSome(all: readonly Listening[]): all is readonly [Listening, ...Listening[]] {
  return all.length > 0;
}

/** What becomes of a request that has come to the address of these servers. */
export function requestTo(
  candidates: readonly [Listening, ...Listening[]],
  config: Config,
  request: TraceRequest,
  version: NginxVersion,
): Exchange {
  const [first] = candidates;
  const refused = (step: string): Exchange =>
    ended(request.probe, "answered", [step], { status: 400 });
  const target = parseTarget(request.target, mergesSlashes(candidates));
  if (target === null) {
    return refused(`nginx refuses the path ${request.target}`);
  }
  if (speaksOnlyHttp2(config, first, version)) {
    return refused("the address speaks HTTP/2 only: nginx before 1.25.1 does so without TLS");
  }
  const client = {
    ...clientRequest(request, first, target),
    joinsHeaders: isSince(version, headersJoined),
  };
  return client.hostName === ""
    ? refused("the request has no Host")
    : route(config, client, candidates, version);
}

/** The path is read before the host is known: the default server says how. */
function mergesSlashes(candidates: readonly Listening[]): boolean {
  const chosen = defaultAmong(candidates);
  const word = chosen === null ? null : settingWord(chosen, "merge_slashes");
  return word?.toLowerCase() !== "off";
}

function clientRequest(
  request: TraceRequest,
  { server, listener }: Listening,
  { path, query }: RequestTarget,
): ClientRequest {
  const asked = request.headers?.find(([name]) => name.toLowerCase() === "host")?.[1];
  const names = server.uses.find(({ name }) => name === "server_name")?.parameters ?? [];
  const own = names.find((name) => /^[a-z0-9.-]+$/i.test(name)) ?? "localhost";
  const name = request.host ?? own;
  const port = request.port ?? listener.port;
  const isUsual = port === "" || port === (listener.scheme === "https" ? "443" : "80");
  const host = asked ?? (isUsual ? name : `${name}:${port}`);
  return {
    probe: request.probe,
    standsForAll: false,
    method: request.method ?? "GET",
    path,
    query,
    scheme: listener.scheme,
    host,
    hostName: host.replace(/:\d*$/, "").replace(/\.$/, "").toLowerCase(),
    port: listener.port,
    headers: [["Host", host], ...headersOf(request)],
    clientAddress: request.clientAddress ?? null,
    target: request.target,
  };
}

function headersOf({ probe, headers = [] }: TraceRequest): (readonly [string, string])[] {
  const given = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
  const own = probeHeaders(probe).map(
    ([name, value]) => [name, given.get(name.toLowerCase()) ?? value] as const,
  );
  const names = new Set(own.map(([name]) => name.toLowerCase()).concat("host"));
  return [...own, ...headers.filter(([name]) => !names.has(name.toLowerCase()))].filter(
    ([, value]) => value !== "",
  );
}
