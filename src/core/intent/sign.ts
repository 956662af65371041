import type { Config, Level, Use } from "../config/level.ts";
import type { LocationPaths } from "./paths.ts";

/** What kind of sign; two of one kind say no more than one. */
export type SignKind =
  | "name"
  | "application"
  | "own-headers"
  | "condition"
  | "outer-headers"
  | "product-headers"
  | "possible-name"
  | "application-path"
  | "application-port"
  | "duplex-word"
  | "streaming-word"
  | "upstream-name"
  | "server-name"
  | "heading"
  | "remark"
  | "bypass"
  | "timeout";

/** One thing that speaks for WebSockets, as a clause. */
export interface Sign {
  readonly kind: SignKind;
  readonly text: string;
  /** True where ordinary requests have the same, so that an endpoint of its own beside it may be all there is. */
  readonly isShared?: boolean;
}

/** One thing that speaks against them. */
export interface Doubt {
  /** `purpose`: the location is for something else. `hint`: it only takes the force of weak signs. */
  readonly kind: "purpose" | "hint";
  readonly text: string;
}

/** A proxying location and what stands around it, read once for all who look for signs. */
export interface LocationContext {
  readonly config: Config;
  /** The level of `pass`: the location's, or that of an `if`/`limit_except` in it. */
  readonly level: Level;
  /** The location's level. */
  readonly location: Level;
  /** The server's level, or the top of a fragment. */
  readonly server: Level;
  readonly pass: Use;
  readonly paths: LocationPaths;
  /** What the upstream is called. */
  readonly upstreamNames: readonly Named[];
  /** The port that requests go to; null where it is not written. */
  readonly upstreamPort: number | null;
  /** What the nginx server is called. */
  readonly serverNames: readonly Named[];
  /** What the author says of the location in words. */
  readonly remarks: readonly string[];
}

/** A name by which one can tell what answers. */
export interface Named {
  readonly text: string;
  /** What bears the name, e.g. `the upstream grafana`. */
  readonly what: string;
}
