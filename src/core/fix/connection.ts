import type { Config, Document, Level, Use } from "../config/model.ts";
import type { ProbeName, Value } from "../handshake/model.ts";
import { probeHeaders } from "../handshake/probe.ts";
import {
  definitions,
  evaluate,
  forEachUse,
  isDefined,
  isKnown,
  newScope,
  variablesIn,
} from "../handshake/variables.ts";
import type { Directive } from "../syntax/tree.ts";
import { lineStart, lineText } from "./block.ts";
import type { TextEdit } from "./edit.ts";
import { eolAt, indentAt, indentUnit, isFirstInLine } from "./format.ts";
import type { FixRequest } from "./remedy.ts";

/** Values for the pair of upgrade headers, with the maps that they need. */
export interface Choice {
  /** The parameter of `Connection`. A `literal` leaves the quotes to the file's own style. */
  readonly connection: { readonly variable: string } | { readonly literal: string };
  /** The parameter of `Upgrade`. */
  readonly upgrade: string;
  /** New maps, for one of the places that `mapEdits` finds. */
  readonly maps: readonly NewMap[];
}

export interface NewMap {
  readonly source: string;
  readonly variable: string;
  readonly entries: readonly (readonly [key: string, value: string])[];
}

/** What the planner knows of the line to be written. */
export interface Wanted {
  /** Whether `Connection` is to be chosen, or only `Upgrade`. */
  readonly connection: boolean;
  /** The `Connection` that is in force, or undefined. */
  readonly current: Use | undefined;
  /** The line serves other locations too, so that a literal would reach their ordinary requests. */
  readonly isShared: boolean;
}

/** The values to try, best first. */
export function choices(request: FixRequest, wanted: Wanted): Choice[] {
  if (request.upgrade === "websocket-only") {
    return [whitelist(request, wanted)];
  }
  const raw = { upgrade: "$http_upgrade", maps: [] };
  const literal: Choice = { ...raw, connection: { literal: "upgrade" } };
  if (request.connection === "literal" || !wanted.connection) {
    return [literal];
  }
  const { config, traffic } = request;
  // Who clears the header wants connections to be kept, whatever we see of the upstream.
  const keeps = request.keepsConnections || wanted.current?.parameters[1] === "";
  const existing = connectionMaps(config, keeps, false).map((variable): Choice => ({
    ...raw,
    connection: { variable },
  }));
  const name = freeName(config, wanted.current, ["connection_upgrade", "websocket_connection"]);
  const variable = `$${name}`;
  const fresh: Choice = {
    ...raw,
    connection: { variable },
    maps: [connectionMap("$http_upgrade", variable, keeps)],
  };
  if (request.connection === "map" || traffic === "mixed" || wanted.isShared) {
    return [...existing, fresh];
  }
  const wantsMap = variableOf(wanted.current) === name;
  return [...existing, ...(wantsMap ? [fresh, literal] : [literal, fresh])];
}

function connectionMap(source: string, variable: string, keepsConnections: boolean): NewMap {
  return {
    source,
    variable,
    entries: [
      ["default", "upgrade"],
      ["''", keepsConnections ? "''" : "close"],
    ],
  };
}

/** The two maps that let only `websocket` through, where the file has none like them. */
function whitelist(request: FixRequest, wanted: Wanted): Choice {
  const { config, keepsConnections } = request;
  const [known] = upgradeMaps(config);
  const upgrade = known ?? `$${freeName(config, undefined, ["ws_upgrade", "websocket_upgrade"])}`;
  const upgradeMap: NewMap = {
    source: "$http_upgrade",
    variable: upgrade,
    entries: [
      ["default", "''"],
      ["websocket", "websocket"],
    ],
  };
  const maps = known === undefined ? [upgradeMap] : [];
  if (request.connection === "literal" || !wanted.connection) {
    return { upgrade, connection: { literal: "upgrade" }, maps };
  }
  const [knownConnection] = connectionMaps(config, keepsConnections, true);
  if (knownConnection !== undefined) {
    return { upgrade, connection: { variable: knownConnection }, maps };
  }
  const names = ["ws_connection", "websocket_connection"];
  const variable = `$${freeName(config, wanted.current, names)}`;
  return {
    upgrade,
    connection: { variable },
    maps: [...maps, connectionMap(upgrade, variable, true)],
  };
}

/** The value of a text for a probe whose other properties are not known. */
function probed(config: Config, text: string, probe: ProbeName): Value {
  const request = {
    probe,
    standsForAll: true,
    method: "GET",
    path: null,
    query: null,
    scheme: null,
    host: null,
    hostName: null,
    port: null,
    headers: probeHeaders(probe),
    clientAddress: null,
  };
  return evaluate(text, newScope(config, request, null));
}

/** The variables that maps define, as written, in the order of the file. */
function mapVariables(config: Config): { variable: string; source: string }[] {
  return [...definitions(config)]
    .map(([name, use]) => ({ name, use, variable: use.parameters[1] ?? "" }))
    .filter(
      ({ name, use, variable }) => use.name === "map" && variable.toLowerCase() === `$${name}`,
    )
    .map(({ use, variable }) => ({ variable, source: (use.parameters[0] ?? "").toLowerCase() }));
}

/**
 * Variables that say `upgrade` to a handshake and something harmless to an ordinary request, best first: those that leave
 * the upstream's connections alone, and those that read `$http_upgrade`.
 */
function connectionMaps(config: Config, keepsConnections: boolean, refusesH2c: boolean): string[] {
  const harmless = keepsConnections ? ["", "keep-alive"] : ["", "keep-alive", "close"];
  const isHarmless = (value: Value): value is string =>
    isKnown(value) && harmless.includes(value.toLowerCase());
  const rank = (variable: string): number => {
    const plain = probed(config, variable, "plain");
    return isHarmless(plain) ? harmless.indexOf(plain.toLowerCase()) : harmless.length;
  };
  return mapVariables(config)
    .filter(
      ({ variable }) =>
        hasUpgrade(probed(config, variable, "websocket")) &&
        isHarmless(probed(config, variable, "plain")) &&
        (!refusesH2c || isHarmless(probed(config, variable, "h2c"))),
    )
    .toSorted(
      (left, right) =>
        Number(right.source === "$http_upgrade") - Number(left.source === "$http_upgrade") ||
        rank(left.variable) - rank(right.variable),
    )
    .map(({ variable }) => variable);
}

function hasUpgrade(value: Value): boolean {
  return (
    isKnown(value) && value.split(",").some((token) => token.trim().toLowerCase() === "upgrade")
  );
}

function upgradeMaps(config: Config): string[] {
  const is = (variable: string, probe: ProbeName, wanted: string): boolean => {
    const value = probed(config, variable, probe);
    return isKnown(value) && value.toLowerCase() === wanted;
  };
  return mapVariables(config)
    .map(({ variable }) => variable)
    .filter(
      (variable) =>
        is(variable, "websocket", "websocket") &&
        is(variable, "plain", "") &&
        is(variable, "h2c", ""),
    );
}

/**
 * A name for a new map's variable: the one that the header already uses and nobody defines, else the first that means
 * nothing yet.
 */
function freeName(config: Config, current: Use | undefined, names: readonly string[]): string {
  const uses = variableUses(config);
  const isFree = (name: string): boolean =>
    !isDefined(name, config) && (uses.get(name) ?? []).every(isConnectionHeader);
  const [first = "connection_upgrade"] = names;
  const wanted = variableOf(current);
  if (wanted !== undefined && isFree(wanted.toLowerCase())) {
    return wanted;
  }
  for (const name of names) {
    if (isFree(name)) {
      return name;
    }
  }
  let number = 2;
  while (!isFree(`${first}_${number}`)) {
    number++;
  }
  return `${first}_${number}`;
}

/** The name of the variable that is all of a header's value. */
function variableOf(header: Use | undefined): string | undefined {
  const match = /^\$(?:\{(\w+)\}|(\w+))$/.exec(header?.parameters[1] ?? "");
  return match?.[1] ?? match?.[2];
}

function isConnectionHeader(use: Use): boolean {
  return use.name === "proxy_set_header" && use.parameters[0]?.toLowerCase() === "connection";
}

const usesOf = new WeakMap<Config, ReadonlyMap<string, readonly Use[]>>();

/** Which directives use each variable, by name in lower case. */
function variableUses(config: Config): ReadonlyMap<string, readonly Use[]> {
  const known = usesOf.get(config);
  if (known !== undefined) {
    return known;
  }
  const found = new Map<string, Use[]>();
  forEachUse(config.main, (use) => {
    for (const name of use.parameters.flatMap(variablesIn)) {
      const uses = found.get(name);
      if (uses === undefined) {
        found.set(name, [use]);
      } else {
        uses.push(use);
      }
    }
  });
  usesOf.set(config, found);
  return found;
}

/**
 * The edits that could bring new maps: in each of the files that have http level, before its first server or upstream,
 * then before the block that the level itself is in.
 */
export function mapEdits(
  config: Config,
  level: Level,
  documents: Iterable<Document>,
  maps: readonly NewMap[],
): TextEdit[] {
  const places = httpPlaces(config);
  const around = blockAtHttpLevel(level);
  return [...documents].flatMap((document) => {
    const own = around?.document === document ? around.directive : undefined;
    return [...new Set([places.get(document), own])]
      .filter((before) => before !== undefined)
      .map((before) => mapEdit(document, before, maps));
  });
}

/** The server that a level is in, or another block at http level. */
function blockAtHttpLevel(level: Level): Use | null {
  let { opener } = level;
  while (opener !== null && opener.level.context !== "http") {
    opener = opener.level.opener;
  }
  return opener;
}

const placesOf = new WeakMap<Config, ReadonlyMap<Document, Directive>>();

/** In each file with http level, the first server or upstream, else the include that brings one. */
function httpPlaces(config: Config): ReadonlyMap<Document, Directive> {
  const known = placesOf.get(config);
  if (known !== undefined) {
    return known;
  }
  const places = new Map<Document, Directive>();
  const includes = new Map<Document, Directive>();
  const levels =
    config.kind === "http"
      ? [config.main]
      : config.main.uses.filter((use) => use.name === "http").map((use) => use.inner);
  for (const use of levels.flatMap((level) => level?.uses ?? [])) {
    if (use.name === "server" || use.name === "upstream") {
      if (!places.has(use.document)) {
        places.set(use.document, use.directive);
      }
      for (let { include } = use; include !== null; include = include.include) {
        if (!includes.has(include.document)) {
          includes.set(include.document, include.directive);
        }
      }
    }
  }
  for (const [document, directive] of includes) {
    if (!places.has(document)) {
      places.set(document, directive);
    }
  }
  placesOf.set(config, places);
  return places;
}

/** Puts maps before a directive, above the comments that belong to it, with empty lines around. */
function mapEdit(document: Document, before: Directive, maps: readonly NewMap[]): TextEdit {
  const { lines } = document;
  const eol = eolAt(document, before.start);
  const indent = indentAt(document, before.start);
  const texts = maps.map((map) => mapText(map, indent, indentUnit(document), eol));
  const text = texts.join(eol + eol) + eol;
  if (!isFirstInLine(document, before.start)) {
    return { document, start: before.start, end: before.start, text: text.trimStart() + indent };
  }
  let line = lines.lineAt(before.start);
  while (line > 1 && /^[ \t]*#/.test(lineText(document, line - 1))) {
    line--;
  }
  const isOpen = line === 1 || /^\s*$|\{\s*$/.test(lineText(document, line - 1));
  const start = lineStart(document, lines.startOf(line));
  return { document, start, end: start, text: (isOpen ? "" : eol) + text + eol };
}

function mapText(map: NewMap, indent: string, unit: string, eol: string): string {
  const width = Math.max(...map.entries.map(([key]) => key.length));
  return [
    `${indent}map ${map.source} ${map.variable} {`,
    ...map.entries.map(([key, value]) => `${indent}${unit}${key.padEnd(width)} ${value};`),
    `${indent}}`,
  ].join(eol);
}
