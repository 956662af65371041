import { describe, expect, test } from "vitest";
import { parse } from "../../src/core/syntax/parse.ts";
import { outline } from "./outline.ts";

// Each body was put in a content_by_lua_block of nginx 1.22.1 with lua-nginx-module 0.10.23, which
// ended the block where this expects it.
describe("the body of a Lua block", () => {
  test.each<[why: string, body: string]>([
    ["nothing", ""],
    ["blanks", " \n "],
    ["braces in pairs", "{ { } }"],
    ["a brace in a string", `"}" '{'`],
    ["an escaped quote in a string", String.raw`"\"}" '\'}'`],
    ["an escaped backslash in a string", String.raw`'\\' `],
    ["the other quote in a string", `"'}'"`],
    ["a line comment", "-- } ' \" {\n"],
    ["a line comment with an apostrophe", "-- it's\n"],
    ["a comment that only looks like a long one", "--[==x }\n"],
    ["three dashes", "---[[ }\n"],
    ["a long comment", "--[[ }\n ' \n]]"],
    ["a long comment with a level", "--[=[ } ]] ]=]"],
    ["a long string", "[[ } ]]"],
    ["a long string with a level", "[==[ ]=] } ]==]"],
    ["no long string", "a[b[1]] [= x"],
    ["closing brackets only", "]] ]=]"],
    ["one dash", "{ 1 - 1 } - - 1"],
    ["a comment opener in a string", `"--[["`],
    ["a carriage return in a string", `"}\r"`],
    ["an apostrophe without a partner on its line", `it's a "}" 'x`],
    ["a quote whose partner is on the next line", `"\n "}"`],
    ["a NUL", `\0 "}"`],
  ])("%s", (_why, body) => {
    const text = `a_by_lua_block {${body}} b "c";`;
    const tree = parse(text);
    const lua = tree.directives[0]?.block?.lua;
    expect(tree.problems).toEqual([]);
    expect(lua && text.slice(lua.start, lua.end)).toBe(body);
    expect(outline(tree.directives)).toEqual([
      ["a_by_lua_block", []],
      ["b", "c"],
    ]);
  });

  test("a string does not reach over a line feed, so that a brace after the quote counts", () => {
    const text = 'a_by_lua_block { "}\n b "c";';
    expect(outline(parse(text).directives)).toEqual([
      ["a_by_lua_block", []],
      ["b", "c"],
    ]);
  });

  test("not even after a backslash", () => {
    const text = 'a_by_lua_block { "\\\n} b "c";';
    expect(outline(parse(text).directives)).toEqual([
      ["a_by_lua_block", []],
      ["b", "c"],
    ]);
  });
});

test.each<[name: string, text: string, isLua: boolean]>([
  ["parameters before the brace", "set_by_lua_block $x { '}' }", true],
  ["a quoted name", `"log_by_lua_block" { '}' }`, true],
  ["a comment before the brace", "log_by_lua_block # {\n { '}' }", true],
  ["a name that only contains it", "log_by_lua_blocks { a; }", false],
  ["a parameter of that name", "location /x_by_lua_block { a; }", false],
  ["the older form with a string", "log_by_lua 'x = {}';", false],
])("%s", (_name, text, isLua) => {
  const { directives, problems } = parse(text);
  expect(problems).toEqual([]);
  expect(directives).toHaveLength(1);
  expect((directives[0]?.block?.lua ?? null) !== null).toBe(isLua);
});

test("Lua without its closing brace reaches to the end of the file", () => {
  const text = "a { b_by_lua_block { [[ }\n}\n}\n";
  const { directives, problems } = parse(text);
  expect(problems.map(({ code }) => code)).toEqual(["unexpected-end"]);
  const block = directives[0]?.block?.directives[0]?.block;
  expect(block?.close).toBeNull();
  expect(block?.lua).toEqual({ start: text.indexOf("[[") - 1, end: text.length });
});
