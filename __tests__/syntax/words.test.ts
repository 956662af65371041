import { expect, test } from "vitest";
import { parse } from "../../src/core/syntax/parse.ts";
import { outline, type Outline } from "./outline.ts";

const LONG = "x".repeat(5000);

test.each<[why: string, text: string, expected: Outline[]]>([
  ["blanks of every kind separate words", "a\tb\r\nc\rd  e;", [["a", "b", "c", "d", "e"]]],
  ["other Unicode spaces do not", "a\u00A0b\u2003c;", [["a\u00A0b\u2003c"]]],
  [
    "; and { end a word",
    "a b;c{d;}",
    [
      ["a", "b"],
      ["c", [["d"]]],
    ],
  ],
  ["} inside a word is part of it", "a b}c;", [["a", "b}c"]]],
  ["a } glued to a word belongs to the word", "a{b c};}", [["a", [["b", "c}"]]]]],
  ["a # inside a word starts no comment (E150)", "a upgrade#x;", [["a", "upgrade#x"]]],
  ["a # after ; starts one (E151)", "a;#b;\nc;", [["a"], ["c"]]],
  ["comments may stand between the words", "a #b;\n c;", [["a", "c"]]],
  ["a comment ends at LF only", "#a\rb;\nc;", [["c"]]],
  ["quotes inside a word are literal (E152)", `a up"grade" it's;`, [["a", 'up"grade"', "it's"]]],
  ["a quote holds the other quote", `a "it's" 'say "x"';`, [["a", "it's", 'say "x"']]],
  ["a quote holds ; { } #", `a ";{}#";`, [["a", ";{}#"]]],
  ["an empty quote is a word", `a '' "";`, [["a", "", ""]]],
  ["names may be quoted", `"a" b;`, [["a", "b"]]],
  ["a line break inside quotes is kept (E154)", 'a "b\r\n c";', [["a", "b\r\n c"]]],
  [
    ") may follow a closing quote and starts a word",
    'if ($a = "b"){}',
    [["if", "($a", "=", "b", ")", []]],
  ],
  ["a { directly after $ is part of the word", "a ${b}c;", [["a", "${b}c"]]],
  ["also at the start of the text", "${a};", [["${a}"]]],
  ["and so are all that follow it", "a ${{b}};", [["a", "${{b}}"]]],
  ["a { after $name opens a block", "a $b{c;}", [["a", "$b", [["c"]]]]],
  ["${ in quotes does not hide the closing quote", 'a "${" b;', [["a", "${", "b"]]],
  ["a backslash clears the $ before it", "a $\\{b;", [["a", "$\\{b"]]],
  ["\\\" \\' and \\\\ lose the backslash", String.raw`a "b\"c\'d\\e";`, [["a", `b"c'd\\e`]]],
  ["the same outside quotes", String.raw`a b\"c\'d\\e;`, [["a", `b"c'd\\e`]]],
  [
    String.raw`\t \r \n become control characters`,
    String.raw`a "\t\r\n" \tb;`,
    [["a", "\t\r\n", "\tb"]],
  ],
  [
    "other backslashes are kept (E184)",
    String.raw`a \.(js|css)$ "\d{2}";`,
    [["a", "\\.(js|css)$", "\\d{2}"]],
  ],
  [String.raw`\$ keeps both (E153)`, String.raw`a \$b;`, [["a", "\\$b"]]],
  ["a backslash keeps a blank in the word", String.raw`a b\ c;`, [["a", "b\\ c"]]],
  ["a backslash keeps ; and { in the word", String.raw`a b\;c\{d;`, [["a", "b\\;c\\{d"]]],
  ["a backslash keeps a line break in the word", "a b\\\nc;", [["a", "b\\\nc"]]],
  ["a backslash starts a word", String.raw`a \"b c;`, [["a", '"b', "c"]]],
  ["two backslashes do not hide a quote", String.raw`a "b\\" c;`, [["a", "b\\", "c"]]],
  ["NUL and others are ordinary characters", "a b\0c\u000B\f;", [["a", "b\0c\u000B\f"]]],
  ["blanks may be many", `a${" ".repeat(9000)}b;`, [["a", "b"]]],
  ["what a long quote would have hidden", `a "${LONG}"; b;`, [["a", LONG], ["b"]]],
])("%s", (_why, text, expected) => {
  expect(outline(parse(text).directives)).toEqual(expected);
});

test("every part has its place", () => {
  const text = "\uFEFF location = \"/a\" {\n\tb 'c' ; # d\n}\n";
  const tree = parse(text);
  const [location] = tree.directives;
  const [simple] = location?.block?.directives ?? [];
  const at = (part: { start: number; end: number } | null | undefined) =>
    part && text.slice(part.start, part.end);

  expect(at(location)).toBe(text.trim().replace("\uFEFF", "").trim());
  expect(at(location?.name)).toBe("location");
  expect(location?.parameters.map(at)).toEqual(["=", '"/a"']);
  expect(location?.parameters.map(({ quote }) => quote)).toEqual(["", '"']);
  expect(location?.semicolon).toBeNull();
  expect(at(location?.block)).toBe("{\n\tb 'c' ; # d\n}");
  expect(at(location?.block?.open)).toBe("{");
  expect(at(location?.block?.close)).toBe("}");
  expect(at(simple)).toBe("b 'c' ;");
  expect(at(simple?.semicolon)).toBe(";");
  expect(simple?.block).toBeNull();
  expect(simple?.parameters[0]?.quote).toBe("'");
  expect(tree.comments.map(at)).toEqual(["# d"]);
});
