import { type BackendKind, startBackend } from "./backend.ts";
import { probeNames, type ProbeName } from "./client.ts";
import {
  configTest,
  exchange,
  withNginx,
  type ConfigTest,
  type Exchange,
  type NginxFiles,
} from "./harness.ts";
import { differingHeaders, parseHead } from "./head.ts";
import { addressesFor, relocate, type Addresses } from "./relocate.ts";

export interface ProofOptions {
  readonly before: NginxFiles;
  readonly after: NginxFiles;
  /** The request target of the probes. */
  readonly path: string;
  /** The `Host` of the probes, `example.test` if absent. */
  readonly host?: string;
  /** The `Connection` of the handshake, `Upgrade` if absent. */
  readonly connection?: string;
  /** The port that the probed server was written for; if absent 443, else 80, else the first one written. */
  readonly port?: number;
  /** Which server is behind nginx, `strict` if absent. */
  readonly server?: BackendKind;
}

/** What real nginx did with one version of the text. */
export interface Outcome {
  readonly configTest: ConfigTest;
  /** Null where nginx refuses the configuration. */
  readonly probes: Readonly<Record<ProbeName, Exchange>> | null;
}

export interface Proof {
  readonly before: Outcome;
  readonly after: Outcome;
}

/**
 * Runs both versions, one after the other, at the same addresses and in front of the same server, a strict RFC 6455 one by default.
 * See `relocate` for what is changed in the texts so that they run on this machine.
 */
export async function proveHandshake(options: ProofOptions): Promise<Proof> {
  const { before, after, connection } = options;
  const backend = await startBackend(options.server ?? "strict", { refuseSecondHost: true });
  try {
    const target = {
      path: options.path,
      ...(options.host === undefined ? {} : { host: options.host }),
    };
    const addresses = await addressesFor([before, after], backend.port);
    const run = async (config: NginxFiles): Promise<Outcome> => {
      const moved = relocate(config, addresses);
      const test = await configTest(moved);
      if (!test.ok) {
        return { configTest: test, probes: null };
      }
      const port = probedPort(addresses, options.port);
      const outcome = await withNginx(moved, [port], async () => {
        const sent = [];
        for (const probe of probeNames) {
          const written = probe === "websocket" && connection !== undefined ? { connection } : {};
          sent.push([probe, await exchange(port, backend, { probe, ...target, ...written })]);
        }
        return Object.fromEntries(sent) as Record<ProbeName, Exchange>;
      });
      return { configTest: test, probes: "result" in outcome ? outcome.result : null };
    };
    return { before: await run(before), after: await run(after) };
  } finally {
    await backend.close();
  }
}

/**
 * What the fix changed upstream beside the headers that it is about: lines such as `plain: x-real-ip`, for every probe
 * that both versions proxied. Also `plain: request line` when method or URI differ.
 */
export function sideEffects(proof: Proof, about: readonly string[]): string[] {
  const { before, after } = proof;
  return probeNames.flatMap((probe) => {
    const heads = [before, after].map((outcome) => outcome.probes?.[probe].upstreamHead ?? null);
    const [old, now] = heads;
    if (!old || !now) {
      return [];
    }
    const differing = differingHeaders(parseHead(old), parseHead(now), about);
    if (requestTarget(old) !== requestTarget(now)) {
      differing.unshift("request line");
    }
    return differing.map((what) => `${probe}: ${what}`);
  });
}

/** Method and URI, without the version. */
function requestTarget(head: string): string {
  return parseHead(head).startLine.replace(/ HTTP\/[\d.]+$/, "");
}

function probedPort(addresses: Addresses, wanted: number | undefined): number {
  const byNumber = (port: number) => addresses.listen.get(String(port));
  if (wanted === undefined) {
    return (
      byNumber(443) ?? byNumber(80) ?? [...addresses.listen.values()][0] ?? addresses.unwritten
    );
  }
  const port = byNumber(wanted);
  if (port === undefined) {
    throw new Error(`nothing listens on port ${wanted}`);
  }
  return port;
}
