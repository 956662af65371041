import { rememberedOf } from "../basics/collections.ts";
import type { Use } from "../config/level.ts";
import type { Document } from "../repository/document.ts";
import type { Block, Directive, Word } from "../syntax/tree.ts";

/** The blanks and tabs that begin the line of an offset. */
export function indentAt(document: Document, offset: number): string {
  const start = document.lines.startOf(document.lines.lineAt(offset));
  return /^[ \t]*/.exec(document.text.slice(start, offset))?.[0] ?? "";
}

/** Whether nothing but blanks and tabs stands before the offset in its line. */
export function isFirstInLine(document: Document, offset: number): boolean {
  const start = document.lines.startOf(document.lines.lineAt(offset));
  return /^\uFEFF?[ \t]*$/.test(document.text.slice(start, offset));
}

/** Whether nothing but blanks and a comment stands after the offset in its line. */
export function isLastInLine(document: Document, offset: number): boolean {
  const end = document.lines.endOf(document.lines.lineAt(offset));
  return /^[ \t\r]*(?:#.*)?$/s.test(document.text.slice(offset, Math.max(offset, end)));
}

/** The ending of the offset's line, else of the line before it (a last line has none), else a line feed. */
export function eolAt(document: Document, offset: number): string {
  const line = document.lines.lineAt(offset);
  return document.lines.eolOf(line) || (line > 1 ? document.lines.eolOf(line - 1) : "") || "\n";
}

/** One step of indentation, as an outer block of the file shows it; else a tab where one begins a line, or four blanks. */
export const indentUnit = rememberedOf((document: Document): string => {
  const pending: (readonly Directive[])[] = [document.tree.directives];
  for (let directives = pending.pop(); directives !== undefined; directives = pending.pop()) {
    for (const directive of directives) {
      if (directive.block === null) {
        continue;
      }
      const first = directive.block.directives.find(({ start }) => isFirstInLine(document, start));
      const outer = indentAt(document, directive.start);
      const inner = first === undefined ? "" : indentAt(document, first.start);
      if (
        isFirstInLine(document, directive.start) &&
        inner.startsWith(outer) &&
        inner.length > outer.length
      ) {
        return inner.slice(outer.length);
      }
      pending.push(directive.block.directives);
    }
  }
  return /^\t/m.test(document.text) ? "\t" : "    ";
});

/** How lines inside a block are indented: as its first directive that begins a line, else one step deeper than the block. */
export function indentInside(
  document: Document,
  block: Block | null,
  directives: readonly Directive[],
): string {
  const first = directives.find((directive) => isFirstInLine(document, directive.start));
  if (first !== undefined) {
    return indentAt(document, first.start);
  }
  return block === null ? "" : indentAt(document, block.start) + indentUnit(document);
}

/** A word as its author wrote it, quotes included. */
export function written(document: Document, word: Word): string {
  return document.text.slice(word.start, word.end);
}

/** A directive to be written: its name and parameters, each as it shall stand in the file. */
export type Words = readonly string[];

/**
 * Writes directives the way their neighbours are written: gaps between name, header name and value are those of the
 * neighbours, or reach the same column where the neighbours are aligned.
 *
 * @param neighbours simple directives of the block
 * @param models `proxy_set_header` lines of an outer level, to be followed where the block has none of its own
 */
export function layOut(
  document: Document,
  neighbours: readonly Directive[],
  models: readonly Use[],
  lines: readonly Words[],
): string[] {
  const simple = neighbours.filter(
    (directive) => directive.block === null && directive.parameters.length > 0,
  );
  const headers = simple.filter(isHeader);
  const proxying = simple.filter(({ name }) => name.value.startsWith("proxy_"));
  const others = (proxying.length > 0 ? proxying : simple).map((directive) =>
    sample(document, directive, 0),
  );
  const ownHeaders = headers.map((directive) => sample(document, directive, 1));
  const modelHeaders = models.map((use) => sample(use.document, use.directive, 1));
  return lines.map((words) => {
    const [name = "", first, ...rest] = words;
    const same = simple.filter((directive) => directive.name.value === name);
    const alike = same.map((directive) => sample(document, directive, 0));
    let text = name;
    if (first !== undefined) {
      text += gap(alike.length > 0 ? alike : others, text.length, 0) + first;
    }
    if (name === "proxy_set_header" && rest.length > 0) {
      const longest = Math.max(
        ...lines.filter(([other]) => other === name).map((line) => line[1]?.length ?? 0),
      );
      const shift = text.length - (first ?? "").length + longest + 1;
      text +=
        ownHeaders.length > 0
          ? gap(ownHeaders, text.length, 0)
          : gap(modelHeaders, text.length, shift);
    } else if (rest.length > 0) {
      text += " ";
    }
    return `${text}${rest.join(" ")};`;
  });
}

function isHeader(directive: Directive): boolean {
  return directive.name.value === "proxy_set_header" && directive.parameters.length === 2;
}

interface Sample {
  readonly gap: string;
  /** How far from the directive's start the word after the gap begins. */
  readonly column: number;
}

function sample(document: Document, directive: Directive, index: number): Sample | null {
  const words = [directive.name, ...directive.parameters];
  const before = words[index];
  const after = words[index + 1];
  return before === undefined || after === undefined
    ? null
    : {
        gap: document.text.slice(before.end, after.start),
        column: after.start - directive.start,
      };
}

/** @param column where the next word shall begin if the samples are aligned; 0 for their own column */
function gap(samples: readonly (Sample | null)[], length: number, column: number): string {
  const usable = samples.filter((one) => one !== null).filter((one) => !/[\r\n#]/.test(one.gap));
  const [first] = usable;
  if (first === undefined) {
    return " ";
  }
  if (first.gap.includes("\t") || first.gap === " ") {
    if (usable.every((one) => one.gap === first.gap)) {
      return first.gap;
    }
  }
  const aligned = usable.every((one) => one.column === first.column && !one.gap.includes("\t"));
  return aligned ? " ".repeat(Math.max(1, (column || first.column) - length)) : " ";
}
