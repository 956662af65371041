import { expect, test } from "vitest";
import { tokenize } from "../../src/core/syntax/tokenize.ts";
import { lossAt, tokens } from "./outline.ts";

test("tokens cover the text, space included", () => {
  expect(tokenize("a 'b';#c\r\n}")).toEqual([
    { kind: "word", start: 0, end: 1 },
    { kind: "space", start: 1, end: 2 },
    { kind: "word", start: 2, end: 5 },
    { kind: "semicolon", start: 5, end: 6 },
    { kind: "comment", start: 6, end: 9 },
    { kind: "space", start: 9, end: 10 },
    { kind: "close", start: 10, end: 11 },
  ]);
});

test("an empty text has no tokens", () => {
  expect(tokenize("")).toEqual([]);
});

test.each<[string, string[]]>([
  ["a{b;}", ["word a", "open {", "word b", "semicolon ;", "close }"]],
  ["a b#c;", ["word a", "word b#c", "semicolon ;"]],
  ["a;#c", ["word a", "semicolon ;", "comment #c"]],
  ["a #c\n b;", ["word a", "comment #c", "word b", "semicolon ;"]],
  ["# a\rb;\nc;", ["comment # a\rb;", "word c", "semicolon ;"]],
  ['a"b c";', ['word a"b', 'word c"', "semicolon ;"]],
  ["a ${b}c{", ["word a", "word ${b}c", "open {"]],
  ["a}b }", ["word a}b", "close }"]],
  ['"a")b', ['word "a"', "word )b"]],
  ['"a"b', ['word "a"', "word b"]],
  ['"a"#b', ['word "a"', "comment #b"]],
  ["\uFEFFa;", ["word a", "semicolon ;"]],
  ["{ ; }", ["open {", "semicolon ;", "close }"]],
  ['a "b;\nc "d";', ["word a", 'word "b', "semicolon ;", "word c", 'word "d"', "semicolon ;"]],
  ["a_by_lua_block { b }", ["word a_by_lua_block", "open {", "lua  b ", "close }"]],
  ["a_by_lua_block{}", ["word a_by_lua_block", "open {", "close }"]],
  ["a_by_lua_block; b {", ["word a_by_lua_block", "semicolon ;", "word b", "open {"]],
])("%j", (text, expected) => {
  expect(tokens(text)).toEqual(expected);
  expect(lossAt(text)).toBeUndefined();
});
