import { rememberedOf } from "../basics/collections.ts";
import type { Config, Level, Use } from "../config/level.ts";
import type { Document } from "../repository/document.ts";
import type { Directive } from "../syntax/tree.ts";
import { lineStart, lineText } from "./block.ts";
import type { TextEdit } from "./edit.ts";
import { eolAt, indentAt, indentUnit, isFirstInLine } from "./format.ts";

/** A `map` block to be written. */
export interface NewMap {
  readonly source: string;
  readonly variable: string;
  readonly entries: readonly (readonly [key: string, value: string])[];
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

/** In each file with http level, the first server or upstream, else the include that brings one. */
const httpPlaces = rememberedOf((config: Config): ReadonlyMap<Document, Directive> => {
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
  return places;
});

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
  while (
    lines.startOf(line) > document.source.span.start &&
    /^[ \t]*#/.test(lineText(document, line - 1))
  ) {
    line--;
  }
  const isOpen =
    lines.startOf(line) <= document.source.span.start ||
    /^\s*$|\{\s*$/.test(lineText(document, line - 1));
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
