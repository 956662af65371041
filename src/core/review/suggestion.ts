import type { Document } from "../repository/document.ts";
import { applyEdits, type TextEdit } from "../fix/edit.ts";
import { hasHiddenCharacters } from "../report/markup.ts";

/** Whole lines of one file and what shall stand in their place. */
export interface LineChange {
  /** First and last line, 1-based; for an insertion `line` is the one before and `startLine` the one after. */
  readonly startLine: number;
  readonly line: number;
  /** Without line ends; empty for a deletion. */
  readonly lines: readonly string[];
}

/** The smallest range of whole lines that the edits of one document change; null where they change nothing. */
export function lineChange(document: Document, edits: readonly TextEdit[]): LineChange | null {
  const after = applyEdits(document.text, edits);
  if (after === null || after === document.text) {
    return null;
  }
  const old = document.text.split("\n");
  const now = after.split("\n");
  const shorter = Math.min(old.length, now.length);
  let before = 0;
  while (before < shorter && old[before] === now[before]) {
    before += 1;
  }
  let behind = 0;
  while (behind < shorter - before && old.at(-1 - behind) === now.at(-1 - behind)) {
    behind += 1;
  }
  return {
    startLine: before + 1,
    line: old.length - behind,
    lines: now.slice(before, now.length - behind).map(withoutReturn),
  };
}

/**
 * The edits as one suggestion: it replaces whole lines by at least one line. Null where GitHub would not show or not apply
 * it exactly: it rewrites the line ends of a file that mixes them (w3c/guide#452), a last line without line end is better
 * left alone (reviewdog#1975), and what happens to the bytes of a file that is not UTF-8 is not known.
 * @param isFree whether a suggestion may replace the lines from `first` to `last`
 */
export function suggestionFor(
  document: Document,
  edits: readonly TextEdit[],
  isFree: (first: number, last: number) => boolean,
): LineChange | null {
  const change = lineChange(document, edits);
  const ending = lineEnding(document.text);
  if (!change || ending === null || isReplaced.test(document.text)) {
    return null;
  }
  const old = document.text.split("\n").map(withoutReturn);
  const suggestion = anchorings(change, old).find(
    ({ startLine, line }) => line < old.length && isFree(startLine, line),
  );
  if (!suggestion || !isShowable(suggestion.lines)) {
    return null;
  }
  const { startLine, line, lines } = suggestion;
  const applied = old.toSpliced(startLine - 1, line - startLine + 1, ...lines).join(ending);
  return applied === applyEdits(document.text, edits) ? suggestion : null;
}

/** An insertion repeats a neighbour line, and a deletion leaves one: the line before by choice, else the one after. */
function anchorings(change: LineChange, old: readonly string[]): LineChange[] {
  const { startLine, line, lines } = change;
  if (startLine <= line && lines.length > 0) {
    return [change];
  }
  const before = old[startLine - 2];
  const after = old[line];
  const result: LineChange[] = [];
  if (before !== undefined) {
    result.push({ startLine: startLine - 1, line, lines: [before, ...lines] });
  }
  if (after !== undefined) {
    result.push({ startLine, line: line + 1, lines: [...lines, after] });
  }
  return result;
}

/** The text's one line ending; null where it mixes them. */
function lineEnding(text: string): "\n" | "\r\n" | null {
  if (!text.includes("\r\n")) {
    return "\n";
  }
  return /(?<!\r)\n/.test(text) ? null : "\r\n";
}

/** What a decoder puts where the bytes are no UTF-8. */
const isReplaced = /\u{fffd}/u;

/** Nobody reads longer ones, and the whole comment must stay below 65,536 characters. */
const LONGEST_SUGGESTION = 20_000;

/** A fence is longer than any run of backticks in it, so that runs count against the comment's length too. */
const manyBackticks = /`{100}/;

function isShowable(lines: readonly string[]): boolean {
  const text = lines.join("\n");
  if (text.length > LONGEST_SUGGESTION || manyBackticks.test(text)) {
    return false;
  }
  return !text.includes("\r") && !hasHiddenCharacters(text);
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
