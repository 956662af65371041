import { expect, test } from "vitest";
import { resolve } from "../../src/core/config/resolve.ts";
import type { ResolveOptions } from "../../src/core/config/include-finder.ts";
import { configOf, levelOf, repository, type Texts, written } from "./repository.ts";

const main = (include: string): string => `events {}\nhttp {\n  include ${include};\n}\n`;

/** Which files the root leads to, with the root itself left out. */
function reached(
  texts: Texts,
  options: Partial<ResolveOptions> = {},
  links?: ReadonlySet<string>,
): string[] {
  return configOf(texts, options, links)
    .documents.map(({ path }) => path)
    .slice(1);
}

test.each<[title: string, root: string, include: string, others: string[], reached: string[]]>([
  ["relative to the main file", "n/nginx.conf", "c/a", ["n/c/a", "c/a"], ["n/c/a"]],
  ["/etc/nginx is the main file's folder", "n/nginx.conf", "/etc/nginx/c/a", ["n/c/a"], ["n/c/a"]],
  ["and so is OpenResty's", "n/nginx.conf", "/usr/local/openresty/nginx/conf/a", ["n/a"], ["n/a"]],
  [
    "a pattern",
    "n/nginx.conf",
    "/etc/nginx/c/*.conf",
    ["n/c/b.conf", "n/c/a.conf", "n/c/a"],
    ["n/c/a.conf", "n/c/b.conf"],
  ],
  [
    "an image's files from its root",
    "img/etc/nginx/nginx.conf",
    "/usr/share/a",
    ["img/usr/share/a"],
    ["img/usr/share/a"],
  ],
  ["another absolute path", "n/nginx.conf", "/srv/n/a", ["n/a", "srv/n/a"], []],
  ["a folder with a name that only begins alike", "n/nginx.conf", "/etc/nginx-old/a", ["n/a"], []],
  ["never out of the repository", "n/nginx.conf", "../../a", ["a"], []],
  ["up within the repository", "n/nginx.conf", "../a", ["a"], ["a"]],
  ["a symbolic link", "nginx.conf", "on/*", ["on/a", "off/a"], ["off/a"]],
  [
    "certbot's file is known",
    "nginx.conf",
    "/etc/letsencrypt/options-ssl-nginx.conf",
    [],
    ["/etc/letsencrypt/options-ssl-nginx.conf"],
  ],
  ["so is Debian's", "nginx.conf", "/etc/nginx/proxy_params", [], ["/etc/nginx/proxy_params"]],
  [
    "unless the repository holds it",
    "nginx.conf",
    "proxy_params",
    ["proxy_params"],
    ["proxy_params"],
  ],
  ["a file of that name elsewhere is not Debian's", "nginx.conf", "/home/me/proxy_params", [], []],
])("%s", (_, root, include, others, expected) => {
  const texts = Object.fromEntries(
    others.map((path) => [path, path === "on/a" ? "../off/a" : "gzip on;"]),
  );
  expect(reached({ [root]: main(include), ...texts }, {}, new Set(["on/a"]))).toEqual(expected);
});

test("the policy's prefixes come first", () => {
  const texts = { "n/nginx.conf": main("/etc/nginx/a"), "n/a": "", "deploy/a": "" };
  const prefixes = new Map([["/etc/nginx/", "deploy"]]);
  expect(reached(texts, { prefixes })).toEqual(["deploy/a"]);
});

test("a fragment's includes are looked for in the folders around it", () => {
  const texts = {
    "n/sites/a": "include snippets/b;\ninclude /etc/nginx/snippets/c;",
    "n/snippets/b": "",
    "n/snippets/c": "",
  };
  expect(reached(texts, { kind: "http" })).toEqual(["n/snippets/b", "n/snippets/c"]);
});

test("one file included twice is two uses of one tree", () => {
  const config = configOf({
    "nginx.conf": "http { server { location /a { include s; } location /b { include s; } } }",
    s: "gzip on;",
  });
  const [a] = levelOf(config, "location /a").uses.slice(1);
  const [b] = levelOf(config, "location /b").uses.slice(1);
  expect(a?.directive).toBe(b?.directive);
  expect(a?.level).not.toBe(b?.level);
  expect(a?.include?.level).toBe(levelOf(config, "location /a"));
  expect(config.documents).toHaveLength(2);
});

test("siblings are loaded after the root, on its level", () => {
  const config = configOf(
    { "c/a.conf": "map $host $x {}", "c/b.conf": "server {}" },
    { kind: "http", siblings: ["c/b.conf"] },
  );
  expect(written(config.main.uses)).toEqual(["map $host $x", "server"]);
  expect(config.main.context).toBe("http");
});

test.each<[title: string, texts: Texts, problems: string[], incomplete: string[]]>([
  ["complete", { "nginx.conf": main("a"), a: "" }, [], []],
  [
    "a missing file of the main file's folder",
    { "nginx.conf": main("a") },
    ["missing-include"],
    ["a is not in the repository"],
  ],
  [
    "a file of the server may come from elsewhere",
    { "nginx.conf": main("/etc/nginx/a") },
    [],
    ["/etc/nginx/a is not in the repository"],
  ],
  ["a pattern without a match", { "nginx.conf": main("c/*.conf"), "c/README": "" }, [], []],
  [
    "a pattern of a folder that is not there",
    { "nginx.conf": main("/etc/nginx/c/*.conf") },
    [],
    ["/etc/nginx/c/*.conf is not in the repository"],
  ],
  ["a module", { "nginx.conf": "load_module x.so; http {}" }, [], ["x.so is loaded"]],
  [
    "a directive of a module we do not know",
    { "nginx.conf": "http { vhost_traffic_status_zone; }" },
    [],
    ["vhost_traffic_status_zone is of a module we do not know"],
  ],
  [
    "keys of a map are no directives",
    { "nginx.conf": "http { map $host $x { whatever 1; } }" },
    [],
    [],
  ],
  [
    "a syntax problem",
    { "nginx.conf": "http { gzip on }" },
    [],
    ["nginx.conf has syntax problems"],
  ],
  ["a cycle", { "nginx.conf": main("a"), a: "include b;", b: "include a;" }, ["include-cycle"], []],
])("%s", (_, texts, problems, incomplete) => {
  const config = configOf(texts);
  expect(config.problems.map(({ code }) => code)).toEqual(problems);
  expect(config.incomplete).toEqual(incomplete);
});

test("a snippet for a location hides what else is there", () => {
  const config = configOf({ s: "proxy_set_header A b;" }, { kind: "location" });
  expect(config.main.hidden).toEqual(["the location that includes s is not in the repository"]);
});

test.each<[title: string, include: string, where: "http" | "server", hidden: boolean]>([
  ["a pattern in http brings servers", "c/*", "http", false],
  ["a file in http may bring settings", "c/a", "http", true],
  ["a pattern in a server", "c/*", "server", true],
])("a template that is included and cannot be read: %s", (_, include, where, hidden) => {
  const inside = where === "http" ? `include ${include};` : `server { include ${include}; }`;
  const config = configOf({
    "nginx.conf": `http { ${inside} }`,
    "c/a": "{% if a %}location / { proxy_pass http://b; }",
  });
  expect(config.problems).toEqual([]);
  expect(config.incomplete).toEqual([
    "c/a is not read: it is a template, and its tag {% if a %} has no counterpart",
  ]);
  expect(levelOf(config, where).hidden.length > 0).toBe(hidden);
});

test("where a fragment belongs is a guess: nothing in it is misplaced, and locations are locations", () => {
  const texts = {
    "a.conf": "map $host $x { default a; }\nlocation /ws { proxy_pass http://b; }\n",
  };
  const config = configOf(texts, { kind: "http" });
  expect(config.problems).toEqual([]);
  expect(levelOf(config, "location /ws").context).toBe("location");
  expect(configOf({ "nginx.conf": texts["a.conf"] }).problems).toHaveLength(2);
});

test("what is not loaded yet is wanted, all of a pattern at once", () => {
  const texts = { "nginx.conf": main("c/*; include d"), "c/a": "", "c/b": "", d: "" };
  const documents = repository(texts, new Set(["c/a", "c/b", "d"]));
  const config = resolve(documents, "nginx.conf", { kind: "main", prefixes: new Map() });
  expect([...documents.wanted]).toEqual(["c/a", "c/b", "d"]);
  expect(config?.problems).toEqual([]);
  expect(config?.incomplete).toContain("d is not readable");
});

test("a root that is not loaded gives nothing, and is wanted", () => {
  const documents = repository({ "nginx.conf": "" }, new Set(["nginx.conf"]));
  expect(resolve(documents, "nginx.conf", { kind: "main", prefixes: new Map() })).toBeNull();
  expect([...documents.wanted]).toEqual(["nginx.conf"]);
});

test.each<[title: string, texts: Texts]>([
  [
    "includes that double at each step",
    Object.fromEntries([
      ["nginx.conf", "http { include 0; }"],
      ...Array.from({ length: 40 }, (_, at) => [`${at}`, `include ${at + 1}; include ${at + 1};`]),
      ["40", "gzip on;"],
    ]),
  ],
  [
    "a chain of 20,000 includes",
    Object.fromEntries([
      ["nginx.conf", "http { include 0; }"],
      ...Array.from({ length: 20_000 }, (_, at) => [`${at}`, `include ${at + 1};`]),
    ]),
  ],
  [
    "blocks as deep as the parser goes, in files that include each other",
    Object.fromEntries(
      Array.from({ length: 50 }, (_, at) => [
        at === 0 ? "nginx.conf" : `${at}`,
        `${"a {".repeat(500)} include ${at + 1}; ${"}".repeat(500)}`,
      ]),
    ),
  ],
  [
    "one snippet included at 20,000 places",
    {
      "nginx.conf": `http { server { ${"location /a { include c/*; }\n".repeat(20_000)} } }`,
      "c/a": "gzip on;",
      "c/b": "gzip off;",
    },
  ],
])("hostile: %s", (_, texts) => {
  const config = configOf(texts);
  expect(config.documents.length).toBeGreaterThan(1);
});
