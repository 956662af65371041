import type { Level, Use } from "../config/level.ts";
import type { Value } from "./value.ts";

export type ProbeName = "websocket" | "plain" | "h2c";

/** What made a header what it is. */
export type HeaderOrigin =
  | { readonly from: "directive"; readonly use: Use }
  | { readonly from: "default" }
  | { readonly from: "client" };

export interface UpstreamHeader {
  readonly name: string;
  readonly value: Value;
  readonly origin: HeaderOrigin;
}

/** The request head that nginx sends to the upstream, headers in the order of the bytes. */
export interface UpstreamRequest {
  readonly method: Value;
  readonly uri: Value;
  /** Scheme and authority of `proxy_pass`, e.g. `http://backend`. */
  readonly address: Value;
  readonly httpVersion: Value;
  /** The `proxy_http_version` in force, or null for the default. */
  readonly httpVersionFrom: Use | null;
  readonly headers: readonly UpstreamHeader[];
  /** What `proxy_set_body` sends in place of the client's body; null where it does not. */
  readonly body: Value | null;
  /** Why headers may be sent or dropped that `headers` does not show; null where it is complete. */
  readonly hidden: string | null;
}

/** What is wrong with a handshake; the rule of the same name says it. */
export type Fault =
  | "upgrade-header"
  | "connection-header"
  | "http-version"
  | "host-header"
  | "altered-request"
  | "hidden-response-header"
  | "upstream-path"
  | "proxy-pass-scheme"
  | "missing-resolver"
  | "subrequest-upgrade";

/** What keeps a 101 from getting back although the upstream may well send one. */
export interface Obstacle {
  readonly fault: Fault;
  readonly why: string;
  /** Where only one kind of server is concerned. */
  readonly only?: "strict" | "lenient";
  /** Where something that we do not see may take it away. */
  readonly isUnsure?: boolean;
}

export type Outcome = "proxied" | "answered" | "config-error" | "unknown";

/** One simulated request through one version of nginx. */
export interface Exchange {
  readonly probe: ProbeName;
  readonly outcome: Outcome;
  /** What nginx answers itself: 301, 404 …, 502 for want of a resolver; null where that is unknown, or a server answers. */
  readonly status: number | null;
  /** The `return`, `rewrite` or `deny` that answers; null where something else does. */
  readonly answeredBy: Use | null;
  /** The level whose settings hold in the end: a location, or an `if`/`limit_except` in it. Null where none was reached. */
  readonly level: Level | null;
  /**
   * The `proxy_pass`, `grpc_pass`, `fastcgi_pass`, … that takes the request; null unless it is proxied. Only `proxy_pass`
   * has an `upstream` head: the others speak protocols of their own.
   */
  readonly pass: Use | null;
  readonly steps: readonly string[];
  readonly obstacles: readonly Obstacle[];
  readonly upstream: UpstreamRequest | null;
  /** `proxy_read_timeout`, the only timer that closes an idle WebSocket; null where it is unknown or nothing is proxied. */
  readonly idleTimeoutMs: number | null;
  /** Whether the connection to the upstream can come from, or return to, a keepalive pool after this request. */
  readonly reusesUpstreamConnection: boolean;
}

export type Result = "works" | "breaks" | "unknown";

/** Whether the upstream accepts the handshake and the 101 gets back. */
export interface Verdict {
  readonly strict: Result;
  readonly lenient: Result;
  /** Why it breaks. */
  readonly reasons: readonly Fault[];
}
