import type { Config, Level, Use } from "../config/level.ts";
import type { Place } from "../repository/document.ts";
import type { Traffic } from "../intent/serves.ts";

/**
 * What a rule wants to be true, not how to write it: the planner finds the lines.
 * - `header`: this request header has this value in the level's effective headers (`value` is the parameter as it would be
 *   written, e.g. `$http_upgrade`); null lets the planner choose, which only `Connection` allows.
 * - `directive`: the effective value of a directive that may not repeat, e.g. `proxy_read_timeout 3600s`.
 * - `replace`: this span reads `text` instead.
 * - `remove`: this directive goes, with its line where it stands alone.
 */
export type Remedy =
  | { readonly kind: "header"; readonly name: string; readonly value: string | null }
  | { readonly kind: "directive"; readonly name: string; readonly parameters: readonly string[] }
  | { readonly kind: "replace"; readonly place: Place; readonly text: string }
  | { readonly kind: "remove"; readonly use: Use };

/** One group's remedies, and what the planner must know to choose the words. */
export interface FixRequest {
  readonly config: Config;
  /** All programs, of which others than `config` may have the same files. */
  readonly programs: readonly Config[];
  /** The level whose effective settings shall change: the location, or an outer level where the cause stands. */
  readonly level: Level;
  readonly remedies: readonly Remedy[];
  /** A line of an included file beside which new lines go; null where they go into the level's own text. */
  readonly beside: Use | null;
  readonly traffic: Traffic;
  /** The upstream keeps connections alive, so a new map must send nothing on ordinary requests instead of `close`. */
  readonly keepsConnections: boolean;
  readonly connection: "auto" | "map" | "literal";
  readonly upgrade: "raw" | "websocket-only";
}

/** Whether this span of this file may be edited: everywhere on the command line, inside hunks in a review. */
export type Writable = (place: Place) => boolean;
