import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { NginxVersion } from "../../src/core/nginx/versions.ts";
import { Documents } from "../../src/core/repository/documents.ts";
import type { Config } from "../../src/core/config/level.ts";
import { resolve } from "../../src/core/config/resolve.ts";
import type { UpstreamRequest } from "../../src/core/request/exchange.ts";
import { trace, type TraceResult } from "../../src/core/handshake/trace.ts";
import type { TraceRequest } from "../../src/core/handshake/client.ts";
import { shown } from "../../src/core/request/value.ts";
import type { NginxFiles } from "./harness.ts";

/** Experiments and labelled locations, in a folder beside the project that not everybody has. */
export const dataFolder = join(import.meta.dirname, "../../../shared/data");

/** Whether the folder is there. */
export const hasData = existsSync(join(dataFolder, "experiments.jsonl"));

export const experimentVersions = {
  nginx_1_22: [1, 22, 1],
  nginx_new: [1, 31, 5],
} as const satisfies Readonly<Record<string, NginxVersion>>;

export type VersionKey = keyof typeof experimentVersions;

interface WebsocketAnswer {
  readonly status: number | null;
  readonly ok: boolean;
  readonly upstream_head?: RecordedHead;
}

/** Several where subrequests reached the upstream too. */
type RecordedHead = string | readonly string[] | null;

interface Measured {
  readonly config_test: string | readonly string[];
  readonly messages?: readonly string[];
  readonly ws_strict?: WebsocketAnswer;
  readonly ws_nodews?: WebsocketAnswer;
  readonly plain_get?: {
    readonly statuses: readonly (number | null)[];
    readonly upstream_requests: number;
    readonly upstream_conn_reused: boolean | null;
    readonly upstream_head?: RecordedHead;
  };
}

export interface Experiment {
  readonly id: string;
  readonly description: string;
  readonly config: string;
  readonly path?: string;
  readonly client?: {
    readonly upgrade?: string;
    readonly connection?: string;
    readonly method?: string;
    readonly noUpgrade?: boolean;
    readonly headers?: Readonly<Record<string, string>>;
  };
  readonly nginx_1_22: Measured;
  readonly nginx_new: Measured;
}

/** Experiments of which the configuration does not say the outcome: which servers run, and what they answer. */
export const runningTime: Readonly<Record<string, string>> = {
  E85: "the first server is down, and error_page 502 leads to another",
  E88: "the head that was recorded of the plain request is that of the subrequest",
  E90: "the subrequest's 101 ends the connection before anything reaches the server",
  E123: "a 101 for a client that did not ask leaves it waiting: no head was recorded",
  E164: "the server's 426 closes the connection",
  E165: "the server is down",
};

/** The experiments, or none where the folder is not there. */
export function experiments(): Experiment[] {
  return hasData ? readLines<Experiment>("experiments.jsonl") : [];
}

export function readLines<Row>(name: string): Row[] {
  return readFileSync(join(dataFolder, name), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}

/** A main configuration of files, as the simulation reads it. */
export function configOf({ main, files }: NginxFiles): Config {
  const documents = new Documents({
    read: (path) => files[path],
    list: () => Object.keys(files),
  });
  const config = resolve(documents, main, { kind: "main", prefixes: new Map() });
  if (config === null) {
    throw new Error(`there is no ${main}`);
  }
  return config;
}

const backendPort = "38081";
const listenPort = "38080";

/** What the simulation says otherwise than real nginx did, one line for each. */
export function compareExperiment(experiment: Experiment, key: VersionKey): string[] {
  const measured = experiment[key];
  const config = experimentConfig(experiment);
  const websocket = traced(config, experiment, "websocket", key);
  const plain = traced(config, experiment, "plain", key);
  const differences: string[] = [];
  const differ = (what: string, ours: unknown, theirs: unknown): void => {
    if (ours !== theirs) {
      differences.push(`${what}: ${JSON.stringify(ours)}, nginx: ${JSON.stringify(theirs)}`);
    }
  };
  const differInHead = (what: string, ours: string | null, theirs: RecordedHead): void => {
    const heads = Array.isArray(theirs) ? theirs : [theirs];
    const known = heads.map((head: string | null) => (head === null ? null : withoutKey(head)));
    if (!known.includes(ours)) {
      differ(what, ours, known.length === 1 ? known[0] : known);
    }
  };
  const emergency = measured.messages?.map(emergencyText).find((text) => text !== null) ?? null;
  const message = websocket.configErrors[0]?.message ?? null;
  // The parser's messages begin with nginx's and go on to say what was expected.
  differ(
    "first message",
    message?.startsWith(`${emergency},`) === true ? emergency : message,
    emergency,
  );
  if (emergency !== null) {
    return differences;
  }
  const { ws_strict: strict, ws_nodews: lenient, plain_get: get } = measured;
  if (strict !== undefined) {
    differInHead("head of the handshake", headOf(websocket.upstream), strict.upstream_head ?? null);
    differ("strict", websocket.verdict?.strict, strict.ok ? "works" : "breaks");
    if (websocket.status !== null) {
      differ("status", websocket.status, strict.status);
    }
  }
  if (lenient !== undefined) {
    differ("lenient", websocket.verdict?.lenient, lenient.ok ? "works" : "breaks");
  }
  if (get !== undefined) {
    differInHead("head of a plain request", headOf(plain.upstream), get.upstream_head ?? null);
    if (plain.status !== null) {
      differ("plain status", plain.status, get.statuses[0]);
    }
    if (typeof get.upstream_conn_reused === "boolean") {
      differ("reuses connections", plain.reusesUpstreamConnection, get.upstream_conn_reused);
    }
  }
  return differences;
}

function experimentConfig({ config }: Experiment): Config {
  const text = config
    .replaceAll("@NGINX@", listenPort)
    .replaceAll("@BACKEND@", backendPort)
    .replaceAll("@HARNESS@/", "")
    .replaceAll("@DIR@/", "/tmp/");
  const parameters = readFileSync(join(dataFolder, "proxy_params"), "utf8");
  return configOf({
    main: "nginx.conf",
    files: { "nginx.conf": `events {}\n${text}`, proxy_params: parameters },
  });
}

function traced(
  config: Config,
  { path, client = {} }: Experiment,
  probe: TraceRequest["probe"],
  key: VersionKey,
): TraceResult {
  const headers: [string, string][] = Object.entries(client.headers ?? {});
  if (probe === "websocket") {
    if (client.noUpgrade === true) {
      headers.push(["Upgrade", ""]);
    }
    if (client.upgrade !== undefined) {
      headers.push(["Upgrade", client.upgrade]);
    }
    if (client.connection !== undefined) {
      headers.push(["Connection", client.connection]);
    }
  }
  return trace(
    config,
    {
      probe,
      scheme: null,
      host: null,
      port: null,
      target: path ?? "/ws",
      method: client.method ?? "GET",
      headers: [["Host", "example.test"], ...headers],
      clientAddress: "127.0.0.1",
    },
    experimentVersions[key],
  );
}

/** `nginx: [emerg] message in FILE:LINE` without the place; null for warnings. */
function emergencyText(message: string): string | null {
  const [, text] = /^nginx: \[emerg\] ([\s\S]*?)(?: in \S+:\d+)?$/.exec(message) ?? [];
  return text ?? null;
}

/** The head as nginx writes it, the key's value aside; null where nothing is proxied. */
export function headOf(upstream: UpstreamRequest | null): string | null {
  if (upstream === null) {
    return null;
  }
  const { method, uri, httpVersion, headers } = upstream;
  const lines = [
    `${shown(method)} ${shown(uri)} HTTP/${shown(httpVersion)}`,
    ...headers.map(({ name, value }) => `${name}: ${shown(value)}`),
  ];
  return withoutKey(lines.join("\r\n"));
}

function withoutKey(head: string): string {
  return head.replace(/^(sec-websocket-key: ).*$/im, "$1…");
}
