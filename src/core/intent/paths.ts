import { rememberedOf } from "../basics/collections.ts";
import { readLocationName } from "../config/location-name.ts";
import type { Use } from "../config/level.ts";

/** Stands in a path for what nobody can know: whatever a regular expression leaves open. */
const unknownPart = "…";

/** More alternatives than a location that people write has. */
const MOST_PATHS = 64;

export interface LocationPaths {
  readonly kind: "prefix" | "exact" | "regex" | "named" | "none";
  /** As written after `location`. */
  readonly written: string;
  /** Paths of which a request must match one: a single one, except for alternatives in a regular expression. */
  readonly paths: readonly string[];
}

const none: LocationPaths = { kind: "none", written: "", paths: [] };

/** What must stand in the path of a request that this `location` takes. */
export function pathsOf(location: Use | null): LocationPaths {
  return location === null || location.name !== "location" ? none : read(location);
}

/** Whether the location takes whatever no other one does: `/`, `^~ /`, `~ ^/`, `~ .*`. */
export const takesEverything = rememberedOf(
  ({ kind, paths }: LocationPaths) =>
    (kind === "prefix" || kind === "regex") && paths.every((path) => /^[/…]*$/.test(path)),
);

const read = rememberedOf((location: Use): LocationPaths => {
  const written = location.parameters.join(" ");
  const { kind, text } = readLocationName(location);
  switch (kind) {
    case "named":
      return { kind, written, paths: [] };
    case "regex":
    case "regex-caseless":
      return { kind: "regex", written, paths: expansions(text) };
    case "exact":
      return { kind, written, paths: [text] };
    default:
      return { kind: "prefix", written, paths: [text] };
  }
});

/** The texts that a regular expression can match, with `unknownPart` for what is not literal. */
function expansions(source: string): readonly string[] {
  const reader = new PatternReader(source);
  const found = reader.alternatives();
  if (found === null || reader.at < source.length) {
    return [unknownPart];
  }
  const anchored = source.startsWith("^");
  const distinct = new Set(found.map((path) => (anchored ? path : unknownPart + path)));
  return [...distinct].map((path) => path.replace(/…+/g, unknownPart));
}

/** Reads a PCRE as far as its literals go. Null where there are too many alternatives. */
class PatternReader {
  readonly #source: string;
  #depth = 0;
  at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  alternatives(): readonly string[] | null {
    if (++this.#depth > 20) {
      return null;
    }
    const all: string[] = [];
    do {
      const sequence = this.#sequence();
      if (sequence === null) {
        return null;
      }
      all.push(...sequence);
    } while (this.#take("|") && all.length <= MOST_PATHS);
    this.#depth -= 1;
    return all.length > MOST_PATHS ? null : all;
  }

  #sequence(): readonly string[] | null {
    let texts: readonly string[] = [""];
    while (this.at < this.#source.length && !"|)".includes(this.#source.charAt(this.at))) {
      const atom = this.#atom();
      if (atom === null) {
        return null;
      }
      const next = this.#quantified(atom);
      if (texts.length * next.length > MOST_PATHS) {
        return null;
      }
      texts = texts.flatMap((text) => next.map((more) => text + more));
    }
    return texts;
  }

  #atom(): readonly string[] | null {
    const character = this.#source.charAt(this.at++);
    switch (character) {
      case "^":
      case "$":
        return [""];
      case ".":
        return [unknownPart];
      case "[":
        return [this.#set()];
      case "\\":
        return [escaped(this.#source.charAt(this.at++))];
      case "(":
        return this.#group();
      default:
        return [character];
    }
  }

  #group(): readonly string[] | null {
    const opening = /^\?(?:[a-zA-Z-]*:|P?<\w+>|'\w+'|[a-zA-Z]+(?=\))|<?[=!])/.exec(
      this.#source.slice(this.at, this.at + 80),
    );
    this.at += opening?.[0].length ?? 0;
    const inside = this.alternatives();
    if (inside === null || !this.#take(")")) {
      return null;
    }
    return opening !== null && /^\?<?[=!]$/.test(opening[0]) ? [""] : inside;
  }

  /** A set of one character is that character. */
  #set(): string {
    const rest = this.#source.slice(this.at);
    const end = /^\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]/.exec(rest)?.[0] ?? rest;
    this.at += end.length;
    const single = /^\\?([^\\^\w])\]$|^(\w)\]$/.exec(end);
    return single?.[1] ?? single?.[2] ?? unknownPart;
  }

  #quantified(atom: readonly string[]): readonly string[] {
    const quantifier = /^(?:[*+?]|\{\d*,?\d*\})[?+]?/.exec(
      this.#source.slice(this.at, this.at + 20),
    )?.[0];
    if (quantifier === undefined) {
      return atom;
    }
    this.at += quantifier.length;
    if (atom.every((text) => text === unknownPart)) {
      return atom;
    }
    return /^[?*]|^\{0?,/.test(quantifier) ? ["", ...atom] : atom;
  }

  #take(character: string): boolean {
    const is = this.#source.charAt(this.at) === character;
    this.at += is ? 1 : 0;
    return is;
  }
}

function escaped(character: string): string {
  if (/[bBAZzG]/.test(character)) {
    return "";
  }
  return /[\w]/.test(character) ? unknownPart : character;
}
