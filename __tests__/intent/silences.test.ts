import { describe, expect, test } from "vitest";
import { Documents } from "../../src/core/repository/documents.ts";
import type { Document } from "../../src/core/repository/document.ts";
import { guardComments, silencesOf } from "../../src/core/comments/guard-comments.ts";

function document(text: string): Document {
  const found = new Documents({ read: () => text, list: () => ["a.conf"] }).get("a.conf");
  if (found === undefined) {
    throw new Error("not read");
  }
  return found;
}

/** What the target begins with, up to a comment or the end of its first line. */
function targets(text: string): readonly (string | null)[] {
  return silencesOf(document(text)).map(({ target }) =>
    target === null ? null : (text.slice(target.start, target.end).split(/\n| #/, 1)[0] ?? ""),
  );
}

const mark = "# nginx-websocket-guard: ignore[idle-timeout] the server pings";

describe("what a silence is about", () => {
  test.each([
    ["the next block", `${mark}\nlocation /ws {\n proxy_pass http://b;\n}`, "location /ws {"],
    [
      "the next line in a block",
      `location /ws {\n${mark}\nproxy_pass http://b;\nfoo;\n}`,
      "proxy_pass http://b;",
    ],
    [
      "across a blank line and other comments",
      `${mark}\n\n# more\nlocation /ws {}`,
      "location /ws {}",
    ],
    [
      "its own line",
      `location /ws {\n foo;\n proxy_pass http://b; ${mark}\n bar;\n}`,
      "proxy_pass http://b;",
    ],
    [
      "the block that its line opens",
      `location /ws { ${mark}\n proxy_pass http://b;\n}`,
      "location /ws {",
    ],
    [
      "the block that its line closes",
      `foo;\nlocation /ws {\n bar;\n} ${mark}\nbaz;`,
      "location /ws {",
    ],
    ["the last of several in its line", `a; b; ${mark}\nc;`, "b;"],
    ["an outer block", `${mark}\r\nserver {\r\n location /ws { }\r\n}\r\n`, "server {\r"],
    ["nothing that follows", `location /ws { foo;\n${mark}\n}\nbar;`, null],
    ["nothing where no directive stands in its line", `foo;\n; ${mark}\nbar;`, null],
    ["nothing at the end of the file", `foo;\n${mark}`, null],
    ["a file with a byte order mark", `\uFEFF${mark}\nfoo;`, "foo;"],
  ])("%s", (_, text, target) => {
    expect(targets(text)).toEqual([target]);
  });

  test("is found among very many", () => {
    const text = `${mark}\nlocation /ws { proxy_pass http://b; ${mark}\n}\n`.repeat(10_000);
    expect(silencesOf(document(text))).toHaveLength(20_000);
  });
});

describe("what a silence says", () => {
  test.each([
    ["ignore[idle-timeout] the server pings", ["idle-timeout"], "the server pings"],
    [
      "ignore[idle-timeout, host-header]: both are meant",
      ["idle-timeout", "host-header"],
      "both are meant",
    ],
    ["ignore[ idle-timeout ] - pings", ["idle-timeout"], "pings"],
    ["ignore [idle-timeout] pings", ["idle-timeout"], "pings"],
    ["IGNORE[idle-timeout] pings", ["idle-timeout"], "pings"],
    ["ignore[idle-timeout]", ["idle-timeout"], null],
    ["ignore[idle-timeout]  ", ["idle-timeout"], null],
    ["ignore[idle-timeout] -", ["idle-timeout"], null],
  ])("%s", (words, rules, reason) => {
    for (const opening of [
      "# nginx-websocket-guard: ",
      "#nginx-websocket-guard:",
      "## nginx-websocket-guard ",
    ]) {
      const comments = guardComments(document(`${opening}${words}\nfoo;`));
      expect(comments.silences).toMatchObject([{ rules, reason }]);
      expect(comments.faults).toEqual([]);
    }
  });
});

describe("comments that we do not understand", () => {
  test.each([
    ["ignore[] x", "ignore names no rule: expected ignore[rule] with a reason"],
    ["ignore", "ignore names no rule: expected ignore[rule] with a reason"],
    ["ignore idle-timeout", "ignore names no rule: expected ignore[rule] with a reason"],
    ["ignore[idle-timeout", "ignore names no rule: expected ignore[rule] with a reason"],
    [
      "websockets",
      'unknown word "websockets": did you mean "websocket"? expected ignore[rule] with a reason, websocket or http',
    ],
    [
      "disable[idle-timeout]",
      'unknown word "disable": expected ignore[rule] with a reason, websocket or http',
    ],
    ["", 'unknown word "": expected ignore[rule] with a reason, websocket or http'],
    ["websocket", '"websocket" stands above no location: expected one in the next line'],
  ])("%s", (words, message) => {
    const text = `# nginx-websocket-guard: ${words}\nproxy_pass http://b;`;
    const { faults, silences } = guardComments(document(text));
    expect(faults).toEqual([{ span: { start: 0, end: text.indexOf("\n") }, message }]);
    expect(silences).toEqual([]);
  });

  test("other comments are not ours", () => {
    const text =
      "# see nginx-websocket-guard: ignore[x]\n# nginx-websocket-guardian\n# nginx: ignore[x]\nfoo;";
    expect(guardComments(document(text))).toEqual({ silences: [], declarations: [], faults: [] });
  });
});

test("a declaration is about the location below it, or the one in whose line it stands", () => {
  const text = [
    "# nginx-websocket-guard: websocket",
    "# with a word on why",
    "location /a { }",
    "location /b { # nginx-websocket-guard: http",
    "}",
  ].join("\n");
  expect(
    guardComments(document(text)).declarations.map(({ websocket, target }) => [
      websocket,
      target.parameters[0]?.value,
    ]),
  ).toEqual([
    [true, "/a"],
    [false, "/b"],
  ]);
});
