import { describe, expect, test } from "vitest";
import { parse } from "../../src/core/syntax/parse.ts";
import { grammar, messages, outline, type Outline, problems } from "./outline.ts";

test.each<[why: string, text: string, expected: string]>([
  ["junk after a closing quote (E147)", 'a "b"x;', 'unexpected "x"'],
  ["a comment glued to a closing quote", 'a "b"#x\n;', 'unexpected "#"'],
  ["a second quote glued to the first", `a "b"'c';`, `unexpected "'"`],
  ["a character of two UTF-16 units", 'a "b"😀;', 'unexpected "😀"'],
  ["a ; without a directive", "a;;", 'unexpected ";"'],
  ["a { without a directive", "{a;}", 'unexpected "{"'],
  ["a } without a block", "a;}", 'unexpected "}"'],
  ["a } before the ;", "a{b c }", 'unexpected "}"'],
  ["a } right after a closing quote", 'a{b "c"}', 'unexpected "}"'],
  ["the end inside a directive", "a b", 'unexpected end of file, expecting ";" or "}"'],
  ["the end inside a word", "a \\", 'unexpected end of file, expecting ";" or "}"'],
  ["the end inside a quote", "a 'b;", 'unexpected end of file, expecting ";" or "}"'],
  ["the end inside a block", "a{b;", 'unexpected end of file, expecting "}"'],
  ["the end inside Lua", "a_by_lua_block{ b", "unexpected end of file, expecting terminating"],
  ["a byte order mark", "\uFEFFa;", "unknown directive"],
])("nginx's wording for %s", (_why, text, expected) => {
  expect(messages(text)[0]).toMatch(expected);
  expect(messages(text)[0]?.indexOf(expected)).toBe(0);
});

test.each([
  "",
  " \n",
  "# only a comment",
  "a;",
  'a "b";',
  'a "b"\t;',
  "a{}",
  "a 'b'{}",
  'if ($a = "b") {}',
  "a{b{c;}}",
  "# } { ; \" '\na;",
])("nothing to say about %j", (text) => {
  expect(problems(text)).toEqual([]);
});

describe("recovery", () => {
  test.each<[why: string, text: string, tree: Outline[], expected: string[]]>([
    [
      "junk after a quote is a word of its own",
      'a "b"c; d;',
      [["a", '"b"', "c"], ["d"]],
      ["unexpected-character c"],
    ],
    ["a second ; is passed over", "a;; b;", [["a"], ["b"]], ["unexpected-semicolon ;"]],
    ["a second } is passed over", "a{}} b;", [["a", []], ["b"]], ["unexpected-brace }"]],
    [
      "what stands in a nameless block counts as the outer block's",
      "a{ {b;} c; } d;",
      [["a", [["b"], ["c"]]], ["d"]],
      ["unexpected-brace {"],
    ],
    [
      "a } ends a directive without ;",
      "a{b c } d;",
      [["a", [["b", "c"]]], ["d"]],
      ["missing-semicolon b c"],
    ],
    ["an unclosed block keeps its content", "a{b;", [["a", [["b"]]]], ["unexpected-end {"]],
    [
      "of unclosed blocks the innermost is named",
      "a{b {c;",
      [["a", [["b", [["c"]]]]]],
      ["unexpected-end {"],
    ],
    ["an unfinished directive is kept", "a; b c", [["a"], ["b", "c"]], ["unexpected-end b c"]],
    [
      "an unfinished directive in an unclosed block",
      "a{b",
      [["a", [["b"]]]],
      ["unexpected-end {", "unexpected-end b"],
    ],
    [
      "a quote that a later line closes in the wrong place ends with its line",
      'a "b;\nc "d";\ne;',
      [["a", '"b'], ["c", "d"], ["e"]],
      ['unterminated-quote "'],
    ],
    [
      "also before {",
      'a "b {\nc "d";\n}\ne;',
      [["a", '"b', [["c", "d"]]], ["e"]],
      ['unterminated-quote "'],
    ],
    [
      "but not before the { of a variable",
      'a "b ${\nc "d";\ne;',
      [["a", '"b ${', "c", "d"], ["e"]],
      ['unterminated-quote "'],
    ],
    [
      "a quote that nothing closes ends with its line",
      "a 'b\\n;\r\nc;",
      [["a", "'b\\n"], ["c"]],
      ["unterminated-quote '"],
    ],
    [
      "a quote closed on its own line is not taken for unclosed",
      'a "b"c "d";\n',
      [["a", '"b"', "c", "d"]],
      ["unexpected-character c"],
    ],
    [
      "a quote closed on a later line and followed as nginx wants it is a word",
      'a "b;\nc " d;',
      [["a", "b;\nc ", "d"]],
      [],
    ],
    [
      "a byte order mark is no part of the name",
      "\uFEFF# a\nb;",
      [["b"]],
      ["byte-order-mark \uFEFF"],
    ],
  ])("%s", (_why, text, tree, expected) => {
    expect(problems(text)).toEqual(expected);
    expect(outline(parse(text).directives)).toEqual(tree);
  });

  test.each<[why: string, text: string, tree: Outline[], expected: string[]]>([
    [
      "before a known directive on the next line",
      "proxy_http_version 1.1\nproxy_pass http://a;\n",
      [
        ["proxy_http_version", "1.1"],
        ["proxy_pass", "http://a"],
      ],
      ["missing-semicolon proxy_http_version 1.1"],
    ],
    [
      "several in a row",
      "internal\n  root /a\n  # why\n  proxy_pass b;",
      [["internal"], ["root", "/a"], ["proxy_pass", "b"]],
      ["missing-semicolon internal", "missing-semicolon root /a"],
    ],
    [
      "before a block",
      "server {\n root /a\n location /b {\n return 200;\n }\n}",
      [
        [
          "server",
          [
            ["root", "/a"],
            ["location", "/b", [["return", "200"]]],
          ],
        ],
      ],
      ["missing-semicolon root /a"],
    ],
    [
      "before a Lua block",
      "root /a\naccess_by_lua_block { x = '}' }\nreturn 200;",
      [
        ["root", "/a"],
        ["access_by_lua_block", []],
        ["return", "200"],
      ],
      ["missing-semicolon root /a"],
    ],
    [
      "before a block, where the directive takes that many",
      "server {\n listen 80\n location /b {\n return 200;\n }\n}",
      [
        [
          "server",
          [
            ["listen", "80"],
            ["location", "/b", [["return", "200"]]],
          ],
        ],
      ],
      ["missing-semicolon listen 80"],
    ],
    [
      "between the lines of a map",
      "map $a $b {\n default c\n '' d\n ~e f;\n}",
      [
        [
          "map",
          "$a",
          "$b",
          [
            ["default", "c"],
            ["", "d"],
            ["~e", "f"],
          ],
        ],
      ],
      ["missing-semicolon default c", "missing-semicolon '' d"],
    ],
    [
      "before } and the next line",
      "server {\n root /a\n return 200\n}",
      [
        [
          "server",
          [
            ["root", "/a"],
            ["return", "200"],
          ],
        ],
      ],
      ["missing-semicolon root /a", "missing-semicolon return 200"],
    ],
    [
      "before the end of the file",
      "root /a\nreturn 200",
      [
        ["root", "/a"],
        ["return", "200"],
      ],
      ["missing-semicolon root /a", "unexpected-end return 200"],
    ],
    [
      "after a quote that was not closed",
      'proxy_set_header Connection "upgrade\nproxy_set_header Host "$host";',
      [
        ["proxy_set_header", "Connection", '"upgrade'],
        ["proxy_set_header", "Host", "$host"],
      ],
      ['missing-semicolon proxy_set_header Connection "upgrade', 'unterminated-quote "'],
    ],
    [
      "once, where the rest is as it may be",
      "root /a\nserver_name b\nlisten;",
      [
        ["root", "/a"],
        ["server_name", "b", "listen"],
      ],
      ["missing-semicolon root /a"],
    ],
    [
      "not where the directive takes that many",
      "server_name a\n root b;",
      [["server_name", "a", "root", "b"]],
      [],
    ],
    [
      "not where the directive is not known",
      "other a\n root b;",
      [["other", "a", "root", "b"]],
      [],
    ],
    [
      "not where a directive that is not known has a block",
      "other a\n location /b {\n}",
      [["other", "a", "location", "/b", []]],
      [],
    ],
    ["not on the same line", "root /a return 200;", [["root", "/a", "return", "200"]], []],
    ["not before an unknown name", "root /a\n other b;", [["root", "/a", "other", "b"]], []],
  ])("a missing ; is seen %s", (_why, text, tree, expected) => {
    expect(problems(text, grammar)).toEqual(expected);
    expect(outline(parse(text, grammar).directives)).toEqual(tree);
  });

  test.each<[why: string, text: string, tree: Outline[], expected: string[]]>([
    [
      "before what its block holds",
      "server {\n location /a\n  root /b;\n  return 200;\n }\n}",
      [
        [
          "server",
          [
            [
              "location",
              "/a",
              [
                ["root", "/b"],
                ["return", "200"],
              ],
            ],
          ],
        ],
      ],
      ["missing-brace location /a"],
    ],
    [
      "before a block",
      "server\n location /a {\n  root /b;\n }\n}",
      [["server", [["location", "/a", [["root", "/b"]]]]]],
      ["missing-brace server"],
    ],
    [
      "twice",
      "server\n location /a\n  root /b;\n }\n}",
      [["server", [["location", "/a", [["root", "/b"]]]]]],
      ["missing-brace server", "missing-brace location /a"],
    ],
    [
      "before the lines of a map",
      "map $a $b\n default c;\n d e;\n}\nroot /f;",
      [
        [
          "map",
          "$a",
          "$b",
          [
            ["default", "c"],
            ["d", "e"],
          ],
        ],
        ["root", "/f"],
      ],
      ["missing-brace map $a $b"],
    ],
    [
      "after a condition",
      "if ($a = b)\n return 200;\n}\nroot /c;",
      [
        ["if", "($a", "=", "b)", [["return", "200"]]],
        ["root", "/c"],
      ],
      ["missing-brace if ($a = b)"],
    ],
    ["not where it stands on the next line", "server\n{\n}", [["server", []]], []],
    [
      "not in an upstream",
      "upstream a {\n server\n b;\n}",
      [["upstream", "a", [["server", "b"]]]],
      [],
    ],
  ])("a missing { is seen %s", (_why, text, tree, expected) => {
    expect(problems(text, grammar)).toEqual(expected);
    expect(outline(parse(text, grammar).directives)).toEqual(tree);
  });

  const inner = "  location /a {\n    root /a;\n  }\n";
  const both: Outline[] = [
    [
      "server",
      [
        ["location", "/a", [["root", "/a"]]],
        ["location", "/b", [["root", "/b"]]],
      ],
    ],
    ["server", []],
  ];
  const last = "  location /b {\n    root /b;\n  }\n";

  test.each<[why: string, text: string, at: string]>([
    [
      "before a neighbour",
      `server {\n${inner.replace("  }\n", "")}${last}}\nserver {\n}\n`,
      "{\n    root /a",
    ],
    [
      "before the end of the block around it",
      `server {\n${inner}${last.replace("  }\n", "")}}\nserver {\n}\n`,
      "{\n    root /b",
    ],
    [
      "before a neighbour of the block around it",
      `server {\n${inner}${last}server {\n}\n`,
      "{\n  location /a",
    ],
  ])("a missing } is seen by the indentation %s", (_why, text, at) => {
    const tree = parse(text, grammar);
    expect(outline(tree.directives)).toEqual(both);
    expect(tree.problems.map(({ code, start }) => [code, start])).toEqual([
      ["unexpected-end", text.indexOf(at)],
    ]);
  });

  test.each([
    [10, true],
    [11, false],
  ])("of %i braces that are missing each is seen by the indentation: %s", (count, isSeen) => {
    const names = Array.from({ length: count }, (_, index) => `/${index}`);
    const text = `server {\n${names.map((name) => `  location ${name} {\n    root /a;\n`).join("")}}\n`;
    const [server] = parse(text, grammar).directives;
    const found = server?.block?.directives.map(({ parameters }) => parameters[0]?.value);
    expect(found).toEqual(isSeen ? names : ["/0"]);
  });

  test("a } too many is seen by the indentation", () => {
    const text = `server {\n${inner}    }\n${last}}\nserver {\n}\n`;
    const tree = parse(text, grammar);
    expect(outline(tree.directives)).toEqual(both);
    expect(tree.problems.map(({ code, start }) => [code, start])).toEqual([
      ["unexpected-brace", text.indexOf("    }\n  location /b") + 4],
    ]);
  });

  test.each([
    ["nothing is indented", "server {\nlocation /a {\nroot /a;\nlocation /b {\n}\n}\n"],
    ["all stands in one line", "server { location /a { root /a; location /b { } }\n"],
    [
      "it says so of more than there are",
      "server {\n  location /a {\nroot /a;\n  }\n}\nserver {\n",
    ],
  ])("the indentation is no guide where %s", (_why, text) => {
    expect(outline(parse(text, grammar).directives)).toEqual(outline(parse(text).directives));
  });

  test("a missing { is reported as nginx does", () => {
    expect(messages("location /a\n root /b;\n}", grammar)).toEqual([
      'directive "location" has no opening "{"',
    ]);
  });

  test("a missing ; is reported as nginx does, with what was expected", () => {
    expect(messages("listen 80\n location /a {\n}", grammar)).toEqual([
      'directive "listen" is not terminated by ";", expecting ";" after 80',
    ]);
    expect(messages("map $a $b {\n c d\n e f;\n}", grammar)).toEqual([
      'invalid number of the map parameters, expecting ";" after d',
    ]);
    expect(messages("root /a\nreturn 200;", grammar)).toEqual([
      'invalid number of arguments in "root" directive, expecting ";" after /a',
    ]);
    expect(messages('server { return 200 "a" }')).toEqual([
      'unexpected "}", expecting ";" after "a"',
    ]);
  });
});

function x(bytes: number): string {
  return "x".repeat(bytes);
}

function nested(depth: number): string {
  return `${"a{".repeat(depth)}b;#c\n${"}".repeat(depth)}d;`;
}

describe("nginx's buffer of 4096 bytes", () => {
  const TOO_LONG = 'too long parameter "xxxxxxxxxx..." started';
  const TOO_LONG_QUOTED = 'too long parameter, probably missing terminating """ character';

  test.each<[why: string, text: string, expected: string | null]>([
    ["a word and its ;", `${x(4095)};`, null],
    ["a longer word", `${x(4096)};`, TOO_LONG],
    ["a word and a blank, with more to come", `${x(4095)} ;`, TOO_LONG],
    ["a shorter one", `${x(4094)} ;`, null],
    ["a word that ends the file", x(4096), "unexpected end of file"],
    ["a longer one that ends the file", x(4097), TOO_LONG],
    ["a quoted word and its ;", `"${x(4094)}";`, null],
    ["a longer quoted word", `"${x(4095)}";`, TOO_LONG],
    ["a quoted word and a blank", `"${x(4094)}" ;`, TOO_LONG],
    ["a quote that is not within the bytes", `"${x(4096)}";`, TOO_LONG_QUOTED],
    ["a comment", `#${x(4094)}\n`, null],
    ["a longer comment", `#${x(4095)}\n`, 'too long parameter "#xxxxxxxxx..." started'],
    ["a comment that ends the file", `#${x(4095)}`, null],
    ["two bytes a character", `${"é".repeat(2047)}x;`, null],
    ["two bytes a character, one more", `${"é".repeat(2048)};`, 'too long parameter "éé'],
    ["three bytes a character", `${"漢".repeat(1365)};`, null],
    ["three bytes a character, one more", `${"漢".repeat(1365)}x;`, 'too long parameter "漢漢'],
    ["four bytes a character", `${"😀".repeat(1023)}xxx;`, null],
    ["four bytes a character, one more", `${"😀".repeat(1024)};`, 'too long parameter "😀'],
  ])("%s", (_why, text, expected) => {
    const [first] = messages(text);
    expect(first?.slice(0, expected?.length) ?? null).toBe(expected);
  });

  test("a long word keeps its place and hides nothing", () => {
    const text = `a ${x(5000)}; b;`;
    expect(problems(text)).toEqual([`too-long ${x(5000)}`]);
    expect(outline(parse(text).directives)).toEqual([["a", x(5000)], ["b"]]);
  });

  test("a quote that lines fill without closing it ends with its line", () => {
    const text = `a "b;\n${"c;\n".repeat(2000)}`;
    expect(problems(text)).toEqual(['unterminated-quote "']);
    expect(messages(text)[0]?.indexOf(TOO_LONG_QUOTED)).toBe(0);
    expect(parse(text).directives).toHaveLength(2001);
  });

  test("even where a quote far below would close it", () => {
    const text = `a "b;\n${"c;\n".repeat(2000)}d " " e;`;
    expect(problems(text)).toEqual(['unterminated-quote "']);
    expect(outline(parse(text).directives).at(-1)).toEqual(["d", " ", "e"]);
  });
});

describe("depth", () => {
  test("512 blocks are followed", () => {
    expect(problems(nested(512))).toEqual([]);
  });

  test("what is deeper is passed over, up to its own brace", () => {
    const text = nested(600);
    const tree = parse(text);
    expect(problems(text)).toEqual(["too-deep {"]);
    expect(tree.problems[0]?.start).toBe(2 * 512 + 1);
    expect(tree.directives.map(({ name }) => name.value)).toEqual(["a", "d"]);
    expect(tree.comments).toHaveLength(1);

    let innermost = tree.directives[0];
    while (innermost?.block?.directives[0]) {
      innermost = innermost.block.directives[0];
    }
    const block = innermost?.block;
    expect(block && text.slice(block.start, block.end)).toBe(
      `${"{a".repeat(87)}{b;#c\n${"}".repeat(88)}`,
    );
    expect(block?.close?.end).toBe(block?.end);
  });
});

test("problems are ordered by their place", () => {
  const text = 'a b "c"d\n "e;\n}\n;;{';
  const starts = parse(text).problems.map(({ start }) => start);
  expect(starts.length).toBeGreaterThan(3);
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
});
