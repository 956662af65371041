import { expect, test } from "vitest";
import { applyEdits } from "../../src/core/fix/edit.ts";

const at = (start: number, end: number, text: string) => ({ start, end, text });

test.each([
  ["nothing", [], "abcdef"],
  ["an insertion", [at(3, 3, "-")], "abc-def"],
  ["a replacement and a removal", [at(0, 2, "AB"), at(4, 6, "")], "ABcd"],
  [
    "insertions at both ends of a replaced span",
    [at(1, 3, "x"), at(1, 1, "<"), at(3, 3, ">")],
    "a<x>def",
  ],
  ["spans that touch", [at(0, 3, "1"), at(3, 6, "2")], "12"],
  [
    "the same edit twice counts once",
    [at(0, 0, "m"), at(2, 3, "C"), at(0, 0, "m"), at(2, 3, "C")],
    "mabCdef",
  ],
  ["two insertions at one place", [at(2, 2, "1"), at(2, 2, "2")], "ab12cdef"],
  ["at the end", [at(6, 6, "!")], "abcdef!"],
] as const)("%s, in any order", (_, edits, expected) => {
  expect(applyEdits("abcdef", edits)).toBe(expected);
  expect(applyEdits("abcdef", edits.toReversed())).toBe(expected);
});

test.each([
  ["two spans that share a character", [at(0, 3, ""), at(2, 4, "")]],
  ["an insertion inside a span", [at(0, 3, ""), at(1, 1, "x")]],
  ["one span, two texts", [at(0, 3, "x"), at(0, 3, "y")]],
  ["a span that ends before it starts", [at(3, 2, "")]],
  ["a span past the end", [at(5, 7, "")]],
] as const)("%s: null", (_, edits) => {
  expect(applyEdits("abcdef", edits)).toBeNull();
  expect(applyEdits("abcdef", edits.toReversed())).toBeNull();
});
