import { expect, test } from "vitest";
import { byteOrder } from "../../src/core/repository/names.ts";
import { joinPath } from "../../src/core/repository/links.ts";
import { expandGlob, nameMatcher } from "../../src/core/repository/glob.ts";
import { repository } from "./repository.ts";

test.each([
  ["*.conf", ["a.conf", "10.conf", "ä.conf"], ["a.con", ".a.conf", "a.conf~"]],
  ["*", ["a", "a.b"], [".a", "."]],
  [".*", [".a", ".."], ["a"]],
  ["?.conf", ["a.conf", "\u{1f600}.conf"], ["ab.conf", ".conf"]],
  ["[a-c]x", ["ax", "cx"], ["dx", "Ax", "x"]],
  ["[!a-c]x", ["dx"], ["ax", "x"]],
  ["[^a]x", ["bx"], ["ax"]],
  ["[]a]x", ["]x", "ax"], ["bx"]],
  ["[a-]x", ["ax", "-x"], ["bx"]],
  ["[[:digit:][:upper:]_]x", ["1x", "Bx", "_x"], ["bx", ":x"]],
  ["[\\]]x", ["]x"], ["\\x"]],
  ["[ax", ["[ax"], ["ax"]],
  ["a\\*b", ["a*b"], ["axb"]],
  ["{a,b}", ["{a,b}"], ["a"]],
  ["*a*b*", ["ab", "xaxbx", "aab"], ["ba"]],
  ["**", ["a"], [".a"]],
])("%s", (pattern, matching, others) => {
  const matches = nameMatcher(pattern);
  expect([...matching, ...others].filter(matches)).toEqual(matching);
});

test("many stars come to an end", () => {
  expect(nameMatcher(`${"*a".repeat(500)}b`)("a".repeat(20_000))).toBe(false);
});

test("files and folders, a part of the path at a time, in the order of bytes", () => {
  const documents = repository(
    Object.fromEntries(
      ["s/b/x.conf", "s/a/x.conf", "s/a/y.txt", "s/x.conf", "s/a.conf/z", "s/.c/x.conf", "t"].map(
        (path) => [path, ""],
      ),
    ),
  );
  const expand = (pattern: string) => expandGlob(documents, pattern);
  expect(expand("s/*/*.conf")).toEqual({ files: ["s/a/x.conf", "s/b/x.conf"], folders: [] });
  expect(expand("s/*.conf")).toEqual({ files: ["s/x.conf"], folders: ["s/a.conf"] });
  expect(expand("*")).toEqual({ files: ["t"], folders: ["s"] });
  expect(expand("s/**/x.conf").files).toEqual(["s/a/x.conf", "s/b/x.conf"]);
  expect(expand("u/*")).toEqual({ files: [], folders: [] });
});

test("names are sorted by the bytes of UTF-8", () => {
  const names = ["\u{1f600}", "\uff01", "\ue000", "b", "a", "ab", "B", "9", "10", "ä", "\u{1f601}"];
  const bytes = (name: string) => Buffer.from(name).toString("hex");
  expect(names.toSorted(byteOrder)).toEqual(
    names.toSorted((a, b) => (bytes(a) < bytes(b) ? -1 : 1)),
  );
});

test.each([
  ["a/b", "../c", "a/c"],
  ["a", "../../c", undefined],
  ["", "./c//d/", "c/d"],
  ["a", "..", ""],
])("%s and %s is %s", (folder, path, joined) => {
  expect(joinPath(folder, path)).toBe(joined);
});
