import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findNginx, type FoundNginx } from "../../scripts/fetch-nginx.ts";
import type { Backend, RecordedRequest } from "./backend.ts";
import { sendProbe, type ProbeOptions, type ProbeResult } from "./client.ts";
import { replaceAll, statementsOf } from "./statements.ts";

/** What nginx loads: `main` is the path of the main file among `files`, whose paths are relative to its prefix. */
export interface NginxFiles {
  readonly main: string;
  readonly files: Readonly<Record<string, string>>;
}

/** One line of nginx about its configuration. */
export interface NginxMessage {
  /** `emerg`, `warn`, … */
  readonly level: string;
  /** Without the prefix of the temporary folder, and without file and line. */
  readonly text: string;
  readonly file: string | null;
  readonly line: number | null;
}

export interface ConfigTest {
  readonly ok: boolean;
  readonly messages: readonly NginxMessage[];
}

export interface RunningNginx {
  /** Everything in the error log, from level info up, so far. */
  errorLog(): string;
}

/** One probe with what reached the upstream for it. */
export interface Exchange extends ProbeResult {
  /** The head of the request that the answer belongs to; else of the last one that reached the upstream. */
  readonly upstreamHead: string | null;
  /** All requests that reached the upstream, subrequests included. */
  readonly upstreamRequests: readonly RecordedRequest[];
}

/** The nginx of this machine. Throws, with the reason, where there is none. */
async function requireNginx(): Promise<FoundNginx> {
  const nginx = await findNginx();
  if ("unavailable" in nginx) {
    throw new Error(nginx.unavailable);
  }
  return nginx;
}

/**
 * Replaces `@NGINX@` by the first listen port, `@NGINX2@` by the second and so on, and `@BACKEND@`, `@BACKEND2@`… by the
 * upstream ports.
 */
export function fillPorts(
  config: NginxFiles,
  listen: readonly number[],
  backends: readonly number[],
): NginxFiles {
  const fill = (text: string) =>
    text.replace(/@(NGINX|BACKEND)(\d*)@/g, (placeholder, name: string, ordinal: string) => {
      const port = (name === "NGINX" ? listen : backends)[Number(ordinal || "1") - 1];
      return port === undefined ? placeholder : String(port);
    });
  const files = Object.entries(config.files).map(([path, text]) => [path, fill(text)] as const);
  return { main: config.main, files: Object.fromEntries(files) };
}

/** A whole configuration from the inside of an `http` block. */
export function httpConfig(body: string): NginxFiles {
  return { main: "nginx.conf", files: { "nginx.conf": `events {}\nhttp {\n${body}\n}\n` } };
}

/** Server blocks that do not depend on each other, each with its own placeholders, as one configuration. */
export function serversConfig(servers: readonly string[]): NginxFiles {
  const renumbered = servers.map((text, index) =>
    text.replaceAll("@NGINX@", `@NGINX${index + 1}@`),
  );
  return httpConfig(renumbered.join("\n"));
}

/** Ports of 127.0.0.1 on which nothing listens at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(
    servers.map(
      (server) =>
        new Promise<void>((ready, failed) => {
          server.once("error", failed);
          server.listen(0, "127.0.0.1", ready);
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

/** What `nginx -t` says. The ports in the text must be filled in. */
export async function configTest(config: NginxFiles): Promise<ConfigTest> {
  const nginx = await requireNginx();
  using prefix = makePrefix(config);
  const process = startProcess(nginx, prefix, ["-t"]);
  const code = await process.exit;
  return { ok: code === 0, messages: parseMessages(process.stderr(), prefix.path) };
}

/**
 * Runs one nginx process while `use` runs; all its servers listen before. Gives what `use` gives, or the
 * messages when nginx refuses the configuration.
 *
 * @param listen the ports that the configuration listens on
 */
export async function withNginx<Result>(
  config: NginxFiles,
  listen: readonly number[],
  use: (nginx: RunningNginx) => Promise<Result>,
): Promise<{ result: Result } | { refused: readonly NginxMessage[] }> {
  const nginx = await requireNginx();
  using prefix = makePrefix(config);
  const process = startProcess(nginx, prefix, []);
  try {
    if (!(await listening(listen, process))) {
      return { refused: parseMessages(process.stderr(), prefix.path) };
    }
    return {
      result: await use({ errorLog: () => readFileSync(join(prefix.path, "error.log"), "utf8") }),
    };
  } finally {
    process.kill();
    await process.exit;
  }
}

/** Sends a probe through nginx and finds what reached `backend` for it. Probes to one backend must not overlap. */
export async function exchange(
  port: number,
  backend: Backend,
  options: ProbeOptions,
): Promise<Exchange> {
  const before = backend.requests.length;
  const answer = await sendProbe(port, options);
  const upstreamRequests = backend.requests.slice(before);
  const answered = upstreamRequests.find((request) => request.id === answer.backendRequest);
  const upstreamHead = (answered ?? upstreamRequests.at(-1))?.head ?? null;
  return { ...answer, upstreamHead, upstreamRequests };
}

/** Runs `work` over `items` with at most `width` at a time. Results are in the order of the items. */
export async function inPool<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) {
      results[index] = await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

interface Prefix extends Disposable {
  readonly path: string;
  readonly main: string;
}

/** Paths that nginx would create outside its prefix, as directives of the http block. */
const temporaryPaths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
  .map((name) => `${name}_temp_path ${name};`)
  .join(" ");

function makePrefix(config: NginxFiles): Prefix {
  const path = mkdtempSync(join(tmpdir(), "nginx-"));
  for (const [name, text] of Object.entries(config.files)) {
    if (isAbsolute(name) || normalize(name).startsWith("..")) {
      throw new Error(`${name} is outside of the prefix`);
    }
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), name === config.main ? withTemporaryPaths(text) : text);
  }
  return {
    path,
    main: config.main,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** On the line of `http {`, so that the other lines keep their numbers. */
function withTemporaryPaths(text: string): string {
  const statements = statementsOf(text);
  const http = statements.find(({ name, parent }) => name === "http" && parent === null);
  if (http === undefined) {
    return text;
  }
  const logs = statements.some(({ name }) => name === "access_log") ? "" : " access_log off;";
  return replaceAll(text, [{ start: http.end, end: http.end, text: ` ${temporaryPaths}${logs}` }]);
}

interface NginxProcess {
  /** The exit code, or null when a signal ended it. */
  readonly exit: Promise<number | null>;
  stderr(): string;
  kill(): void;
}

function startProcess(
  nginx: FoundNginx,
  prefix: Prefix,
  parameters: readonly string[],
): NginxProcess {
  const globals = "daemon off; master_process off; pid nginx.pid; error_log error.log info;";
  const errorLog = isAtLeast(nginx.version, [1, 19, 5]) ? ["-e", "error.log"] : [];
  const all = [
    "-p",
    `${prefix.path}/`,
    ...errorLog,
    "-c",
    prefix.main,
    "-g",
    globals,
    ...parameters,
  ];
  const env = { ...process.env, ...nginx.env };
  // nginx would take it for a list of inherited sockets.
  delete env["NGINX"];
  const child = spawn(nginx.path, all, { env, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const exit = new Promise<number | null>((done, failed) => {
    child.on("error", failed);
    child.on("close", done);
  });
  return { exit, stderr: () => stderr, kill: () => child.kill("SIGKILL") };
}

/** Whether the process came to listen on all ports; false when it ended before. */
async function listening(ports: readonly number[], process: NginxProcess): Promise<boolean> {
  let ended = false;
  void process.exit.then(() => (ended = true));
  for (const port of ports) {
    while (!(await accepts(port))) {
      if (ended) {
        return false;
      }
      await sleep(1);
    }
  }
  return true;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.resetAndDestroy();
      done(true);
    });
    socket.on("error", () => done(false));
  });
}

/** `nginx: [emerg] unknown directive "x" in /prefix/nginx.conf:3`, one message a line; a token may hold line feeds. */
function parseMessages(stderr: string, prefix: string): NginxMessage[] {
  const messages: NginxMessage[] = [];
  for (const part of stderr.split(/^nginx: (?=\[|the configuration|configuration file)/m)) {
    const match = /^\[(\w+)\] ([\s\S]*?)\n?$/.exec(part);
    if (match === null) {
      continue;
    }
    const whole = (match[2] ?? "").replaceAll(`${prefix}/`, "");
    const place = /^([\s\S]*) in ([^\s"]+):(\d+)$/.exec(whole);
    messages.push({
      level: match[1] ?? "",
      text: place?.[1] ?? whole,
      file: place?.[2] ?? null,
      line: place === null ? null : Number(place[3]),
    });
  }
  return messages;
}

function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split(".").map(Number);
  for (const [index, part] of wanted.entries()) {
    if ((parts[index] ?? 0) !== part) {
      return (parts[index] ?? 0) > part;
    }
  }
  return true;
}
