import { createHash } from "node:crypto";
import { createServer as createHttpServer, type IncomingMessage, type Server } from "node:http";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { WebSocketServer } from "ws";
import { closeOpcode, decodeFrame, encodeFrame, textOpcode } from "./frames.ts";
import { hasToken, parseHead, valuesOf, type Head } from "./head.ts";

/**
 * `strict` follows RFC 6455: it refuses a bad handshake with 400 or 426 and answers 200 to a request without `Upgrade`.
 * `sloppy` answers 101 to everything. `nodews` is the `ws` package on Node's own HTTP server.
 */
export type BackendKind = "strict" | "sloppy" | "nodews";

export interface RecordedRequest {
  /** Counts all requests of this backend from 1; the answer names it in `X-Backend-Request`. */
  readonly id: number;
  /** Counts accepted connections from 1: the same number twice is a connection that nginx used again. */
  readonly connection: number;
  /** The head without its final blank line, one character per byte. `nodews` gives it as Node parsed it. */
  readonly head: string;
}

export interface Backend {
  /** The port on 127.0.0.1. */
  readonly port: number;
  /** In the order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Answers as another kind from now on, and closes all connections. */
  become(kind: BackendKind): void;
  close(): Promise<void>;
}

export interface BackendOptions {
  /**
   * Whether *strict* refuses a second `Host` line, as RFC 9112 (section 3.2) demands. The servers of
   * experiments.jsonl did not (E157), so the default is false.
   */
  readonly refuseSecondHost?: boolean;
}

/** Starts an upstream server on a free port of 127.0.0.1. A plain request to `/wsonly` gets 426 from *strict*. */
export async function startBackend(
  kind: BackendKind,
  options: BackendOptions = {},
): Promise<Backend> {
  const recorder = new Recorder();
  const node = nodeServer(recorder);
  const sockets = new Set<Socket>();
  let current = kind;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    if (current === "nodews") {
      node.emit("connection", socket);
    } else {
      serveRaw(socket, recorder, current, options.refuseSecondHost ?? false);
    }
  });
  const closeConnections = () => {
    for (const socket of sockets) {
      socket.destroy();
    }
  };
  await new Promise<void>((ready, failed) => {
    server.once("error", failed);
    server.listen(0, "127.0.0.1", ready);
  });
  return {
    port: (server.address() as AddressInfo).port,
    requests: recorder.requests,
    become: (kind) => {
      current = kind;
      closeConnections();
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        closeConnections();
      }),
  };
}

/** The value of `Sec-WebSocket-Accept` for a key (RFC 6455, section 4.2.2). */
export function acceptFor(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

class Recorder {
  readonly requests: RecordedRequest[] = [];
  readonly #connections = new WeakMap<Socket, number>();
  #connectionCount = 0;

  record(socket: Socket, head: string): number {
    let connection = this.#connections.get(socket);
    if (connection === undefined) {
      this.#connections.set(socket, (connection = ++this.#connectionCount));
    }
    const id = this.requests.length + 1;
    this.requests.push({ id, connection, head });
    return id;
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function refuse(status: number, why: string): Answer {
  return { status, body: `bad handshake: ${why}` };
}

/** What *strict* says to a request; status 101 for a good handshake. */
function strictAnswer(head: Head, refuseSecondHost: boolean): Answer {
  const [method = "", uri = "", version = ""] = head.startLine.split(" ");
  const upgrade = valuesOf(head, "Upgrade");
  if (upgrade.length === 0) {
    return uri === "/wsonly"
      ? { status: 426, body: "upgrade required" }
      : { status: 200, body: `plain ${uri}` };
  }
  const hosts = valuesOf(head, "Host");
  const connection = valuesOf(head, "Connection");
  const keys = valuesOf(head, "Sec-WebSocket-Key");
  const versions = valuesOf(head, "Sec-WebSocket-Version");
  if (method !== "GET") {
    return refuse(400, `method ${method}`);
  }
  if (version !== "HTTP/1.1") {
    return refuse(400, `version ${version}`);
  }
  if (hosts.length === 0) {
    return refuse(400, "no Host");
  }
  if (hosts.length > 1 && refuseSecondHost) {
    return refuse(400, `Host=${JSON.stringify(hosts)}`);
  }
  if (!hasToken(upgrade, "websocket")) {
    return refuse(426, `Upgrade=${JSON.stringify(upgrade)}`);
  }
  if (!hasToken(connection, "upgrade")) {
    return refuse(400, `Connection=${JSON.stringify(connection)}`);
  }
  if (keys.length !== 1) {
    return refuse(400, `Sec-WebSocket-Key=${JSON.stringify(keys)}`);
  }
  if (versions.length !== 1 || versions[0] !== "13") {
    return refuse(426, `Sec-WebSocket-Version=${versions.join()}`);
  }
  return { status: 101, body: "" };
}

const reasons: Readonly<Record<number, string>> = {
  101: "Switching Protocols",
  200: "OK",
  400: "Bad Request",
  426: "Upgrade Required",
};

function serveRaw(
  socket: Socket,
  recorder: Recorder,
  kind: "strict" | "sloppy",
  refuseSecondHost: boolean,
): void {
  let pending: Buffer = Buffer.alloc(0);
  let upgraded = false;
  /** Bytes of a request body that are still to come. */
  let toSkip = 0;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length > 0) {
      if (toSkip > 0) {
        const skipped = Math.min(toSkip, pending.length);
        toSkip -= skipped;
        pending = pending.subarray(skipped);
      } else if (upgraded) {
        const decoded = decodeFrame(pending);
        if (decoded === null) {
          return;
        }
        pending = decoded.rest;
        if (decoded.frame.opcode === textOpcode) {
          socket.write(encodeFrame(decoded.frame, false));
        }
        if (decoded.frame.opcode === closeOpcode) {
          socket.end(encodeFrame(decoded.frame, false));
        }
      } else {
        const end = pending.indexOf("\r\n\r\n");
        if (end < 0) {
          return;
        }
        const text = pending.toString("latin1", 0, end);
        pending = pending.subarray(end + 4);
        const head = parseHead(text);
        toSkip = Number(valuesOf(head, "Content-Length")[0] ?? 0);
        const id = recorder.record(socket, text);
        const answer =
          kind === "sloppy" ? { status: 101, body: "" } : strictAnswer(head, refuseSecondHost);
        upgraded = answer.status === 101;
        if (writeAnswer(socket, head, answer, id) === "close") {
          socket.end();
          return;
        }
      }
    }
  });
}

/** Says whether the connection stays open, as an HTTP/1.1 server decides it. */
function writeAnswer(socket: Socket, request: Head, answer: Answer, id: number): "keep" | "close" {
  const lines = [`HTTP/1.1 ${answer.status} ${reasons[answer.status]}`, `X-Backend-Request: ${id}`];
  if (answer.status === 101) {
    const accept = acceptFor(valuesOf(request, "Sec-WebSocket-Key")[0] ?? "");
    lines.push("Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`);
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    return "keep";
  }
  const connection = valuesOf(request, "Connection");
  const persistent =
    !hasToken(connection, "close") &&
    (request.startLine.endsWith(" HTTP/1.1") || hasToken(connection, "keep-alive"));
  lines.push("Content-Type: text/plain", `Content-Length: ${Buffer.byteLength(answer.body)}`);
  if (answer.status === 426) {
    lines.push("Sec-WebSocket-Version: 13");
  }
  if (!persistent) {
    lines.push("Connection: close");
  }
  socket.write(
    `${lines.join("\r\n")}\r\n\r\n${request.startLine.startsWith("HEAD ") ? "" : answer.body}`,
  );
  return persistent ? "keep" : "close";
}

function nodeServer(recorder: Recorder): Server {
  const server = createHttpServer((request, response) => {
    const id = recorder.record(request.socket, headOf(request));
    response.setHeader("X-Backend-Request", id);
    response.end(`wslib plain ${request.url}`);
  });
  const sockets = new WebSocketServer({ server });
  // Before the package's own listener, which may refuse the handshake.
  server.prependListener("upgrade", (request: IncomingMessage) => {
    recorder.record(request.socket, headOf(request));
  });
  sockets.on("headers", (headers) => {
    headers.push(`X-Backend-Request: ${recorder.requests.length}`);
  });
  sockets.on("connection", (socket) => {
    socket.on("error", () => socket.terminate());
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  return server;
}

function headOf(request: IncomingMessage): string {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    lines.push(`${request.rawHeaders[index]}: ${request.rawHeaders[index + 1]}`);
  }
  return lines.join("\r\n");
}
