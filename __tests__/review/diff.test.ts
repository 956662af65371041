import { describe, expect, test } from "vitest";
import { hunkAround, hunksOf } from "../../src/core/review/diff.ts";

/** `[first, last, changed lines]` of each hunk. */
function read(...lines: readonly string[]): unknown[] {
  return hunksOf(lines.join("\n")).map(({ start, end, changed }) => [start, end, [...changed]]);
}

describe("hunksOf", () => {
  test.each<[string, string[], unknown[]]>([
    ["no text", [""], []],
    [
      "context and added lines",
      ["@@ -3,3 +4,3 @@ server {", " a", "-b", "+B", " c"],
      [[4, 6, [5]]],
    ],
    ["a new file", ["@@ -0,0 +1,2 @@", "+a", "+b"], [[1, 2, [1, 2]]]],
    ["counts of one are not written", ["@@ -7 +9 @@", "-a", "+A"], [[9, 9, [9]]]],
    ["a hunk of which no line is left", ["@@ -5,2 +4,0 @@", "-a", "-b"], [[4, 3, []]]],
    [
      "a removal counts for the line before",
      ["@@ -5,4 +5,3 @@", " a", " b", "-c", " d"],
      [[5, 7, [6]]],
    ],
    ["or else for the line after", ["@@ -5,2 +5,1 @@", "-a", " b"], [[5, 5, [5]]]],
    ["or at the end of the file", ["@@ -5,2 +5,1 @@", " a", "-b"], [[5, 5, [5]]]],
    [
      "several hunks",
      ["@@ -1 +1 @@", "+a", "-b", "@@ -9,1 +9,2 @@", " c", "+d"],
      [
        [1, 1, [1]],
        [9, 10, [10]],
      ],
    ],
    [
      "no newline at the end",
      ["@@ -1 +1 @@", "-a", "\\ No newline at end of file", "+b", "\\ No newline at end of file"],
      [[1, 1, [1]]],
    ],
    ["a newline at the patch's end", ["@@ -1 +1 @@", "-a", "+b", ""], [[1, 1, [1]]]],
    [
      "lines that look like a head or a file name",
      ["@@ -1,2 +1,2 @@", "--- a", "+@@ -1 +1 @@", "-+++ b", "+++ b"],
      [[1, 2, [1, 2]]],
    ],
    ["carriage returns", ["@@ -1 +1,2 @@\r", " a\r", "+b\r"], [[1, 2, [2]]]],
    [
      "a hunk that is cut off",
      ["@@ -1 +1 @@", "-a", "+b", "@@ -9,2 +9,3 @@", " c", "+d"],
      [[1, 1, [1]]],
    ],
    ["a line without sign", ["@@ -1,2 +1,2 @@", " a", "b"], []],
    ["more lines than the head says", ["@@ -1,1 +1,1 @@", "+a", "+b", "-c"], []],
    ["text before the first head", ["diff --git a/x b/x", "@@ -1 +1 @@", "-a", "+b"], []],
    ["words instead of a patch", ["Binary files differ"], []],
    ["numbers that are none", ["@@ -x,1 +1,1 @@", " a"], []],
    ["a line number beyond every file", ["@@ -1 +99999999999 @@", " a"], []],
  ])("%s", (_title, lines, hunks) => {
    expect(read(...lines)).toEqual(hunks);
  });

  test("null where GitHub gives no patch", () => {
    expect(hunksOf(null)).toEqual([]);
  });
});

test("hunkAround asks for one hunk that shows both ends", () => {
  const hunks = hunksOf("@@ -1,2 +1,2 @@\n a\n b\n@@ -3,2 +3,2 @@\n c\n d");
  expect(hunkAround(hunks, 1, 2)).toBe(hunks[0]);
  expect(hunkAround(hunks, 3, 3)).toBe(hunks[1]);
  expect(hunkAround(hunks, 2, 3)).toBeUndefined();
  expect(hunkAround(hunks, 5, 5)).toBeUndefined();
});
