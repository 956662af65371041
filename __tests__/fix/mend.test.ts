import { describe, expect, test } from "vitest";
import { analyse } from "../../src/core/check/analyse.ts";
import type { Analysis, ProvenFix } from "../../src/core/check/analysis.ts";
import { applyEdits } from "../../src/core/fix/edit.ts";
import type { Writable } from "../../src/core/rules/remedy.ts";
import { defaultPolicy } from "../../src/core/policy-file/schema.ts";

type Texts = Readonly<Record<string, string>>;

function analysed(files: Texts): Analysis {
  const policy = { ...defaultPolicy, nginxVersion: "1.22.1" };
  return analyse({ list: () => Object.keys(files), read: (path) => files[path] }, { policy });
}

/** The fix of the group whose block begins with `opening`, or that is the file's top where it is a path. */
function fixAt(files: Texts, opening: string, writable: Writable = () => true): ProvenFix | null {
  const group = analysed(files).groups.find(
    ({ place: { document, span } }) =>
      document.path === opening || document.text.startsWith(opening, span.start),
  );
  return group?.fix(writable) ?? null;
}

function after(files: Texts, fix: ProvenFix | null): Texts {
  const texts: Record<string, string> = { ...files };
  for (const { document } of fix?.edits ?? []) {
    const own = fix?.edits.filter((edit) => edit.document === document) ?? [];
    texts[document.path] = applyEdits(document.text, own) ?? "";
  }
  return texts;
}

const site = (http: string, server: string): Texts => ({
  "nginx.conf": `events {}\nhttp {\n${http}    server {\n        listen 80;\n        server_name a.test;\n${server}    }\n}\n`,
});

const location = (name: string, ...lines: readonly string[]): string =>
  `        location ${name} {\n${lines.map((line) => `            ${line};\n`).join("")}        }\n`;

const pass = "proxy_pass http://127.0.0.1:3000";
const complete = [
  "proxy_http_version 1.1",
  "proxy_set_header Upgrade $http_upgrade",
  "proxy_set_header Host $host",
  "proxy_read_timeout 3600s",
];

test("a location that may serve WebSockets is mended, although more can be said of it then", () => {
  const files = site("", location("/live", pass));
  const fix = fixAt(files, "location /live");
  expect(fix?.title).toMatch(/^Forward the upgrade/);
  expect(analysed(files).findings.map(({ rule }) => rule)).not.toContain("host-header");
  expect(analysed(after(files, fix)).findings.map(({ rule }) => rule)).toEqual([
    "host-header",
    "idle-timeout",
  ]);
});

describe("a line that several locations share", () => {
  const shared = (...others: readonly string[]): Texts => ({
    ...site(
      "",
      ["/ws", "/socket.io/", ...others]
        .map((name) => location(name, "include snippets/ws.conf", pass))
        .join(""),
    ),
    "snippets/ws.conf": `${[...complete, "proxy_set_header Connection close"].join(";\n")};\n`,
  });
  const inSnippet: Writable = ({ document }) => document.path === "snippets/ws.conf";

  test("says upgrade where all of them are for WebSockets", () => {
    const fix = fixAt(shared(), "snippets/ws.conf", inSnippet);
    expect(fix?.edits.map(({ text }) => text)).toEqual(['"upgrade"']);
  });

  test("does not say it to ordinary requests of another", () => {
    expect(fixAt(shared("/static/"), "snippets/ws.conf", inSnippet)).toBeNull();
  });

  test("takes a map where that may be written", () => {
    const fix = fixAt(shared("/static/"), "snippets/ws.conf");
    expect(fix?.edits.map(({ text }) => text)).toContain("$connection_upgrade");
  });
});

describe("a snippet that several files include", () => {
  const sites = (path: string, main: Texts): Texts => ({
    ...main,
    ...Object.fromEntries(
      ["a", "b"].map((name) => [
        `conf.d/${name}.conf`,
        `server {\n    server_name ${name}.test;\n${location(name === "a" ? "/ws" : path, "include snippets/ws.conf", pass)}}\n`,
      ]),
    ),
    "snippets/ws.conf": `${complete.join(";\n")};\n`,
  });
  const main = { "nginx.conf": "events {}\nhttp {\n    include conf.d/*.conf;\n}\n" };
  const changed = (files: Texts): string[] => [
    ...new Set(fixAt(files, "snippets/ws.conf")?.edits.map(({ document }) => document.path)),
  ];

  test("is mended by itself where all of them are for WebSockets", () => {
    expect(changed(sites("/socket.io/", main))).toEqual(["snippets/ws.conf"]);
    expect(changed(sites("/socket.io/", {}))).toEqual(["snippets/ws.conf"]);
  });

  test("has its map in the file that includes them all", () => {
    expect(changed(sites("/", main))).toEqual(["nginx.conf", "snippets/ws.conf"]);
  });
});

test("a snippet of several programs has its map in each of them", () => {
  const lines = location("/", "include snippets/ws.conf", pass);
  const main = `events {}\nhttp {\n    server {\n        listen 80;\n${lines}    }\n}\n`;
  const files = {
    "dev.conf": main,
    "prod.conf": main,
    "snippets/ws.conf": `${complete.join(";\n")};\nproxy_set_header Connection "";\n`,
  };
  const texts = after(files, fixAt(files, "snippets/ws.conf"));
  expect(texts["snippets/ws.conf"]).toContain("Connection $connection_upgrade;");
  expect(texts["dev.conf"]).toContain("map $http_upgrade $connection_upgrade {");
  expect(texts["prod.conf"]).toBe(texts["dev.conf"]);
  expect(analysed(files).findings.map(({ rule }) => rule)).toEqual(["connection-header"]);
  expect(analysed(texts).findings).toEqual([]);
});

test("a fault of an outer level is not repeated by the lines that a fix copies", () => {
  const outer = ["proxy_set_header Upgrade $http_upgrade", 'proxy_set_header Connection ""'];
  const files = site(
    "",
    `${outer.map((line) => `        ${line};\n`).join("")}${location("/ws", pass)}`,
  );
  const texts = after(files, fixAt(files, "location /ws"));
  expect(texts["nginx.conf"]).toMatch(/^ {12}proxy_set_header Upgrade \$http_upgrade;\n/m);
  expect(texts["nginx.conf"]).not.toMatch(/^ {12}proxy_set_header Connection "";\n/m);
  expect(analysed(texts).findings).toEqual([]);
});

test("what an address that is no address hides is mended with it", () => {
  const wrong = ["proxy_pass ws://127.0.0.1:3000", "proxy_method POST"];
  const files = site("", location("/ws", ...wrong, ...complete));
  const texts = after(files, fixAt(files, "location /ws"));
  expect(texts["nginx.conf"]).not.toContain("proxy_method");
  expect(analysed(texts).findings).toEqual([]);
});

test("a new map bears every upstream that keeps connections", () => {
  const pool = "    upstream pool {\n        server 127.0.0.1:3000;\n        keepalive 8;\n    }\n";
  const own = [...complete, "proxy_set_header Connection $connection_upgrade"];
  const files = site(
    pool,
    location("/", pass, ...complete) + location("/ws", "proxy_pass http://pool", ...own),
  );
  const fix = fixAt(files, "location / ");
  expect(fix?.edits.map(({ text }) => text).join("")).toContain("''      '';");
});

test("of several warnings that cannot all be mended one is mended", () => {
  const files = site(
    "",
    location("/", pass, ...complete.slice(0, 2), "proxy_set_header Connection $connection_upgrade"),
  );
  const map = "    map $http_upgrade $connection_upgrade { default upgrade; '' close; }\n";
  const known = {
    "nginx.conf": (files["nginx.conf"] ?? "").replace("    server", `${map}    server`),
  };
  const fix = fixAt(known, "location / ");
  expect(fix?.title).toMatch(/^Send `?Host/);
  expect(analysed(after(known, fix)).findings.map(({ rule }) => rule)).toEqual(["idle-timeout"]);
});
