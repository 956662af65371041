import { rememberedOf } from "../basics/collections.ts";
import { usesOf } from "../config/effective.ts";
import type { Level } from "../config/level.ts";
import { type LocationParameters, locationName } from "../config/location-name.ts";
import { passOf } from "./pass.ts";
import { compilePattern, type Groups } from "./pattern.ts";

/** Where a path leads. */
export type LocationOfPath =
  | { readonly level: Level; readonly groups: Groups | null; readonly redirect: false }
  /** nginx adds the slash itself: a 301 to the location's own path (E93). */
  | { readonly level: Level; readonly redirect: true }
  | { readonly unknown: string };

interface Table {
  readonly exact: ReadonlyMap<string, Level>;
  readonly prefixes: ReadonlyMap<string, Level>;
  /** The lengths of the prefixes, longest first. */
  readonly lengths: readonly number[];
  readonly patterns: readonly { readonly level: Level; readonly name: LocationParameters }[];
  readonly named: ReadonlyMap<string, Level>;
}

/** At most this many regular expressions are tried on one level: each takes time to compile. */
const MOST_PATTERNS = 2000;

const tableOf = rememberedOf((level: Level): Table => {
  const exact = new Map<string, Level>();
  const prefixes = new Map<string, Level>();
  const patterns: { level: Level; name: LocationParameters }[] = [];
  const named = new Map<string, Level>();
  for (const { inner } of usesOf(level, "location")) {
    const name = inner === null ? null : locationName(inner);
    if (inner === null || name === null) {
      continue;
    }
    if (name.kind === "exact") {
      exact.set(name.text, inner);
    } else if (name.kind === "named") {
      named.set(name.text, inner);
    } else if (name.kind === "regex" || name.kind === "regex-caseless") {
      patterns.push({ level: inner, name });
    } else {
      prefixes.set(name.text, inner);
    }
  }
  const lengths = [...new Set([...prefixes.keys()].map((text) => text.length))];
  return { exact, prefixes, lengths: lengths.toSorted((a, b) => b - a), patterns, named };
});

/** The named location of a server, or null. */
export function namedLocation(server: Level, name: string): Level | null {
  return tableOf(server).named.get(name) ?? null;
}

/**
 * The location for a path, as ngx_http_core_find_location finds it: exact, the longest prefix and then what is nested in
 * it, then regular expressions in order unless the prefix says `^~`. `level` itself where no location matches.
 */
export function locate(level: Level, path: string): LocationOfPath {
  return search(level, path, `${path}/`).located;
}

interface Lookup {
  readonly located: LocationOfPath;
  /** Whether nginx looks no further: it found an exact location or a regular expression, or answers by itself. */
  readonly isFinal: boolean;
}

function search(level: Level, path: string, slashedPath: string): Lookup {
  const table = tableOf(level);
  const { exact, prefixes, lengths } = table;
  const precise = exact.get(path);
  if (precise !== undefined) {
    return final({ level: precise, groups: null, redirect: false });
  }
  const length = lengths.find((each) => each <= path.length && prefixes.has(path.slice(0, each)));
  const slashed = exact.get(slashedPath) ?? prefixes.get(slashedPath);
  if (length !== path.length && slashed !== undefined && passOf(slashed) !== null) {
    return final({ level: slashed, redirect: true });
  }
  const prefix = length === undefined ? undefined : prefixes.get(path.slice(0, length));
  const nested = prefix === undefined ? null : search(prefix, path, slashedPath);
  if (nested?.isFinal === true) {
    return nested;
  }
  const triesPatterns = prefix === undefined || locationName(prefix)?.kind !== "prefix-no-regex";
  return (
    (triesPatterns ? byPattern(table, path, slashedPath) : null) ??
    nested ?? { located: { level, groups: null, redirect: false }, isFinal: false }
  );
}

/** The first regular expression that matches, and what is nested in it; null where none does. */
function byPattern({ patterns }: Table, path: string, slashedPath: string): Lookup | null {
  for (const [index, { level, name }] of patterns.entries()) {
    if (index === MOST_PATTERNS) {
      const why = `there are more than ${MOST_PATTERNS} locations with regular expressions`;
      return final({ unknown: why });
    }
    const groups = compilePattern(name.text, name.kind === "regex-caseless")?.match(path);
    if (groups === undefined) {
      return final({ unknown: `whether location ~ ${name.text} matches cannot be told` });
    }
    if (groups !== null) {
      const { located } = search(level, path, slashedPath);
      return final(
        "unknown" in located || located.redirect
          ? located
          : { ...located, groups: located.groups ?? groups },
      );
    }
  }
  return null;
}

function final(located: LocationOfPath): Lookup {
  return { located, isFinal: true };
}
