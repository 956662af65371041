import type { Place, Use } from "../config/model.ts";
import type { Remedy } from "../fix/remedy.ts";
import { compilePattern } from "../handshake/pattern.ts";
import {
  definitions,
  evaluate,
  isKnown,
  type Scope,
  selectedEntry,
  usesWithin,
  variablesIn,
} from "../handshake/variables.ts";
import { hasToken } from "../handshake/verdict.ts";
import type { Related } from "./finding.ts";
import { placeOf, type ProxiedLocation } from "./rule.ts";
import { headOf, parameterText, written } from "./words.ts";

/** What is wrong with a `map`, as a clause, and what mends it. */
export interface MapFault {
  readonly place: Place;
  readonly why: string;
  readonly remedies: readonly Remedy[];
  readonly related?: readonly Related[];
}

type Name = "Upgrade" | "Connection";
const tokens = { Upgrade: "websocket", Connection: "upgrade" } as const;

/** The fault of the map that a `proxy_set_header` line reads; null where it reads none, or one made for the other header. */
export function mapFault(
  line: Use,
  name: Name,
  location: ProxiedLocation,
  scope: Scope,
): MapFault | null {
  for (const variable of variablesIn(line.parameters[1] ?? "")) {
    const map = mapOf(variable, scope);
    if (map !== null) {
      return faultOf(map, name, location, scope);
    }
  }
  return null;
}

function mapOf(variable: string, scope: Scope): Use | null {
  const definition = definitions(scope.config).get(variable);
  return definition?.name === "map" && definition.inner !== null ? definition : null;
}

function faultOf(map: Use, name: Name, location: ProxiedLocation, scope: Scope): MapFault | null {
  const [sourceText = "", variable = ""] = map.parameters;
  const source = evaluate(sourceText, scope);
  const other = name === "Upgrade" ? "Connection" : "Upgrade";
  if (!isKnown(source) || gives(map, source, other, scope)) {
    return null;
  }
  const rival = rivals(map, scope).find((candidate) => gives(candidate, "websocket", name, scope));
  if (rival !== undefined) {
    return {
      place: headOf(map),
      why: `${variable} has two maps, and nginx takes the last one, which does not give ${tokens[name]}`,
      remedies: [{ kind: "remove", use: map }],
      related: [{ place: headOf(rival), note: "the map that is not used" }],
    };
  }
  if (source !== "websocket" && gives(map, "websocket", name, scope)) {
    const [inner] = variablesIn(sourceText);
    const feeding = inner === undefined ? null : mapOf(inner, scope);
    const [word = map.directive.name] = map.directive.parameters;
    return feeding !== null
      ? faultOf(feeding, "Upgrade", location, scope)
      : {
          place: { document: map.document, span: word },
          why: `the map for ${variable} reads ${sourceText}, not $http_upgrade`,
          remedies: [
            {
              kind: "replace",
              place: { document: map.document, span: word },
              text: "$http_upgrade",
            },
          ],
        };
  }
  return entryFault(map, source, name, location, scope);
}

/** The line of the map that the handshake takes, or does not take, by mistake. */
function entryFault(
  map: Use,
  source: string,
  name: Name,
  location: ProxiedLocation,
  scope: Scope,
): MapFault {
  const { document } = map;
  const variable = map.parameters[1] ?? "";
  const entry = selectedEntry(map, source);
  const tooStrict = entries(map).find(
    (use) => isCaseAtFault(use.name, source) && value(use, name, scope),
  );
  if (tooStrict !== undefined) {
    const after = tooStrict.directive.name.start + tooStrict.directive.name.quote.length + 1;
    return {
      place: placeOf(tooStrict),
      why: `${tooStrict.name} in the map for ${variable} is case-sensitive and does not match ${source}`,
      remedies: [
        { kind: "replace", place: { document, span: { start: after, end: after } }, text: "*" },
      ],
    };
  }
  if (entry === null || (name === "Upgrade" && entry.name === "default")) {
    const isMissing =
      name === "Connection" ? "no default, so that it is empty" : "no line for websocket";
    return {
      place: headOf(map),
      why: `the map for ${variable} has ${isMissing}`,
      remedies: [
        insertion(map, name === "Connection" ? "default upgrade;" : "websocket websocket;"),
      ],
    };
  }
  const fallback = entries(map).find((use) => use.name === "default");
  if (
    entry.name.startsWith("~") &&
    matches(entry.name, "") &&
    fallback !== undefined &&
    value(fallback, name, scope)
  ) {
    return {
      place: placeOf(entry),
      why: `${entry.name} in the map for ${variable} is not anchored and matches every value`,
      remedies: [{ kind: "replace", place: { document, span: entry.directive.name }, text: "''" }],
    };
  }
  const empty = selectedEntry(map, "");
  const isInverted = empty !== null && empty !== entry && value(empty, name, scope);
  const right: Remedy[] = [replaceValue(entry, tokens[name])];
  if (isInverted) {
    right.push(replaceValue(empty, location.upstream === null ? parameterText(entry, 0) : "''"));
  }
  return {
    place: placeOf(entry),
    why: isInverted
      ? `the map for ${variable} is inverted, it gives ${tokens[name]} to requests without Upgrade`
      : `the map for ${variable} says ${written(entry)}`,
    remedies: right,
  };
}

function gives(map: Use, source: string, name: Name, scope: Scope): boolean {
  const entry = selectedEntry(map, source);
  return entry !== null && value(entry, name, scope);
}

/** Whether a line of a map gives a value with the header's token. */
function value(entry: Use, name: Name, scope: Scope): boolean {
  const text = evaluate(entry.parameters[0] ?? "", scope);
  return isKnown(text) && hasToken(text, tokens[name]);
}

function entries(map: Use): readonly Use[] {
  return map.inner?.uses ?? [];
}

/** Other maps for the same variable, whose names nginx compares without case. */
function rivals(map: Use, scope: Scope): Use[] {
  const variable = map.parameters[1]?.toLowerCase();
  return [...usesWithin(scope.config.main)].filter(
    (use) =>
      use !== map &&
      use.name === "map" &&
      use.inner !== null &&
      use.parameters[1]?.toLowerCase() === variable,
  );
}

function matches(key: string, source: string): boolean {
  const caseless = key.startsWith("~*");
  const pattern = compilePattern(key.slice(caseless ? 2 : 1), caseless);
  return pattern !== undefined && pattern.match(source) !== null;
}

function isCaseAtFault(key: string, source: string): boolean {
  return /^~(?!\*)/.test(key) && !matches(key, source) && matches(`~*${key.slice(1)}`, source);
}

function replaceValue(entry: Use, text: string): Remedy {
  return {
    kind: "replace",
    place: { document: entry.document, span: entry.directive.parameters[0] ?? entry.directive },
    text,
  };
}

/** A line at the head of a map, indented like the one after it. */
function insertion(map: Use, line: string): Remedy {
  const { document, directive } = map;
  const [first] = directive.block?.directives ?? [];
  const at = first?.start ?? directive.block?.open.end ?? directive.end;
  const number = document.lines.lineAt(at);
  const indent = document.text.slice(document.lines.startOf(number), at);
  const gap = /^\s*$/.test(indent) ? document.lines.eolOf(number) + indent : " ";
  const text = first === undefined ? ` ${line} ` : line + gap;
  return { kind: "replace", place: { document, span: { start: at, end: at } }, text };
}
