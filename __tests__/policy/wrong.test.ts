import { describe, expect, test } from "vitest";
import { loadPolicy } from "../../src/core/policy-file/load.ts";
import { wrongPolicies } from "./wrong.ts";

/** Each problem as `line:column message`. */
function problems(text: string): readonly string[] {
  const read = loadPolicy(text, ".github/nginx-websocket-guard.yml");
  if ("policy" in read) {
    return [];
  }
  expect(read.problems.every(({ file }) => file === ".github/nginx-websocket-guard.yml")).toBe(
    true,
  );
  // Whatever is wrong, the message says what was expected in its place.
  expect(read.problems.filter(({ message }) => !/: .*expected/.test(message))).toEqual([]);
  return read.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe("one fault, one message, with its place, what was expected and the nearest right name", () => {
  test.each(wrongPolicies)("%j", (text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  const indent =
    "the indent does not fit, or a bracket is open: expected the column of the entries before, or ] or }";
  const second =
    "a second key stands in one entry: expected `key: value` in a line of its own, or quotes around a text with a colon";
  test.each([
    ["files: [a, b", `1:13 ${indent}`],
    ["files: [a, b\nrules: {}", `2:1 ${indent}`],
    ["rules:\n    a: 1\n  b: 2", `3:1 ${indent}`],
    ['files: ["a]\nrules: {}', "2:10 the text ends inside quotes: expected the closing quote"],
    ["profile: basic\n  rules: {}", `1:10 ${second}`],
    ["profile: a: b", `1:10 ${second}`],
    ["profile\nrules: {}", "1:1 this line is no entry: expected `key: value`"],
    ["profile: @basic", "1:10 a text cannot begin with this character: expected quotes around it"],
    [
      "server { listen 80; }",
      '1:1 the policy is "server { listen 80; }": expected keys with values',
    ],
    [
      "server {\n  listen 80;\n}\n",
      '1:1 the policy is "server { listen 80; }": expected keys with values',
    ],
    [
      "%YAML 9\n---\nprofile: basic",
      "1:7 this is not YAML: Unsupported YAML version 9: expected entries such as `profile: basic`",
    ],
    ["\0", '1:1 the policy is "\\u0000": expected keys with values'],
  ])("%j is not YAML, or no policy, which is said once", (text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  test("an offset in CRLF text is in the right line", () => {
    expect(problems("profile: basic\r\n\r\nrules:\r\n  idle-timeot: off\r\n")[0]).toMatch(
      /^4:3 unknown rule/,
    );
  });
});

test("all faults are told, in the order of the text", () => {
  const text = "rules: { nope: off }\nprofile: x\nfile: []\nfiles: 3";
  expect(problems(text).map((problem) => problem.split(" ", 1)[0])).toEqual([
    "1:10",
    "2:10",
    "3:1",
    "4:8",
  ]);
});

test("no more than fifty", () => {
  const text = Array.from({ length: 200 }, (_, index) => `key${index}: 1`).join("\n");
  expect(problems(text)).toHaveLength(50);
});

describe("a file made to exhaust us is refused at once", () => {
  const level = (name: string, below: string): string =>
    `${name}: &${name} [${Array(9).fill(`*${below}`).join(",")}]`;
  test.each([
    [
      "aliases of aliases",
      [
        "a: &a [x]",
        level("b", "a"),
        level("c", "b"),
        level("d", "c"),
        level("e", "d"),
        level("f", "e"),
      ].join("\n"),
      /too many/,
    ],
    ["brackets", "[".repeat(90_000), /nests too deeply/],
    ["braces", "{a: ".repeat(20_000), /nests too deeply/],
    ["lists in lists", "- ".repeat(40_000), /nests too deeply/],
    [
      "a level more than anybody needs",
      `files: ${"[".repeat(30)}${"]".repeat(30)}`,
      /nests too deeply/,
    ],
    ["a huge file", `# ${"x".repeat(300_000)}`, /300002 characters: expected at most 100000/],
    [
      "very many keys",
      Array.from({ length: 4_000 }, (_, index) => `k${index}:`).join("\n"),
      /unknown key/,
    ],
    ["very many values", `files: [${"a,".repeat(40_000)}]`, /too many values/],
    ["one very long key", "k".repeat(90_000), /expected keys with values/],
    ["quotes", `"${"'".repeat(90_000)}`, /closing quote/],
  ])("%s", (_, text, message) => {
    expect(problems(text)[0]).toMatch(message);
  });
});
