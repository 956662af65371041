import {
  defaultPolicy,
  nearest,
  parseUrl,
  type FileTrace,
  traceFile,
  traceJson,
  type TraceRequest,
  traceText,
} from "../core/index.ts";
import type { Arguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { policyFlags, versionOf } from "./settings.ts";
import { type Terminal, UsageError } from "./terminal.ts";
import { select, Tree } from "./tree.ts";

/** Follows one request through a configuration: which location answers, and what reaches the upstream. */
export const trace: Command = {
  words: "FILE URL",
  about: "which server and location answer a request, and what reaches the upstream",
  flags: {
    path: { value: "/ws", about: "in place of URL: the path, on the first address without TLS" },
    host: { value: "H", about: "with --path: the host that the client asks for" },
    request: { value: "R", about: "websocket, plain or h2c" },
    header: { value: "'N: V'", about: "one more header of the client's; may be repeated" },
    "nginx-version": policyFlags["nginx-version"],
    format: { value: "F", about: "text or json" },
  },
  examples: [
    "GUARD trace nginx.conf wss://chat.example.com/ws",
    "GUARD trace nginx.conf --path /ws --host chat.example.com",
  ],
  run: runTrace,
};

function runTrace(args: Arguments, terminal: Terminal): number {
  const format = args.choice("format", ["text", "json"]);
  const [file, ...more] = args.words;
  if (file === undefined) {
    throw new UsageError(
      "trace expects a FILE and a URL, such as nginx.conf wss://chat.example.com/ws.",
    );
  }
  if (more.length === 0 && file.includes("://")) {
    throw new UsageError(`trace expects a file before the URL, as in: trace nginx.conf ${file}`);
  }
  const request = requestOf(args, more);
  const { folder, paths } = select(terminal.cwd, [file]);
  const [path = ""] = paths;
  const tree = new Tree(folder, paths);
  if (!tree.list().includes(path)) {
    throw new UsageError(`${file} is not a plain file: trace expects one such as nginx.conf.`);
  }
  if (tree.read(path) === undefined) {
    throw new UsageError(`${file} cannot be read: it is binary, or larger than 5 MB.`);
  }
  const policy = { ...defaultPolicy, nginxVersion: versionOf(args) };
  const result = traceFile(tree, path, request, policy);
  if (result === null) {
    throw new UsageError(`${file} is not nginx configuration as far as its content says.`);
  }
  terminal.write(format === "json" ? traceJson(result) : traceText(result));
  return hasFailed(result, request) ? 1 : 0;
}

/** Whether a handshake was asked for and does not work: it breaks, nginx answers itself, or nginx does not start. */
function hasFailed({ outcome, verdict }: FileTrace, { probe }: TraceRequest): boolean {
  const isAnswered = outcome === "answered" || outcome === "config-error";
  return probe === "websocket" && (isAnswered || verdict?.strict === "breaks");
}

function requestOf(args: Arguments, words: readonly string[]): TraceRequest {
  const [url, ...more] = words;
  if (more.length > 0) {
    throw new UsageError(`trace takes one URL; ${more[0]} is one too many.`);
  }
  const headers = args.values("header").map(headerOf);
  const probe = args.choice("request", ["websocket", "plain", "h2c"]);
  const path = args.value("path");
  if (url === undefined) {
    if (path === null) {
      throw new UsageError("trace expects a URL, or --path.");
    }
    if (!path.startsWith("/")) {
      throw new UsageError(`--path is ${path}: expected one that begins with /.`);
    }
    return { probe, scheme: null, host: args.value("host"), port: null, target: path, headers };
  }
  if (path !== null || args.value("host") !== null) {
    throw new UsageError("--path and --host take the place of the URL: leave one of them out.");
  }
  const parsed = parseUrl(url);
  if (parsed === undefined) {
    throw new UsageError(wrongUrl(url));
  }
  return { probe, ...parsed, headers };
}

function wrongUrl(url: string): string {
  const scheme = /^([a-z]+):\/\//i.exec(url)?.[1];
  const guess = scheme === undefined ? null : nearest(scheme, ["ws", "wss", "http", "https"]);
  const hint = guess === null || guess === scheme ? "" : ` Did you mean ${guess}://?`;
  return `${url} is no URL to trace: expected one such as wss://api.example.com/ws.${hint}`;
}

function headerOf(text: string): readonly [string, string] {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)$/.exec(text);
  const [, name, value] = match ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError(`--header is ${text}: expected 'Name: value'.`);
  }
  return [name, value];
}
