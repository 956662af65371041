import { describe, expect, test } from "vitest";
import type { TextEdit } from "../../src/core/fix/edit.ts";
import { lineChange, suggestionFor } from "../../src/core/review/suggestion.ts";
import { documentOf } from "./world.ts";

/** The text without its marks, and an edit for each `«old→new»`. */
function marked(source: string): { document: ReturnType<typeof documentOf>; edits: TextEdit[] } {
  const found: { start: number; end: number; text: string }[] = [];
  let text = "";
  for (const part of source.split(/(«[^»]*»)/)) {
    const [, old, now] = /^«([^]*)→([^]*)»$/.exec(part) ?? [];
    if (old !== undefined && now !== undefined) {
      found.push({ start: text.length, end: text.length + old.length, text: now });
    }
    text += old ?? part;
  }
  const document = documentOf(text);
  return { document, edits: found.map((edit) => ({ document, ...edit })) };
}

/** `[first line, last line, …lines]`, or null. */
function suggest(source: string, first = 1, last = 99): unknown {
  const { document, edits } = marked(source);
  const isFree = (from: number, to: number): boolean => first <= from && to <= last;
  const suggestion = suggestionFor(document, edits, isFree);
  return suggestion && [suggestion.startLine, suggestion.line, ...suggestion.lines];
}

describe("suggestionFor", () => {
  test.each([
    ["a word in a line", "a\nb «x→y»;\nc\n", [2, 2, "b y;"]],
    ["an insertion takes the line before along", "a\nb«→\nnew»\nc\n", [2, 2, "b", "new"]],
    ["so does one written as a whole line", "a\nb\n«→new\n»c\n", [2, 2, "b", "new"]],
    ["at the top there is only the line after", "«→new\n»a\nb\n", [1, 1, "new", "a"]],
    ["a removed line keeps the one before", "a\nb\n«c\n→»d\n", [2, 3, "b"]],
    ["at the top, the one after", "«a\n→»b\nc\n", [1, 2, "b"]],
    ["edits far apart are one range", "«a→A»\nb\n«c→C»\nd\n", [1, 3, "A", "b", "C"]],
    ["several insertions at one place", "a«→\n1»«→\n2»\nb\n", [1, 1, "a", "1", "2"]],
    ["lines that stay at the ends are left out", "a\n«b\nc→b\nC»\nd\n", [3, 3, "C"]],
    ["a line becomes blank", "a\n«b→»\nc\n", [2, 2, ""]],
    ["blank lines at the end count", "a\n«b→b\n»\nc\n", [2, 2, "b", ""]],
    ["CRLF throughout", "a\r\nb«→\r\nnew»\r\nc\r\n", [2, 2, "b", "new"]],
    ["tabs", "a\n\tb«→\n\tnew»\n", [2, 2, "\tb", "\tnew"]],
    ["nothing changes", "a\n«b→b»\nc\n", null],
    ["no edits", "a\nb\n", null],
    ["mixed line endings", "a\r\nb «x→y»\nc\n", null],
    ["a line feed in a CRLF file", "a\r\nb«→\nnew»\r\nc\r\n", null],
    ["the last line without line end", "a\nb «x→y»", null],
    ["an insertion before it takes the line before along", "a\n«→new\n»b", [1, 1, "a", "new"]],
    ["the line end at the text's end is kept", "a\nb«\n→»", null],
    ["a hidden character", "a\nb «x→\u{202e}y»\nc\n", null],
    ["a hidden character in a line that comes along", "a\nb \u{200b}«→\nnew»\nc\n", null],
    ["bytes that are no UTF-8, somewhere else", "a\nb «x→y»\nc \u{fffd}\n", null],
    ["a carriage return inside a line", "a\nb «x→x\ry»\nc\n", null],
    ["a byte order mark", "\u{feff}a «x→y»\nc\n", null],
    ["a run of backticks that no fence should have to beat", `a\n«→${"`".repeat(200)}»\n`, null],
    ["too long to read", `a\n«→${"x".repeat(30_000)}»\n`, null],
  ])("%s", (_title, source, expected) => {
    expect(suggest(source)).toEqual(expected);
  });

  test.each([
    ["the line before is not free", "a\nb\n«→new\n»c\n", 3, 9, [3, 3, "new", "c"]],
    ["no neighbour is free", "a\nb\n«→new\n»c\n", 4, 9, null],
    ["the lines are not free", "a\nb «x→y»\nc\n", 3, 9, null],
    ["half of the range is not free", "«a→A»\nb\n«c→C»\nd\n", 1, 2, null],
  ])("%s", (_title, source, first, last, expected) => {
    expect(suggest(source, first, last)).toEqual(expected);
  });
});

describe("lineChange", () => {
  test("an insertion lies between two lines", () => {
    const { document, edits } = marked("a\nb«→\nnew»\nc\n");
    expect(lineChange(document, edits)).toEqual({ startLine: 3, line: 2, lines: ["new"] });
  });

  test("a deletion has no lines", () => {
    const { document, edits } = marked("a\n«b\n→»c\n");
    expect(lineChange(document, edits)).toEqual({ startLine: 2, line: 2, lines: [] });
  });
});
