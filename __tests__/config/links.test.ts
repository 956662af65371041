import { describe, expect, test } from "vitest";
import { followLinks } from "../../src/core/repository/links.ts";
import { configOf } from "./repository.ts";

/** Follows from `a/link`. */
function follow(texts: Readonly<Record<string, string>>): string | null | undefined {
  return followLinks({ read: (path) => texts[path], isLink: (path) => path in texts }, "a/link");
}

describe("a symbolic link leads", () => {
  test.each<[title: string, texts: Readonly<Record<string, string>>, expected: string | null]>([
    ["to a file beside it", { "a/link": "file" }, "a/file"],
    ["to another folder", { "a/link": "../b/./c//file" }, "b/c/file"],
    ["to a link", { "a/link": "../b/link", "b/link": "../c/file" }, "c/file"],
    ["nowhere: absolute", { "a/link": "/etc/passwd" }, null],
    ["nowhere: out of the repository", { "a/link": "../../etc/passwd" }, null],
    ["nowhere: out of the repository and back", { "a/link": "../../repository/a/file" }, null],
    ["nowhere: to itself", { "a/link": "link" }, null],
    ["nowhere: in a circle", { "a/link": "../b/link", "b/link": "../a/link" }, null],
    ["nowhere: too long", { "a/link": "../".repeat(2_000_000) }, null],
    ["nowhere: empty", { "a/link": "" }, null],
    ["nowhere: a NUL", { "a/link": "file\0" }, null],
  ])("%s", (_, texts, expected) => {
    expect(follow(texts)).toBe(expected);
  });

  test("to what is not loaded", () => {
    const isLink = (): boolean => true;
    expect(followLinks({ read: () => undefined, isLink }, "a")).toBeUndefined();
  });

  test("a long way, but not for ever", () => {
    const chain = (length: number): Record<string, string> =>
      Object.fromEntries(
        Array.from({ length }, (_, index) => [
          index === 0 ? "a/link" : `a/${index}`,
          index === length - 1 ? "file" : `${index + 1}`,
        ]),
      );
    expect(follow(chain(40))).toBe("a/file");
    expect(follow(chain(41))).toBeNull();
  });
});

test("what a link that leads nowhere would bring is not known, and nothing is said of its text", () => {
  const main =
    "events {}\nhttp {\n  include on/*;\n  server { location /ws { proxy_pass http://b; } }\n}\n";
  for (const text of ["/etc/nginx/a", "../off", "../../x", "a", "server { broken"]) {
    const config = configOf(
      { "nginx.conf": main, "on/a": text, "off/b": "" },
      {},
      new Set(["on/a"]),
    );
    expect(config.documents.map(({ path }) => path)).toEqual(["nginx.conf"]);
    expect(config.problems).toEqual([]);
    expect(config.incomplete).toEqual(["on/a is not readable"]);
  }
});
