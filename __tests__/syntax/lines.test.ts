import { describe, expect, test } from "vitest";
import { LineMap } from "../../src/core/syntax/lines.ts";

describe("LineMap", () => {
  test.each<[text: string, lines: [start: number, end: number, eol: string][]]>([
    ["", [[0, 0, ""]]],
    ["a", [[0, 1, ""]]],
    [
      "\n",
      [
        [0, 0, "\n"],
        [1, 1, ""],
      ],
    ],
    [
      "a\nbc",
      [
        [0, 1, "\n"],
        [2, 4, ""],
      ],
    ],
    [
      "a\r\nb\r\n",
      [
        [0, 1, "\r\n"],
        [3, 4, "\r\n"],
        [6, 6, ""],
      ],
    ],
    [
      "a\rb\n",
      [
        [0, 3, "\n"],
        [4, 4, ""],
      ],
    ],
    [
      "\r\n\n",
      [
        [0, 0, "\r\n"],
        [2, 2, "\n"],
        [3, 3, ""],
      ],
    ],
    ["a\r", [[0, 2, ""]]],
    [
      "\uFEFF😀\nb",
      [
        [0, 3, "\n"],
        [4, 5, ""],
      ],
    ],
  ])("%j", (text, expected) => {
    const lines = new LineMap(text);
    const numbers = Array.from({ length: lines.count }, (_, index) => index + 1);
    expect(
      numbers.map((line) => [lines.startOf(line), lines.endOf(line), lines.eolOf(line)]),
    ).toEqual(expected);
  });

  test("every offset lies in a line, also the one after the last character", () => {
    const lines = new LineMap("ab\r\n\nc\n");
    const places = Array.from({ length: 8 }, (_, offset) => [
      lines.lineAt(offset),
      lines.columnAt(offset),
    ]);
    expect(places).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
      [1, 4],
      [2, 1],
      [3, 1],
      [3, 2],
      [4, 1],
    ]);
  });

  test("agrees with counting line feeds", () => {
    const text = Array.from({ length: 300 }, (_, index) => "x".repeat(index % 7)).join("\n");
    const lines = new LineMap(text);
    for (let offset = 0; offset <= text.length; offset++) {
      expect(lines.lineAt(offset)).toBe(text.slice(0, offset).split("\n").length);
    }
  });
});
