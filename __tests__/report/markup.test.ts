import { describe, expect, test } from "vitest";
import {
  cell,
  clip,
  code,
  fence,
  hasHiddenCharacters,
  prose,
  sentence,
  table,
  visible,
} from "../../src/core/report/markup.ts";

const zero = "\u{200b}";

describe("code", () => {
  test.each([
    ["proxy_pass", "`proxy_pass`"],
    ["", ""],
    ["a`b", "``a`b``"],
    ["``", "``` `` ```"],
    [" a", "`  a `"],
    ["   ", "`   `"],
    ["a\r\n\tb", "`a b`"],
    ["a\u{202e}b", "`a\\u{202e}b`"],
    ["@octocat #1 <b>", "`@octocat #1 <b>`"],
  ])("%j", (text, expected) => {
    expect(code(text)).toBe(expected);
  });
});

describe("fence", () => {
  test.each([
    ["a\n", "```nginx\na\n```"],
    ["a", "```nginx\na\n```"],
    ["", "```nginx\n```"],
    ["\n", "```nginx\n\n```"],
    ["````\n", "`````nginx\n````\n`````"],
  ])("%j", (text, expected) => {
    expect(fence(text, "nginx")).toBe(expected);
  });

  test("takes nothing but a word for a language", () => {
    expect(fence("a", "x`\n@y")).toBe("```xy\na\n```");
  });
});

describe("prose", () => {
  test.each([
    ["location /ws sends nothing", "location /ws sends nothing"],
    ["set `proxy_pass` here", "set `proxy_pass` here"],
    ["use $http_upgrade", "use `$http_upgrade`"],
    ["no proxy_read_timeout", "no `proxy_read_timeout`"],
    ["see https://evil.example/a_b.", "see `https://evil.example/a_b`."],
    ["_https://evil.example", "\\_`https://evil.example`"],
    ["www.evil.example, too", "`www.evil.example`, too"],
    ["@octocat", `@${zero}octocat`],
    ["octo/shop#12", `octo/shop\\#${zero}12`],
    ["GH-12", `GH-${zero}12`],
    ["a@evil.example", `a@${zero}evil.example`],
    ["<img src=x> &amp;", "&lt;img src=x&gt; &amp;amp;"],
    ["[a](b) ![c](d)", "\\[a\\](b) !\\[c\\](d)"],
    ["**a** _b_ ~c~", "\\*\\*a\\*\\* \\_b\\_ \\~c\\~"],
    ["a $ b $ c", "a <span>$</span> b <span>$</span> c"],
    ["a `b", "a \\`b"],
    ["- a", "\\- a"],
    ["1. a", `1${zero}. a`],
    ["# a", `\\#${zero} a`],
    ["> a", "&gt; a"],
    ["a\n\n- b", "a - b"],
    ["a | b", "a \\| b"],
    ["a\u{0}b", "a\\\\u{0}b"],
  ])("%j", (text, expected) => {
    expect(prose(text)).toBe(expected);
  });
});

describe("table", () => {
  test("has a line for each row, and nothing ends a cell", () => {
    expect(
      table(
        ["A", "B"],
        [
          ["x|y", code("a|b")],
          ["1\n2", "\\|"],
        ],
      ),
    ).toBe("| A | B |\n| --- | --- |\n| x\\|y | `a\\|b` |\n| 1<br>2 | \\| |");
  });

  test("is nothing without rows", () => {
    expect(table(["A"], [])).toBe("");
  });

  test("a bar that is escaped already stays as it is", () => {
    expect(cell(prose("a | b"))).toBe("a \\| b");
  });
});

describe("hidden characters", () => {
  test.each([
    ["\u{202e}", true],
    ["\u{fffd}", true],
    ["\u{200b}", true],
    ["\u{feff}", true],
    ["\u{0}", true],
    ["\u{1b}[31m", true],
    ["\u{85}", true],
    ["\t\r\n", false],
    ["ä 漢 😀", false],
  ])("%j", (text, expected) => {
    expect(hasHiddenCharacters(text)).toBe(expected);
    expect(visible(text) !== text).toBe(expected);
  });
});

test("sentence leaves secrets and endless text out, also where both meet", () => {
  expect(sentence("a ".repeat(1000))).toHaveLength(401);
  const url = `https://${"u".repeat(390)}:hunter2hunter2@host/`;
  expect(sentence(url)).not.toContain("hunter2");
});

test("clip does not halve a character", () => {
  expect(clip(`${"a".repeat(399)}😀`)).toBe(`${"a".repeat(399)}…`);
});
