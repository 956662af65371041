import type { Random } from "./random.ts";

/** What the parts of one generated configuration know of each other. */
export interface World {
  readonly random: Random;
  /** Variables that the configuration defines with `map` or `set`, with their `$`. */
  readonly variables: string[];
  /** Names of upstream blocks. */
  readonly upstreams: string[];
  /** Files beside the main file. */
  readonly files: Record<string, string>;
}

export function makeWorld(random: Random): World {
  return { random, variables: [], upstreams: [], files: {} };
}

/** A block directive with one line per directive, indented. */
export function block(opening: string, lines: readonly string[]): string[] {
  return [`${opening} {`, ...lines.map((line) => `  ${line}`), "}"];
}
