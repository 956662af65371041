import { connect } from "node:net";
import { acceptFor } from "./backend.ts";
import { decodeFrame, encodeFrame, textOpcode } from "./frames.ts";
import { hasToken, parseHead, valuesOf, type Head } from "./head.ts";

/** The three requests that the simulation asks about. */
export type ProbeName = "websocket" | "plain" | "h2c";

export const probeNames: readonly ProbeName[] = ["websocket", "plain", "h2c"];

/** Always the same key, so that two heads can be compared as text. It is the example of RFC 6455. */
const probeKey = "dGhlIHNhbXBsZSBub25jZQ==";

export interface ProbeOptions {
  readonly probe: ProbeName;
  /** The request target, `/ws` if absent. */
  readonly path?: string;
  /** The `Host` header, `example.test` if absent. */
  readonly host?: string;
  readonly method?: string;
  /** In place of the probe's `Upgrade`; null sends none. */
  readonly upgrade?: string | null;
  /** In place of the probe's `Connection`; null sends none. */
  readonly connection?: string | null;
  readonly origin?: string;
  /** After all others. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** How long (milliseconds) an answer may take, and then an echo. */
  readonly timeout?: number;
}

export interface ProbeResult {
  /** Null when no answer came in time, or the connection was closed without one. */
  readonly status: number | null;
  readonly answer: Head | null;
  readonly body: string;
  /** Status 101 with `Upgrade: websocket`, the upgrade token and the right `Sec-WebSocket-Accept`. */
  readonly handshakeValid: boolean;
  /** The text frame that was sent came back. */
  readonly echo: boolean;
  /** A valid handshake and its echo. */
  readonly ok: boolean;
  /** The answer's `X-Backend-Request`: the id of the recorded request that was answered. */
  readonly backendRequest: number | null;
}

/** The request of a probe, blank line included. */
function probeRequest(options: ProbeOptions): string {
  const { probe, path = "/ws", host = "example.test", method = "GET" } = options;
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`];
  const add = (name: string, value: string | null | undefined) => {
    if (value !== null && value !== undefined) {
      lines.push(`${name}: ${value}`);
    }
  };
  const own = ownHeaders[probe];
  add("Upgrade", options.upgrade === undefined ? own.upgrade : options.upgrade);
  add("Connection", options.connection === undefined ? own.connection : options.connection);
  for (const [name, value] of own.others) {
    add(name, value);
  }
  add("Origin", options.origin);
  for (const [name, value] of options.headers ?? []) {
    add(name, value);
  }
  return `${lines.join("\r\n")}\r\n\r\n`;
}

interface OwnHeaders {
  readonly upgrade: string | null;
  readonly connection: string | null;
  readonly others: readonly (readonly [string, string])[];
}

const ownHeaders: Readonly<Record<ProbeName, OwnHeaders>> = {
  plain: { upgrade: null, connection: null, others: [] },
  websocket: {
    upgrade: "websocket",
    connection: "Upgrade",
    others: [
      ["Sec-WebSocket-Key", probeKey],
      ["Sec-WebSocket-Version", "13"],
    ],
  },
  h2c: {
    upgrade: "h2c",
    connection: "Upgrade, HTTP2-Settings",
    others: [["HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"]],
  },
};

/**
 * Sends one probe over a connection of its own, reads the answer, and after a valid handshake sends a masked text
 * frame and waits for its echo. Never rejects: what goes wrong is in the result.
 */
export function sendProbe(port: number, options: ProbeOptions): Promise<ProbeResult> {
  const message = Buffer.from("echo me");
  const timeout = options.timeout ?? 3000;
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    let pending: Buffer = Buffer.alloc(0);
    let answer: Head | null = null;
    let handshakeValid = false;
    let echo = false;
    let finished = false;

    const finish = () => {
      if (finished) {
        return;
      }
      finished = true;
      clearTimeout(timer);
      // A reset leaves no TIME_WAIT socket: thousands of probes a minute would use up the ports.
      socket.resetAndDestroy();
      const id = answer === null ? undefined : valuesOf(answer, "X-Backend-Request")[0];
      done({
        status: answer === null ? null : statusOf(answer),
        answer,
        body: answer === null || statusOf(answer) === 101 ? "" : bodyOf(answer, pending),
        handshakeValid,
        echo,
        ok: handshakeValid && echo,
        backendRequest: id === undefined ? null : Number(id),
      });
    };
    let timer = setTimeout(finish, timeout);

    const onAnswer = (head: Head) => {
      answer = head;
      handshakeValid = options.probe === "websocket" && isValidHandshake(head);
      if (!handshakeValid) {
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(finish, timeout);
      socket.write(encodeFrame({ opcode: textOpcode, payload: message }, true));
    };

    socket.on("connect", () => socket.write(probeRequest(options), "latin1"));
    socket.on("error", finish);
    socket.on("close", finish);
    socket.on("end", finish);
    socket.on("data", (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      if (answer === null) {
        const end = pending.indexOf("\r\n\r\n");
        if (end < 0) {
          return;
        }
        const head = parseHead(pending.toString("latin1", 0, end));
        pending = pending.subarray(end + 4);
        onAnswer(head);
      }
      if (handshakeValid) {
        const decoded = decodeFrame(pending);
        if (decoded === null) {
          return;
        }
        echo = decoded.frame.opcode === textOpcode && decoded.frame.payload.equals(message);
        finish();
      } else if (answer !== null && isComplete(answer, pending)) {
        finish();
      }
    });
  });
}

function statusOf(answer: Head): number {
  return Number(answer.startLine.split(" ")[1]);
}

function isValidHandshake(answer: Head): boolean {
  return (
    statusOf(answer) === 101 &&
    hasToken(valuesOf(answer, "Upgrade"), "websocket") &&
    hasToken(valuesOf(answer, "Connection"), "upgrade") &&
    valuesOf(answer, "Sec-WebSocket-Accept").join() === acceptFor(probeKey)
  );
}

/** Without a length the answer ends with its connection. */
function isComplete(answer: Head, body: Buffer): boolean {
  if ([101, 204, 304].includes(statusOf(answer))) {
    return true;
  }
  const length = valuesOf(answer, "Content-Length")[0];
  if (length !== undefined) {
    return body.length >= Number(length);
  }
  return hasToken(valuesOf(answer, "Transfer-Encoding"), "chunked") && body.includes("0\r\n\r\n");
}

function bodyOf(answer: Head, bytes: Buffer): string {
  const text = bytes.toString("latin1");
  if (!hasToken(valuesOf(answer, "Transfer-Encoding"), "chunked")) {
    return text;
  }
  return text.replace(/(?:^|\r\n)[0-9a-f]+\r\n/gi, "").replace(/\r\n$/, "");
}
