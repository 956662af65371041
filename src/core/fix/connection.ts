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
import { lineStart } from "./block.ts";
import type { TextEdit } from "./edit.ts";
import { eolAt, indentAt, indentUnit, isFirstInLine } from "./format.ts";
import type { FixRequest } from "./remedy.ts";

/** Values for the pair of upgrade headers, with the maps that they need. */
export interface Choice {
  /** The parameter of `Connection`. `literal` leaves the quotes to the file's own style. */
  readonly connection: { readonly variable: string } | { readonly literal: string };
  /** What stands for `$http_upgrade` in `Upgrade`. */
  readonly upgrade: string;
  /** New maps, to be put at one of the places of `mapPlaces`. */
  readonly maps: readonly NewMap[];
}

export interface NewMap {
  readonly source: string;
  readonly variable: string;
  readonly entries: readonly (readonly [key: string, value: string])[];
}

/**
 * The values to try, best first.
 *
 * @param current the `Connection` that is in force, or undefined
 * @param isShared the line also serves other locations, so that a literal would reach ordinary requests
 */
export function choices(
  request: FixRequest,
  current: Use | undefined,
  isShared: boolean,
): Choice[] {
  const { config, connection, keepsConnections } = request;
  if (request.upgrade === "websocket-only") {
    return whitelists(request, current);
  }
  const raw = { upgrade: "$http_upgrade", maps: [] };
  const literal: Choice = { ...raw, connection: { literal: "upgrade" } };
  if (connection === "literal") {
    return [literal];
  }
  const existing = connectionMaps(config, keepsConnections, false).map((variable): Choice => ({
    ...raw,
    connection: { variable },
  }));
  const name = freeName(config, current, ["connection_upgrade", "websocket_connection"]);
  const fresh: Choice = {
    ...raw,
    connection: { variable: `$${name}` },
    maps: [connectionMap("$http_upgrade", `$${name}`, keepsConnections)],
  };
  const mayBeLiteral = connection === "auto" && request.traffic === "websocket" && !isShared;
  return [...existing, ...(mayBeLiteral ? [literal] : []), fresh];
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
function whitelists(request: FixRequest, current: Use | undefined): Choice[] {
  const { config, keepsConnections } = request;
  const known = upgradeMaps(config)[0];
  const knownConnection = connectionMaps(config, keepsConnections, true)[0];
  const maps: NewMap[] = [];
  const upgrade = known ?? `$${freeName(config, undefined, ["ws_upgrade", "websocket_upgrade"])}`;
  if (known === undefined) {
    maps.push({
      source: "$http_upgrade",
      variable: upgrade,
      entries: [
        ["default", "''"],
        ["websocket", "websocket"],
      ],
    });
  }
  if (request.connection === "literal") {
    return [{ upgrade, connection: { literal: "upgrade" }, maps }];
  }
  const connection =
    knownConnection ?? `$${freeName(config, current, ["ws_connection", "websocket_connection"])}`;
  if (knownConnection === undefined) {
    maps.push(connectionMap(upgrade, connection, true));
  }
  return [{ upgrade, connection: { variable: connection }, maps }];
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
  const written = /^\$(?:\{(\w+)\}|(\w+))$/.exec(current?.parameters[1] ?? "");
  const wanted = written?.[1] ?? written?.[2];
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

/** Where a new map can stand, in the given file if that has http level, then in others. */
export function mapEdits(config: Config, home: Document, maps: readonly NewMap[]): TextEdit[] {
  const levels = httpLevels(config);
  const documents = [home, ...config.documents.filter((document) => document !== home)];
  const edits: TextEdit[] = [];
  for (const document of documents) {
    const level = levels.find(({ uses }) => uses.some((use) => use.document === document));
    const own = level?.uses.filter((use) => use.document === document) ?? [];
    const before =
      own.find((use) => use.name === "server" || use.name === "upstream") ??
      own.find((use) =>
        level?.uses.some((other) => other.include === use && other.name === "server"),
      );
    if (before !== undefined) {
      edits.push(mapEdit(document, before.directive, maps));
    }
  }
  return edits;
}

function httpLevels(config: Config): Level[] {
  return config.kind === "http"
    ? [config.main]
    : config.main.uses
        .filter((use) => use.name === "http")
        .map((use) => use.inner)
        .filter((inner) => inner !== null);
}

/** Puts maps before a directive, above the comments that belong to it, with an empty line between. */
function mapEdit(document: Document, before: Directive, maps: readonly NewMap[]): TextEdit {
  const { lines, text } = document;
  const eol = eolAt(document, before.start);
  const indent = indentAt(document, before.start);
  const written = maps
    .map((map) => mapText(map, indent, indentUnit(document), eol))
    .join(eol + eol);
  if (!isFirstInLine(document, before.start)) {
    const { start } = before;
    return { document, start, end: start, text: written.trimStart() + eol + indent };
  }
  let line = lines.lineAt(before.start);
  while (line > 1 && /^[ \t]*#/.test(text.slice(lines.startOf(line - 1), lines.endOf(line - 1)))) {
    line--;
  }
  const start = lineStart(document, lines.startOf(line));
  return { document, start, end: start, text: written + eol + eol };
}

function mapText(map: NewMap, indent: string, unit: string, eol: string): string {
  const width = Math.max(...map.entries.map(([key]) => key.length));
  return [
    `${indent}map ${map.source} ${map.variable} {`,
    ...map.entries.map(([key, value]) => `${indent}${unit}${key.padEnd(width)} ${value};`),
    `${indent}}`,
  ].join(eol);
}
