import { startBackend, type Backend } from "./backend.ts";
import type { ProbeOptions } from "./client.ts";
import {
  exchange,
  fillPorts,
  freePorts,
  withNginx,
  type Exchange,
  type NginxFiles,
  type NginxMessage,
} from "./harness.ts";

/** A request to be asked of a configuration; what is absent is as the probes have it. */
export interface Target extends Pick<ProbeOptions, "path" | "host" | "method" | "headers"> {
  /** What the websocket probe says instead of its own headers. */
  readonly websocket?: Pick<ProbeOptions, "upgrade" | "connection">;
}

/** What real nginx does with one target. */
export interface Observed {
  /** In front of a strict server. */
  readonly websocket: Exchange;
  readonly plain: Exchange;
  readonly h2c: Exchange;
  /** The websocket probe in front of Node's `ws`. */
  readonly lenient: Exchange;
  /** Whether a second plain request came over the connection of the first; false where none reached the upstream. */
  readonly reused: boolean;
}

/** The messages with which nginx refuses the configuration, or what it does with each target. */
export type Observation =
  | { readonly refused: readonly NginxMessage[] }
  | { readonly observed: readonly Observed[] };

/**
 * Runs one configuration, with `@NGINX@` and `@BACKEND@` as placeholders for its ports, and sends all probes to all
 * targets. `backend` must not be in use by anyone else meanwhile.
 */
export async function observe(
  config: NginxFiles,
  targets: readonly Target[],
  backend: Backend,
  timeout = 1000,
): Promise<Observation> {
  const ports = await freePorts(1);
  const [port = 0] = ports;
  const outcome = await withNginx(fillPorts(config, ports, [backend.port]), ports, async () => {
    const observed: Observed[] = [];
    const send = (options: ProbeOptions) => exchange(port, backend, { timeout, ...options });
    for (const { websocket: own, ...request } of targets) {
      backend.become("nodews");
      const lenient = await send({ ...request, ...own, probe: "websocket" });
      backend.become("strict");
      const websocket = await send({ ...request, ...own, probe: "websocket" });
      const plain = await send({ ...request, probe: "plain" });
      const again = await send({ ...request, probe: "plain" });
      const h2c = await send({ ...request, probe: "h2c" });
      observed.push({ lenient, websocket, plain, h2c, reused: sameConnection(plain, again) });
    }
    return observed;
  });
  return "refused" in outcome ? outcome : { observed: outcome.result };
}

/** Starts backends for `observe`, as many as configurations are observed at a time. */
export async function withBackends<Result>(
  count: number,
  use: (backends: readonly Backend[]) => Promise<Result>,
): Promise<Result> {
  const backends = await Promise.all(Array.from({ length: count }, () => startBackend("strict")));
  try {
    return await use(backends);
  } finally {
    await Promise.all(backends.map((backend) => backend.close()));
  }
}

/** It may be a subrequest that takes the connection on which the request came before. */
function sameConnection(first: Exchange, second: Exchange): boolean {
  const before = new Set(first.upstreamRequests.map(({ connection }) => connection));
  return second.upstreamRequests.some(({ connection }) => before.has(connection));
}
