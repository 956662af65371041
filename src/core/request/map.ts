import { lowerAscii } from "../basics/ascii.ts";
import { rememberedOf } from "../basics/collections.ts";
import type { Level, Use } from "../config/level.ts";
import { isOpaque } from "../syntax/opaque.ts";
import { compilePattern, type Groups } from "./pattern.ts";

/** One line of a `map`. */
export interface MapEntry {
  readonly use: Use;
  readonly value: string;
}

interface PatternEntry extends MapEntry {
  readonly source: string;
  readonly caseless: boolean;
}

interface MapTable {
  readonly exact: Map<string, MapEntry>;
  /** By what follows `*.`, or by what stands before `.*`. */
  readonly heads: Map<string, MapEntry>;
  readonly tails: Map<string, MapEntry>;
  readonly patterns: PatternEntry[];
  fallback: MapEntry | null;
  hostnames: boolean;
  volatile: boolean;
  readonly hidden: string | null;
}

/** What a map makes of a source text: an entry (null for none: an empty value), or why that is not known. */
export type Selected =
  | { readonly entry: MapEntry | null; readonly groups: Groups | null }
  | { readonly unknown: string };

/** At most this many regular expressions of a map are tried: each takes time to compile. */
const MOST_PATTERNS = 2000;

/** Reads a map's block as ngx_http_map does: `hostnames` concerns the lines after it. */
export const mapTable = rememberedOf((inner: Level): Readonly<MapTable> => {
  const hasTag = inner.uses.some(({ name }) => isOpaque(name));
  const table: MapTable = {
    exact: new Map(),
    heads: new Map(),
    tails: new Map(),
    patterns: [],
    fallback: null,
    hostnames: false,
    volatile: false,
    hidden: inner.hidden[0] ?? (hasTag ? "a template's tag stands for a key" : null),
  };
  for (const use of inner.uses) {
    addLine(table, use);
  }
  return table;
});

function addLine(table: MapTable, use: Use): void {
  const written = use.name;
  const [value] = use.parameters;
  if (value === undefined) {
    table.hostnames ||= written === "hostnames";
    table.volatile ||= written === "volatile";
  } else if (written === "default") {
    table.fallback = { use, value };
  } else if (written.startsWith("~")) {
    const caseless = written.startsWith("~*");
    table.patterns.push({ use, value, source: written.slice(caseless ? 2 : 1), caseless });
  } else if (written !== "include") {
    const key = written.startsWith("\\") ? written.slice(1) : written;
    addKey(table, lowerAscii(key), { use, value });
  }
}

/** A key is a host name with a wildcard only after `hostnames`; the first of two equal exact keys is kept for `.name`. */
function addKey({ hostnames, exact, heads, tails }: MapTable, key: string, entry: MapEntry): void {
  if (hostnames && key.length > 1 && key.startsWith(".")) {
    exact.set(key.slice(1), exact.get(key.slice(1)) ?? entry);
    heads.set(key.slice(1), entry);
  } else if (hostnames && key.length > 2 && key.startsWith("*.")) {
    heads.set(key.slice(2), entry);
  } else if (hostnames && key.length > 2 && key.endsWith(".*")) {
    tails.set(key.slice(0, -2), entry);
  } else {
    exact.set(key, entry);
  }
}

/**
 * Exact keys first, without case (E38), then the longest wildcard, then regular expressions in order, which are not
 * tried on an empty text, then `default`.
 */
export function select(table: Readonly<MapTable>, text: string): Selected {
  const source = table.hostnames && text.endsWith(".") ? text.slice(0, -1) : text;
  const key = lowerAscii(source);
  const entry = table.exact.get(key);
  if (entry !== undefined) {
    return { entry, groups: null };
  }
  if (table.hidden !== null) {
    return { unknown: table.hidden };
  }
  const wildcard = wildcardEntry(table, key);
  if (wildcard !== undefined) {
    return { entry: wildcard, groups: null };
  }
  for (const [index, candidate] of source === "" ? [] : table.patterns.entries()) {
    if (index === MOST_PATTERNS) {
      return { unknown: `a map has more than ${MOST_PATTERNS} regular expressions` };
    }
    const groups = compilePattern(candidate.source, candidate.caseless)?.match(source);
    if (groups === undefined) {
      return { unknown: `whether ${candidate.source} matches cannot be told` };
    }
    if (groups !== null) {
      return { entry: candidate, groups };
    }
  }
  return { entry: table.fallback, groups: null };
}

function wildcardEntry({ heads, tails }: MapTable, key: string): MapEntry | undefined {
  if (heads.size > 0) {
    for (let dot = key.indexOf("."); dot >= 0; dot = key.indexOf(".", dot + 1)) {
      const entry = heads.get(key.slice(dot + 1));
      if (entry !== undefined) {
        return entry;
      }
    }
  }
  if (tails.size > 0) {
    for (let dot = key.lastIndexOf("."); dot > 0; dot = key.lastIndexOf(".", dot - 1)) {
      const entry = tails.get(key.slice(0, dot));
      if (entry !== undefined) {
        return entry;
      }
    }
  }
  return undefined;
}

/** The one value that a map gives whatever its source is, or undefined. */
export function onlyValue(table: Readonly<MapTable>): string | undefined {
  const { exact, heads, tails, patterns, fallback, hidden } = table;
  if (hidden !== null || fallback === null || fallback.value.includes("$")) {
    return undefined;
  }
  const others = [...exact.values(), ...heads.values(), ...tails.values(), ...patterns];
  return others.every(({ value }) => value === fallback.value) ? fallback.value : undefined;
}

/**
 * The one value that a `geo` or `split_clients` gives whatever the client's address or the hash is, or undefined: an address that
 * no line names has the default, else nothing. Undefined for any other directive too.
 */
export function onlyChoice({ name, inner }: Use): string | undefined {
  const isGeo = name === "geo";
  if (!isGeo && name !== "split_clients") {
    return undefined;
  }
  const lines = (inner?.uses ?? []).filter((use) => !isGeo || !geoOptions.has(use.name));
  const others = isGeo ? "default" : "*";
  const values = lines.map(({ parameters }) => parameters[0] ?? "");
  const isWhole = lines.some((use) => use.name === others);
  const [only, ...more] = new Set(isWhole ? values : [...values, ""]);
  const isSure = inner !== null && inner.hidden.length === 0 && !lines.some(mayBeMore);
  return isSure && more.length === 0 ? only : undefined;
}

/** Lines of a `geo` that give no value. */
const geoOptions: ReadonlySet<string> = new Set(["ranges", "proxy", "proxy_recursive", "delete"]);

function mayBeMore({ name, parameters }: Use): boolean {
  return name === "include" || isOpaque(name) || /[$\uE000]/.test(parameters[0] ?? "");
}

/** The entry of a map that a source text selects, for messages and fixes; null where none does or nobody knows. */
export function selectedEntry(map: Use, source: string): Use | null {
  const selected = map.inner === null ? null : select(mapTable(map.inner), source);
  return selected !== null && "entry" in selected ? (selected.entry?.use ?? null) : null;
}
