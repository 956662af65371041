import { describe, expect, test } from "vitest";
import { parse } from "../../src/core/syntax/parse.ts";
import { Random } from "../nginx/generate/random.ts";
import { absent, corpus } from "./corpus.ts";
import { faults } from "./steps.ts";

describe("hostile text takes linear work, loses nothing and does not throw", () => {
  test.each<[what: string, text: string]>([
    ["1 MB of {", "{".repeat(1e6)],
    ["1 MB of }", "}".repeat(1e6)],
    ["1 MB of ;", ";".repeat(1e6)],
    ["1 MB of a{", "a{".repeat(5e5)],
    ["blocks in blocks without names", `${"{".repeat(500)}${"a{}".repeat(1e5)}`],
    ["100,000 quotes", '"'.repeat(1e5)],
    ["100,000 quotes, each on a line", 'a "\n'.repeat(1e5)],
    ["quotes of both kinds that each other's line closes", `a "b\nc 'd\n`.repeat(5e4)],
    ["quotes before escaped quotes", `"\n'\n${'\\"'.repeat(2000)}\n`.repeat(50)],
    ["a quote for each line of 4096 bytes", `a "\n${"b\n".repeat(2048)}`.repeat(50)],
    ["escaped quotes", '\\"'.repeat(5e5)],
    ["escaped quotes in a quote", `"${'\\"'.repeat(5e5)}`],
    ["NUL bytes", "\0".repeat(1e6)],
    ["a line of 5 MB", `a ${"b".repeat(5e6)};`],
    ["a comment of 5 MB", `#${"b".repeat(5e6)}`],
    ["5 MB of blanks", `a${" ".repeat(5e6)}b;`],
    ["a directive of 200,000 words", `root${"\nlocation".repeat(2e5)};`],
    ["a directive of 200,000 words on one line", `root${" location".repeat(2e5)};`],
    ["many words that end like Lua blocks", " a_by_lua_block".repeat(1e5)],
    ["${ all over", "${".repeat(5e5)],
    ["Lua with quotes", `a_by_lua_block { ${'"'.repeat(2e4 + 1)}`],
    ["Lua with escaped quotes", `a_by_lua_block { ${'\\"'.repeat(2e4)}`],
    ["Lua with both quotes, escaped", `a_by_lua_block { ${`\\"\\'`.repeat(2e4)}`],
    ["Lua with brackets", `a_by_lua_block { ${"[".repeat(1e5)}`],
    ["Lua with brackets of a level", `a_by_lua_block { ${"[=".repeat(1e5)}`],
    [
      "Lua with long brackets that never close",
      `a_by_lua_block { ${"[=".repeat(5)}[==[`.repeat(1e4),
    ],
    ["Lua blocks in a row", "a_by_lua_block {}".repeat(1e5)],
    ["a byte order mark for each word", "\uFEFF ".repeat(1e5)],
    ["half surrogates", '"\uD800"\uDC00'.repeat(1e5)],
  ])("%s", (what, text) => {
    expect(faults(text, what)).toEqual([]);
    expect(parse(text).problems.length).toBeLessThanOrEqual(1000);
  });
});

const OWN_TEXT = String.raw`
user nginx;
events { worker_connections 1024; }
http {
    map $http_upgrade $connection_upgrade { default upgrade; '' close; }
    log_format json escape=json '{ "time":"$time_local",'
        # comment (with parens)
        '"uri":"$uri" }';
    upstream backend { server 127.0.0.1:8080; keepalive 16; }
    server {
        listen 80 default_server;
        server_name "example.com" ~^(?<sub>\w+)\.example\.com$;
        set_by_lua_block $r { return "}" .. '{' .. math.random(1, 100) }
        location ~ "^/(?<v>\d{1,3})/" {
            content_by_lua_block {
                local s = "} -- no brace" -- { and '
                ngx.say([[ } ]])
            }
        }
        if ($http_user_agent ~* "(bot)") { return 403; }
        location /ws { # upgrade
            proxy_pass http://backend;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            add_header X-Id "a \"b\" ${"${host}"}é漢😀" always;
        }
    }
}
`;

const PIECES = [
  ..."\"'\\${};# \t\r\n)(a".split(""),
  "\0",
  "\uFEFF",
  "é",
  "😀",
  "\uD800",
  "${",
  "--",
  "[[",
  "]]",
  "_by_lua_block {",
  "proxy_pass ",
  "\nlocation ",
  "x".repeat(1500),
  "y".repeat(4096),
];

/** The text with a few pieces put in, taken out, doubled or moved. */
function mutated(text: string, random: Random): string {
  let result = text;
  for (let edits = random.between(1, 8); edits > 0; edits--) {
    const at = random.between(0, result.length);
    const end = Math.min(result.length, at + random.between(0, random.chance(0.2) ? 400 : 4));
    const cut = result.slice(at, end);
    const piece = random.pick(["", cut + cut, ...random.some(PIECES, 0.3)]);
    result = result.slice(0, at) + piece + result.slice(end);
  }
  return result;
}

const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

test(`20,000 mutations (SEED=${seed})${absent}`, { timeout: 240_000 }, () => {
  const real = absent === "" ? corpus("corpus", "peer-cases").map(({ text }) => text) : [];
  const texts: [string, ...string[]] = [OWN_TEXT, ...real.filter((text) => text.length < 6000)];
  const found: string[] = [];
  for (let index = 0; index < 20_000; index++) {
    const random = Random.forCase(seed, index);
    found.push(...faults(mutated(random.pick(texts), random), `SEED=${seed}, mutation ${index}`));
  }
  expect(found).toEqual([]);
});
