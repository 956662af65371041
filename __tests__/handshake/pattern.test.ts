import { describe, expect, test } from "vitest";
import { compilePattern, namedGroups } from "../../src/core/request/pattern.ts";

/** The groups of a match, null for no match, "unknown" where the engines could differ. */
function groups(source: string, text: string, caseless = false): unknown {
  const match = compilePattern(source, caseless)?.match(text);
  return match === undefined ? "unknown" : match === null ? null : Object.fromEntries(match);
}

describe("a regular expression means what it means to PCRE", () => {
  test.for<[source: string, text: string, expected: unknown]>([
    ["^/ws$", "/ws", { 0: "/ws" }],
    ["^/ws$", "/wss", null],
    ["s", "/WS", null],
    ["^/(\\d+)/(.*)", "/12/a/b", { 0: "/12/a/b", 1: "12", 2: "a/b" }],
    ["^/(?<room>\\w+)", "/a", { 0: "/a", 1: "a", room: "a" }],
    ["^/(?P<room>\\w+)", "/a", { 0: "/a", 1: "a", room: "a" }],
    ["^/(?'room'\\w+)", "/a", { 0: "/a", 1: "a", room: "a" }],
    ["(a)?b", "b", { 0: "b", 1: "" }],
    ["\\(?<a>", "<a>", { 0: "<a>" }],
    ["[]x]", "]", { 0: "]" }],
    ["[^]x]", "]a", { 0: "a" }],
    ["[[:digit:]]+", "a12", { 0: "12" }],
    // One byte each.
    ["^.{2}$", "é", { 0: "é" }],
    ["(?i)WS", "ws", { 0: "ws" }],
    ["a{", "a{", { 0: "a{" }],
  ])("%s on %s", ([source, text, expected]) => {
    expect(groups(source, text)).toEqual(expected);
  });

  test("without case", () => {
    expect(groups("^WEB", "websocket", true)).toEqual({ 0: "web" });
  });
});

describe("what cannot be told stays unknown", () => {
  test.for<[source: string, text: string]>([
    ["(?=a)", "a"],
    ["(?!a)", "b"],
    ["(?<=a)b", "ab"],
    ["(a)\\1", "aa"],
    ["a++", "a"],
    ["(?>a)", "a"],
    ["\\Ra", "a"],
    ["\\v", "\u000b"],
    ["a\\Z", "a"],
    ["(unclosed", "a"],
    // PCRE's `$` matches before a last line feed too.
    ["^/ws$", "/ws\n"],
    // What the group holds in the end.
    ["(a*)*b", "aab"],
    ["É", "x"],
  ])("%s", ([source, text]) => {
    expect(groups(source, text, true)).toBe("unknown");
  });
});

test("a pattern that backtracks for ever elsewhere comes to an end", () => {
  const pattern = compilePattern("^(?:a|a)+$", false);
  expect(pattern?.match(`${"a".repeat(20_000)}b`)).toBeNull();
});

test("named groups are variables, in lower case", () => {
  expect(namedGroups("^/(?<Room>x)/(?P<b>y)(?'c'z)(?:w)")).toEqual(["room", "b", "c"]);
});
