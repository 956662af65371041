import type { Use } from "../config/level.ts";
import type { Place } from "../repository/document.ts";
import type { Remedy } from "./remedy.ts";
import { compilePattern } from "../request/pattern.ts";
import { firefoxHandshake, probeHeaders, probeScope } from "../handshake/probe.ts";
import { evaluate, variablesIn } from "../request/variables.ts";
import { usesNamed } from "../request/walk.ts";
import { selectedEntry } from "../request/map.ts";
import { definitions } from "../request/definitions.ts";
import type { Scope } from "../request/scope.ts";
import { isKnown } from "../request/value.ts";
import { hasToken } from "../request/answer.ts";
import type { Related } from "./finding.ts";
import { placeOf } from "./rule.ts";
import { headOf, marked, parameterText, quoted } from "./phrases.ts";

/** The two request headers that make a handshake, and what each must say. */
export const pairTokens = { Upgrade: "websocket", Connection: "upgrade" } as const;
export type PairHeader = keyof typeof pairTokens;

/** What is wrong with a `map`, as a clause, and what mends it. */
export interface MapFault {
  readonly place: Place;
  readonly why: string;
  readonly remedies: readonly Remedy[];
  readonly related?: readonly Related[];
}

/**
 * The fault of the map that a `proxy_set_header` line reads; null where it reads none, or one that is made for the other
 * header.
 *
 * @param line one whose value in a handshake is known, and wrong
 * @param scope that of the handshake
 * @param keepsConnections whether the upstream may keep connections, so that no `close` shall be sent to it
 */
export function mapFault(
  line: Use,
  header: PairHeader,
  scope: Scope,
  keepsConnections: boolean,
): MapFault | null {
  const map = firstMap(line.parameters[1] ?? "", scope);
  return map === null ? null : new Reading(map, header, scope, keepsConnections).fault();
}

function firstMap(text: string, scope: Scope): Use | null {
  for (const variable of variablesIn(text)) {
    const definition = definitions(scope.config).get(variable);
    if (definition?.name === "map" && definition.inner !== null) {
      return definition;
    }
  }
  return null;
}

/** The map that reads the request where others read each other. */
function firstOfChain(map: Use, scope: Scope): Use {
  const chain = new Set([map]);
  for (const each of chain) {
    const feeding = firstMap(each.parameters[0] ?? "", scope);
    if (feeding !== null) {
      chain.add(feeding);
    }
  }
  return [...chain].at(-1) ?? map;
}

/** What a map reads; empty where that is not known. */
function textOf(map: Use, scope: Scope): string {
  const text = evaluate(map.parameters[0] ?? "", scope);
  return isKnown(text) ? text : "";
}

/** A map that is read for one header of a handshake. */
class Reading {
  readonly #map: Use;
  readonly #header: PairHeader;
  readonly #scope: Scope;
  readonly #keepsConnections: boolean;
  readonly #source: string;
  /** The line that the handshake takes. */
  readonly #entry: Use | null;

  constructor(map: Use, header: PairHeader, scope: Scope, keepsConnections: boolean) {
    this.#map = map;
    this.#header = header;
    this.#scope = scope;
    this.#keepsConnections = keepsConnections;
    this.#source = textOf(map, scope);
    this.#entry = selectedEntry(map, this.#source);
  }

  fault(): MapFault | null {
    const other = this.#header === "Upgrade" ? "Connection" : "Upgrade";
    if (this.#says(this.#entry, other)) {
      return null;
    }
    return (
      this.#overridden() ??
      this.#narrowKey() ??
      this.#wrongSource() ??
      this.#caseSensitive() ??
      this.#missingLine() ??
      this.#unanchored() ??
      this.#wrongValue()
    );
  }

  /** nginx takes the last of several maps for one variable (E46); names are compared without case. */
  #overridden(): MapFault | null {
    const map = this.#map;
    const scope = this.#scope;
    const variable = map.parameters[1]?.toLowerCase();
    for (const other of usesNamed(scope.config, "map")) {
      const isRival = other.parameters[1]?.toLowerCase() === variable;
      if (isRival && other !== map && this.#says(selectedEntry(other, "websocket"))) {
        return {
          place: headOf(map),
          why: `${map.parameters[1]} has two maps, and nginx takes the last one, which does not give ${pairTokens[this.#header]}`,
          remedies: [{ kind: "remove", use: map }],
          related: [{ place: headOf(other), note: "the map that is not used" }],
        };
      }
    }
    return null;
  }

  /** Browsers write `Connection` as one word or as a list, and a key that is made for the one may not match the other. */
  #narrowKey(): MapFault | null {
    const map = this.#map;
    const scope = this.#scope;
    const first = firstOfChain(map, scope);
    const source = textOf(first, scope);
    const entry = selectedEntry(first, source);
    for (const headers of [probeHeaders("websocket"), firefoxHandshake]) {
      const other = probeScope(scope.config, "websocket", headers);
      const made = selectedEntry(first, textOf(first, other));
      if (made === null || made === entry || !this.#says(selectedEntry(map, textOf(map, other)))) {
        continue;
      }
      // Regular expressions are tried in their order, `default` after all.
      const taker = made.name === "default" || entry?.name.startsWith("~") === true ? entry : null;
      const name = `the map for ${first.parameters[1] ?? ""}`;
      const why =
        taker === null
          ? `${marked(made.name)} in ${name} does not match ${marked(source)}`
          : `${marked(taker.name)} in ${name} takes ${marked(source)} too`;
      const remedy =
        taker === null
          ? replacement(made, made.directive.name, "~*upgrade")
          : insertion(first, `~*upgrade ${parameterText(made, 0)};`);
      const isList = /^\$(?:http_connection|\{http_connection\})$/i.test(first.parameters[0] ?? "");
      return { place: placeOf(taker ?? made), why, remedies: isList ? [remedy] : [] };
    }
    return null;
  }

  #wrongSource(): MapFault | null {
    const map = this.#map;
    const scope = this.#scope;
    const source = this.#source;
    const [word] = map.directive.parameters;
    if (
      word === undefined ||
      source === "websocket" ||
      !this.#says(selectedEntry(map, "websocket"))
    ) {
      return null;
    }
    const feeding = firstMap(word.value, scope);
    if (feeding !== null) {
      return new Reading(feeding, "Upgrade", scope, this.#keepsConnections).fault();
    }
    return {
      place: { document: map.document, span: word },
      why: `${this.#name} reads ${word.value}, not $http_upgrade`,
      remedies: [replacement(map, word, "$http_upgrade")],
    };
  }

  #caseSensitive(): MapFault | null {
    const strict = this.#entries.find(
      ({ name }) =>
        /^~(?!\*)/.test(name) &&
        !matches(name, this.#source) &&
        matches(`~*${name.slice(1)}`, this.#source),
    );
    if (strict === undefined || !this.#says(strict)) {
      return null;
    }
    const { start, quote } = strict.directive.name;
    const at = start + quote.length + 1;
    return {
      place: placeOf(strict),
      why: `${marked(strict.name)} in ${this.#name} is case-sensitive and does not match ${this.#source}`,
      remedies: [replacement(strict, { start: at, end: at }, "*")],
    };
  }

  /** A map for `Upgrade` is a list of what may pass: it stays one. */
  #missingLine(): MapFault | null {
    const map = this.#map;
    const entry = this.#entry;
    const isList = this.#header === "Upgrade";
    if (entry !== null && !(isList && entry.name === "default")) {
      return null;
    }
    return {
      place: headOf(map),
      why: `${this.#name} has ${isList ? "no line for websocket" : "no default, so that it is empty"}`,
      remedies: [insertion(map, isList ? "websocket websocket;" : "default upgrade;")],
    };
  }

  #unanchored(): MapFault | null {
    const entry = this.#entry;
    const fallback = this.#entries.find(({ name }) => name === "default");
    if (entry === null || !matches(entry.name, "") || !this.#says(fallback ?? null)) {
      return null;
    }
    return {
      place: placeOf(entry),
      why: `${marked(entry.name)} in ${this.#name} is not anchored and matches every value`,
      remedies: [replacement(entry, entry.directive.name, "''")],
    };
  }

  #wrongValue(): MapFault | null {
    const entry = this.#entry;
    const map = this.#map;
    if (entry === null) {
      return null;
    }
    const wanted = pairTokens[this.#header];
    const mended = valueReplacement(entry, wanted);
    const empty = selectedEntry(map, "");
    return empty !== null && empty !== entry && this.#says(empty)
      ? {
          place: placeOf(entry),
          why: `${this.#name} is inverted, it gives ${wanted} to requests without Upgrade`,
          remedies: [
            mended,
            valueReplacement(empty, this.#keepsConnections ? "''" : parameterText(entry, 0)),
          ],
        }
      : {
          place: placeOf(entry),
          why: `${this.#name} says ${quoted(entry)}`,
          remedies: [mended],
        };
  }

  get #name(): string {
    return `the map for ${this.#map.parameters[1] ?? ""}`;
  }

  get #entries(): readonly Use[] {
    return this.#map.inner?.uses ?? [];
  }

  /** Whether a line of a map gives a value with the header's token. */
  #says(entry: Use | null, header: PairHeader = this.#header): boolean {
    const value = entry === null ? "" : evaluate(entry.parameters[0] ?? "", this.#scope);
    return isKnown(value) && hasToken(value, pairTokens[header]);
  }
}

/** Whether a key is a regular expression that matches the text. */
function matches(key: string, text: string): boolean {
  const [, caseless, source] = /^~(\*?)(.*)$/s.exec(key) ?? [];
  const pattern = source === undefined ? undefined : compilePattern(source, caseless === "*");
  return pattern !== undefined && pattern.match(text) !== null;
}

function replacement({ document }: Use, span: Place["span"], text: string): Remedy {
  return { kind: "replace", place: { document, span }, text };
}

function valueReplacement(entry: Use, text: string): Remedy {
  return replacement(entry, entry.directive.parameters[0] ?? entry.directive, text);
}

/** A line at the head of a map, indented like the one after it. */
function insertion(map: Use, line: string): Remedy {
  const { text, lines } = map.document;
  const { block, end } = map.directive;
  const first = block?.directives[0]?.start;
  const at = first ?? block?.open.end ?? end;
  const number = lines.lineAt(at);
  const indent = text.slice(lines.startOf(number), at);
  const gap = /^\s*$/.test(indent) ? lines.eolOf(number) + indent : " ";
  return replacement(map, { start: at, end: at }, first === undefined ? ` ${line} ` : line + gap);
}
