import { describe, expect, test } from "vitest";
import { Documents } from "../../src/core/repository/documents.ts";
import type { Place } from "../../src/core/repository/document.ts";
import { blockPath, fingerprintOf } from "../../src/core/check/fingerprint.ts";

/** The place of the text between `«` and `»`. */
function marked(source: string): Place {
  const start = source.indexOf("«");
  const end = source.indexOf("»") - 1;
  const text = source.replaceAll(/[«»]/g, "");
  const documents = new Documents({ list: () => ["x.conf"], read: () => text });
  const document = documents.get("x.conf");
  if (!document) {
    throw new Error("no document");
  }
  return { document, span: { start, end } };
}

const server = "server { server_name api.example.com www.example.com;";

describe("blockPath", () => {
  test.each([
    [
      "a location in a server",
      `${server} location /ws { «proxy_pass http://b;» } }`,
      "server[api.example.com] > location[/ws]",
    ],
    [
      "inside http",
      `http { ${server} location ~ ^/a { «proxy_pass http://b;» } } }`,
      "http > server[api.example.com] > location[~ ^/a]",
    ],
    ["a server without a name", "server { listen 8080; «proxy_set_header A b;» }", "server[8080]"],
    ["a server with nothing", "server { «proxy_set_header A b;» }", "server"],
    ["the top level", "«proxy_set_header A b;»", ""],
    [
      "a block itself is not in its path",
      `${server} «location /ws { proxy_pass http://b; }» }`,
      "server[api.example.com]",
    ],
    [
      "a block's head is not in its block",
      `${server} «location /ws» { } }`,
      "server[api.example.com]",
    ],
    [
      "the second of equal servers",
      `${server} } ${server} «return 1;» }`,
      "server[api.example.com]#2",
    ],
    ["a map", "map $http_upgrade $c { «default close;» }", "map[$http_upgrade $c]"],
    ["an upstream", 'upstream "b" { «keepalive 3;» }', "upstream[b]"],
    ["an unclosed block", "server { location / { «proxy_pass http://b;»", "server > location[/]"],
  ])("%s", (_title, source, path) => {
    expect(blockPath(marked(source))).toBe(path);
  });
});

describe("fingerprintOf", () => {
  const parts = {
    rule: "r",
    path: "a.conf",
    blockPath: "server",
    directive: "proxy_pass",
    ordinal: 0,
  };

  test("is the same for the same parts, and 16 digits", () => {
    expect(fingerprintOf(parts)).toBe(fingerprintOf({ ...parts }));
    expect(fingerprintOf(parts)).toMatch(/^[\da-f]{16}$/);
  });

  test.each(["rule", "path", "blockPath", "directive"] as const)("depends on %s", (part) => {
    expect(fingerprintOf({ ...parts, [part]: "other" })).not.toBe(fingerprintOf(parts));
  });

  test("depends on the ordinal, and parts do not run into each other", () => {
    expect(fingerprintOf({ ...parts, ordinal: 1 })).not.toBe(fingerprintOf(parts));
    expect(fingerprintOf({ ...parts, rule: "ra", path: ".conf" })).not.toBe(fingerprintOf(parts));
  });

  test("does not depend on lines", () => {
    const before = marked(`${server} location /ws { «proxy_pass http://b;» } }`);
    const after = marked(`# new\n\n${server}\n location /ws {\n «proxy_pass http://b;» } }`);
    expect(blockPath(after)).toBe(blockPath(before));
  });
});
