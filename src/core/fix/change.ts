import type { Document, Place } from "../repository/document.ts";
import type { Directive } from "../syntax/tree.ts";
import { lineText } from "./block.ts";
import type { TextEdit } from "./edit.ts";
import { isFirstInLine, isLastInLine } from "./format.ts";

/** A directive in the text, however often it is used. */
export interface Written {
  readonly document: Document;
  readonly directive: Directive;
}

/** Writes `text` in place of the parameters from the one with the given index on. */
export function replaceParameters(
  { document, directive }: Written,
  from: number,
  text: string,
): TextEdit {
  const first = directive.parameters[from];
  const last = directive.parameters.at(-1);
  if (first !== undefined && last !== undefined) {
    return { document, start: first.start, end: last.end, text };
  }
  const at = (last ?? directive.name).end;
  return { document, start: at, end: at, text: ` ${text}` };
}

/** The edits that take directives away. */
export function removals(written: Iterable<Written>): TextEdit[] {
  const edits = [...written].map(removal).toSorted((left, right) => left.start - right.start);
  // Two neighbours may both claim the blank between them.
  return edits.map((edit, index) => {
    const before = edits.slice(0, index).filter(({ document }) => document === edit.document);
    return { ...edit, start: Math.max(edit.start, ...before.map(({ end }) => end)) };
  });
}

/**
 * Takes the directive's lines where it stands alone there, with a comment at their end and one of two empty lines around;
 * else only the directive and a blank.
 */
function removal({ document, directive }: Written): TextEdit {
  const { lines, text } = document;
  const isFirst = isFirstInLine(document, directive.start);
  if (isFirst && isLastInLine(document, directive.end)) {
    const first = lines.lineAt(directive.start);
    const last = lines.lineAt(Math.max(directive.start, directive.end - 1));
    const start = lines.startOf(first);
    if (last === lines.count && first > 1) {
      return { document, start: lines.endOf(first - 1), end: lines.endOf(last), text: "" };
    }
    const isEmpty = (line: number): boolean => line < 1 || lineText(document, line).trim() === "";
    const leavesTwo = isEmpty(first - 1) && last < lines.count && isEmpty(last + 1);
    return { document, start, end: lines.startOf(last + (leavesTwo ? 2 : 1)), text: "" };
  }
  const takesBefore = !isFirst && /[ \t]/.test(text.charAt(directive.start - 1));
  const takesAfter = !takesBefore && /[ \t]/.test(text.charAt(directive.end));
  const start = takesBefore ? directive.start - 1 : directive.start;
  const end = takesAfter ? directive.end + 1 : directive.end;
  return { document, start, end, text: "" };
}

export function isOverlapping(left: TextEdit, right: TextEdit): boolean {
  return left.document === right.document && left.start < right.end && right.start < left.end;
}

/** The whole lines that an edit touches. */
export function wholeLines({ document, start, end }: TextEdit): Place {
  const { lines } = document;
  const last = lines.lineAt(Math.max(start, end - 1));
  return { document, span: { start: lines.startOf(lines.lineAt(start)), end: lines.endOf(last) } };
}
