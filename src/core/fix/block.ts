import type { Config, Level, Use } from "../config/level.ts";
import type { Document } from "../repository/document.ts";
import type { Block, Directive } from "../syntax/tree.ts";
import type { TextEdit } from "./edit.ts";
import { eolAt, indentAt, indentInside, isFirstInLine, isLastInLine } from "./format.ts";

/** The text of one level in the file that opens it: what an include brings into the level stands elsewhere. */
export interface Container {
  readonly document: Document;
  /** The directive that opens it, or null for a file's top. */
  readonly opener: Directive | null;
  readonly block: Block | null;
  readonly directives: readonly Directive[];
}

/** The level's own text, or null where no file shows it. */
export function containerOf(config: Config, level: Level): Container | null {
  if (level.opener !== null) {
    const { document, directive } = level.opener;
    const { block } = directive;
    return block === null
      ? null
      : { document, opener: directive, block, directives: block.directives };
  }
  const pass = level.uses.find((use) => use.name === "proxy_pass" && use.include === null);
  const root = config.documents.find((candidate) => candidate.key === config.root);
  const document = pass?.document ?? root;
  return document === undefined || level !== config.main
    ? null
    : { document, opener: null, block: null, directives: document.tree.directives };
}

/** The text of the file that an include brings into a level, or null where the line does not stand at its top. */
export function includedContainer({ document, directive }: Use): Container | null {
  const { directives } = document.tree;
  return directives.includes(directive)
    ? { document, opener: null, block: null, directives }
    : null;
}

/** Where new lines go: after a directive, before one, after the opening brace or before the closing one. */
export type Anchor =
  | { readonly at: "after" | "before"; readonly directive: Directive }
  | { readonly at: "open" | "close" };

export interface Insertion {
  readonly anchor: Anchor;
  /** Without indentation and line ending. */
  readonly lines: readonly string[];
}

/**
 * The edits that bring these lines into the block. A block on one line is opened up, and then loses the directives that
 * shall go by the same edits.
 */
export function insert(
  container: Container,
  insertions: readonly Insertion[],
  removed: ReadonlySet<Directive>,
): TextEdit[] {
  const gaps = gapsOf(container, removed);
  const usual = indentInside(container.document, container.block, container.directives);
  const edits: TextEdit[] = [];
  const opened = new Map<Gap, string[]>();
  for (const insertion of insertions) {
    const gap = gaps.find((candidate) => isAt(insertion.anchor, candidate));
    if (gap === undefined || insertion.lines.length === 0) {
      continue;
    }
    const edit = ofWholeLines(container.document, insertion, gap, usual);
    if (edit === null) {
      opened.set(gap, [...(opened.get(gap) ?? []), ...insertion.lines]);
    } else {
      edits.push(edit);
    }
  }
  return opened.size === 0 ? edits : [...edits, ...openUp(container, gaps, opened, usual)];
}

/** New lines behind the end of a line, or before the start of one; null where text stands on both sides of the gap. */
function ofWholeLines(
  document: Document,
  { anchor, lines }: Insertion,
  gap: Gap,
  usual: string,
): TextEdit | null {
  const eol = eolAt(document, gap.start);
  const indent = indentBeside(document, anchor) ?? usual;
  const isAfter = anchor.at === "after" || anchor.at === "open";
  if (isAfter && isLastInLine(document, gap.start)) {
    const end = Math.max(gap.start, document.lines.endOf(document.lines.lineAt(gap.start)));
    const text = lines.map((line) => `${eol}${indent}${line}`).join("");
    return { document, start: end, end, text };
  }
  if (!isAfter && isFirstInLine(document, gap.end)) {
    const start = lineStart(document, gap.end);
    const text = lines.map((line) => `${indent}${line}${eol}`).join("");
    return { document, start, end: start, text };
  }
  return null;
}

/** Gives each neighbour of these gaps a line of its own; in a block on one line all of them. */
function openUp(
  container: Container,
  gaps: readonly Gap[],
  opened: ReadonlyMap<Gap, readonly string[]>,
  usual: string,
): TextEdit[] {
  const { document, opener } = container;
  const outer = opener === null ? "" : indentAt(document, opener.start);
  const edits = Array.from(isOnOneLine(container) ? gaps : opened.keys(), (gap): TextEdit => {
    const eol = eolAt(document, gap.start);
    const lines = (opened.get(gap) ?? []).map((line) => `${eol}${usual}${line}`).join("");
    const text = lines + eol + (gap.before === "close" ? outer : usual);
    return { document, start: gap.start, end: gap.end, text };
  });
  return [...edits, ...separated(container, outer)];
}

/** What stands behind a block on one line begins a line of its own once the block is opened up. */
function separated(container: Container, indent: string): TextEdit[] {
  const { document, block } = container;
  if (block === null || !isOnOneLine(container)) {
    return [];
  }
  const start = block.end;
  const blanks = /^[ \t]*(?=[^\s#}])/.exec(
    document.text.slice(start, document.lines.endOf(document.lines.lineAt(start - 1))),
  );
  return blanks === null
    ? []
    : [{ document, start, end: start + blanks[0].length, text: eolAt(document, start) + indent }];
}

/** How the directive that the lines go beside is indented, where it begins a line. */
function indentBeside(document: Document, anchor: Anchor): string | null {
  return "directive" in anchor && isFirstInLine(document, anchor.directive.start)
    ? indentAt(document, anchor.directive.start)
    : null;
}

/** An offset in the line that an insertion attaches to. */
export function anchorOffset(container: Container, anchor: Anchor): number {
  switch (anchor.at) {
    case "after":
      return anchor.directive.end;
    case "before":
      return anchor.directive.start;
    case "open":
      return container.block?.open.end ?? container.document.source.span.start;
    case "close":
      return container.block?.close?.start ?? container.document.source.span.end;
  }
}

/** What stands between two neighbours of a block, braces counted as neighbours. */
interface Gap {
  readonly start: number;
  readonly end: number;
  readonly after: Directive | "open";
  readonly before: Directive | "close";
}

function gapsOf(container: Container, removed: ReadonlySet<Directive>): Gap[] {
  const { block, directives, document } = container;
  const gaps: Gap[] = [];
  let start = block?.open.end ?? document.source.span.start;
  let after: Directive | "open" = "open";
  const loses = isOnOneLine(container);
  for (const directive of directives) {
    if (loses && removed.has(directive)) {
      continue;
    }
    gaps.push({ start, end: directive.start, after, before: directive });
    start = directive.end;
    after = directive;
  }
  const end = block?.close?.start ?? document.source.span.end;
  gaps.push({ start, end, after, before: "close" });
  return gaps;
}

function isAt(anchor: Anchor, gap: Gap): boolean {
  switch (anchor.at) {
    case "after":
      return gap.after === anchor.directive;
    case "before":
      return gap.before === anchor.directive;
    case "open":
      return gap.after === "open";
    case "close":
      return gap.before === "close";
  }
}

export function isOnOneLine({ document, block }: Container): boolean {
  return (
    block !== null &&
    document.lines.lineAt(block.start) ===
      document.lines.lineAt(Math.max(block.start, block.end - 1))
  );
}

/** A line without its ending; 1-based. */
export function lineText({ lines, text }: Document, line: number): string {
  return text.slice(lines.startOf(line), lines.endOf(line));
}

/** The start of the offset's line, after a byte order mark. */
export function lineStart(document: Document, offset: number): number {
  const start = document.lines.startOf(document.lines.lineAt(offset));
  return start === 0 && document.text.startsWith("\uFEFF") ? 1 : start;
}
