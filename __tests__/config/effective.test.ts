import { expect, test } from "vitest";
import { effectiveList, effectiveSetting } from "../../src/core/config/effective.ts";
import { configOf, levelOf, type Texts, written } from "./repository.ts";

const inLocation = (location: string, server = "", http = ""): Texts => ({
  "nginx.conf": `events {}
    http { ${http} server { ${server} location /ws { ${location} } location /other {} } }`,
  headers: "proxy_set_header A included; proxy_set_header B included;",
});

test.each<[title: string, texts: Texts, uses: string[], shadowed: string[], hidden: boolean]>([
  ["nothing", inLocation(""), [], [], false],
  [
    "the level's own, in order",
    inLocation("proxy_set_header A 1; gzip on; proxy_set_header A 2;"),
    ["proxy_set_header A 1", "proxy_set_header A 2"],
    [],
    false,
  ],
  [
    "inherited from http",
    inLocation("proxy_pass http://b;", "", "proxy_set_header A 1;"),
    ["proxy_set_header A 1"],
    [],
    false,
  ],
  [
    "one of its own discards all outer ones (E65)",
    inLocation("proxy_set_header C 1;", "proxy_set_header A 1; proxy_set_header B 1;"),
    ["proxy_set_header C 1"],
    ["proxy_set_header A 1", "proxy_set_header B 1"],
    false,
  ],
  [
    "only the nearest outer level would have held",
    inLocation("proxy_set_header C 1;", "proxy_set_header B 1;", "proxy_set_header A 1;"),
    ["proxy_set_header C 1"],
    ["proxy_set_header B 1"],
    false,
  ],
  [
    "an include on the level adds to it (E170)",
    inLocation("proxy_set_header C 1; include headers;"),
    ["proxy_set_header C 1", "proxy_set_header A included", "proxy_set_header B included"],
    [],
    false,
  ],
  [
    "an include on the level discards the outer ones (E171)",
    inLocation("include headers;", "proxy_set_header C 1;"),
    ["proxy_set_header A included", "proxy_set_header B included"],
    ["proxy_set_header C 1"],
    false,
  ],
  [
    "what the location includes is not there",
    inLocation("include /elsewhere/x;", "proxy_set_header A 1;"),
    [],
    [],
    true,
  ],
  [
    "what the location includes is not there and may add to its own",
    inLocation("include /elsewhere/x; proxy_set_header C 1;", "proxy_set_header A 1;"),
    ["proxy_set_header C 1"],
    ["proxy_set_header A 1"],
    true,
  ],
  [
    "what the server includes is not there",
    inLocation("", "include /elsewhere/*.conf;"),
    [],
    [],
    true,
  ],
  [
    "what the server includes does not reach a location with its own",
    inLocation("proxy_set_header C 1;", "include /elsewhere/x;"),
    ["proxy_set_header C 1"],
    [],
    false,
  ],
  [
    "a pattern in http stands for servers and maps, not for settings",
    inLocation("", "", "include /elsewhere/*.conf; proxy_set_header A 1;"),
    ["proxy_set_header A 1"],
    [],
    false,
  ],
  ["a file in http may hold settings", inLocation("", "", "include /elsewhere/x;"), [], [], true],
])("proxy_set_header: %s", (_, texts, uses, shadowed, hidden) => {
  const list = effectiveList(levelOf(configOf(texts), "location /ws"), "proxy_set_header");
  expect(written(list.uses)).toEqual(uses);
  expect(written(list.shadowed)).toEqual(shadowed);
  expect(list.hidden !== null).toBe(hidden);
});

test.each<[title: string, texts: Texts, setting: string]>([
  ["the default", inLocation(""), "default"],
  ["its own", inLocation("proxy_http_version 1.1;", "proxy_http_version 1.0;"), "own 1.1"],
  [
    "inherited past other directives (E67)",
    inLocation("proxy_set_header A 1;", "proxy_http_version 1.0;"),
    "inherited 1.0",
  ],
  [
    "its own beside something hidden: nginx refuses a second one",
    inLocation("include /x/y; proxy_http_version 1.1;"),
    "own 1.1",
  ],
  [
    "hidden before the outer one",
    inLocation("include /x/y;", "proxy_http_version 1.1;"),
    "/x/y is not in the repository",
  ],
  [
    "an outer one before what is hidden further out",
    inLocation("", "proxy_http_version 1.1;", "include /x/y;"),
    "inherited 1.1",
  ],
])("proxy_http_version: %s", (_, texts, expected) => {
  const setting = effectiveSetting(levelOf(configOf(texts), "location /ws"), "proxy_http_version");
  const shown =
    setting.state === "default"
      ? "default"
      : setting.state === "unknown"
        ? setting.why
        : `${setting.inherited ? "inherited" : "own"} ${setting.use.parameters[0]}`;
  expect(shown).toBe(expected);
});

test("levels between: if, limit_except, a location in a location", () => {
  const config = configOf({
    "nginx.conf": `http { server { location /a {
      proxy_set_header A 1;
      if ($host) { proxy_pass http://b; }
      limit_except GET { proxy_pass http://c; }
      location /a/b { proxy_set_header B 1; location /a/b/c { } }
    } } }`,
  });
  const headers = (opening: string) =>
    written(effectiveList(levelOf(config, opening), "proxy_set_header").uses);
  expect(headers("if ($host)")).toEqual(["proxy_set_header A 1"]);
  expect(headers("limit_except GET")).toEqual(["proxy_set_header A 1"]);
  expect(headers("location /a/b/c")).toEqual(["proxy_set_header B 1"]);
});

test("5,000 locations are asked", () => {
  const locations = Array.from({ length: 5000 }, (_, index) => `location /${index} { gzip on; }`);
  const config = configOf({
    "nginx.conf": `http { server { proxy_set_header A 1; ${locations.join("\n")} } }`,
  });
  const server = levelOf(config, "server");
  for (const { inner } of server.uses) {
    if (inner === null) {
      continue;
    }
    for (let name = 0; name < 20; name++) {
      effectiveSetting(inner, `proxy_${name}`);
    }
    expect(effectiveList(inner, "proxy_set_header").uses).toHaveLength(1);
  }
});
