import { expect, test } from "vitest";
import { findPrograms } from "../../src/core/config/programs.ts";
import type { Config } from "../../src/core/config/level.ts";
import { policyOf, repository, type Texts } from "./repository.ts";

const http = (inside: string): string => `events {}\nhttp {\n${inside}\n}\n`;
const site = (name: string): string =>
  `server { listen 80; server_name ${name}; location / { proxy_pass http://b; } }`;
const headers = "proxy_set_header Host $host;\nproxy_http_version 1.1;\n";
const map = "map $http_upgrade $connection_upgrade { default upgrade; '' close; }\n";

/** Each program as its kind and files, the root first. */
function shown(configs: readonly Config[]): string[] {
  return configs.map(
    ({ kind, documents }) => `${kind}: ${documents.map(({ path }) => path).join(" ")}`,
  );
}

function programs(texts: Texts, paths?: readonly string[], policy = ""): string[] {
  const options = { policy: policyOf(policy), ...(paths && { paths }) };
  return shown(findPrograms(repository(texts), options).configs);
}

test.each<[title: string, texts: Texts, expected: string[]]>([
  ["nothing of nginx", { "a.ts": "", "redis.conf": "port 6379\n" }, []],
  ["a main file", { "nginx.conf": http(site("a")) }, ["main: nginx.conf"]],
  ["a main file by its text", { "n/web.conf": http(site("a")) }, ["main: n/web.conf"]],
  [
    "a server in nginx.conf, as images copy it to conf.d",
    { "nginx.conf": site("a") },
    ["http: nginx.conf"],
  ],
  [
    "what a main file reaches is no program of its own",
    { "n/nginx.conf": http("include c/*.conf;"), "n/c/a.conf": site("a"), "n/c/b.conf": map },
    ["main: n/nginx.conf n/c/a.conf n/c/b.conf"],
  ],
  [
    "independent trees",
    {
      "a/nginx.conf": http("include s;"),
      "a/s": map,
      "b/nginx.conf": http("include s;"),
      "b/s": map,
    },
    ["main: a/nginx.conf a/s", "main: b/nginx.conf b/s"],
  ],
  [
    "two main files share a snippet",
    { "n/dev.conf": http("include s.inc;"), "n/prod.conf": http("include s.inc;"), "n/s.inc": map },
    ["main: n/dev.conf n/s.inc", "main: n/prod.conf n/s.inc"],
  ],
  [
    "fragments of one folder are loaded together, in order",
    {
      "conf.d/b.conf": site("b"),
      "conf.d/a.conf": site("a"),
      "conf.d/10-map.conf": map,
      "e/c.conf": site("c"),
    },
    ["http: conf.d/10-map.conf conf.d/a.conf conf.d/b.conf", "http: e/c.conf"],
  ],
  [
    "alternatives of one folder are not, but each has the map",
    { "n/dev.conf": site("a"), "n/map.conf": map, "n/prod.conf": site("a") },
    ["http: n/dev.conf n/map.conf", "http: n/map.conf n/prod.conf"],
  ],
  [
    "the same map in two sites does no harm",
    { "n/a.conf": `${map}${site("a")}`, "n/b.conf": `${map}${site("b")}` },
    ["http: n/a.conf n/b.conf"],
  ],
  [
    "another map of that name does",
    { "n/a.conf": `${map}${site("a")}`, "n/b.conf": `${map.replace("close", "''")}${site("b")}` },
    ["http: n/a.conf", "http: n/b.conf"],
  ],
  [
    "upstreams of one name are alternatives",
    {
      "n/a.conf": `upstream b { server x; }\n${site("a")}`,
      "n/b.conf": `upstream B { server x; }\n${site("c")}`,
    },
    ["http: n/a.conf", "http: n/b.conf"],
  ],
  [
    "so are default servers of one address",
    {
      "n/a.conf": site("a").replace("80", "80 default_server"),
      "n/b.conf": site("b").replace("80", "80 default_server"),
    },
    ["http: n/a.conf", "http: n/b.conf"],
  ],
  [
    "a snippet that a fragment includes is no program of its own",
    {
      "n/sites-enabled/a": site("a").replace("proxy_pass", "include snippets/ws.conf; proxy_pass"),
      "n/snippets/ws.conf": headers,
    },
    ["http: n/sites-enabled/a n/snippets/ws.conf"],
  ],
  [
    "in one folder too",
    {
      "n/a.conf": `include map.inc;\ninclude b.conf;\n${site("a")}`,
      "n/b.conf": site("b"),
      "n/map.inc": map,
    },
    ["http: n/a.conf n/map.inc n/b.conf"],
  ],
  [
    "settings in conf.d are for all servers",
    { "conf.d/proxy.conf": headers, "conf.d/site.conf": site("a") },
    ["http: conf.d/proxy.conf conf.d/site.conf"],
  ],
  [
    "a template among what a main file includes",
    { "nginx.conf": http("include c/*;"), "c/a.conf": site("a"), "c/b.conf": site("%%name%%") },
    ["main: nginx.conf c/a.conf c/b.conf"],
  ],
  [
    "locations for a server",
    { "n/l.conf": "location /ws { proxy_pass http://b; }\ngzip on;\n" },
    ["server: n/l.conf"],
  ],
  ["settings of a server", { "n/l.conf": "listen 80;\nserver_name a;\n" }, ["server: n/l.conf"]],
  ["proxy settings", { "n/p.conf": headers }, ["location: n/p.conf"]],
  ["a proxy_pass alone", { "n/p.conf": "proxy_pass http://b;\n" }, ["location: n/p.conf"]],
  [
    "server snippets that include each other: the first stays",
    {
      "n/a.conf": "location /a {}\ninclude b.conf;\n",
      "n/b.conf": "location /b {}\ninclude a.conf;\n",
    },
    ["server: n/a.conf n/b.conf"],
  ],
  [
    "servers of an upstream",
    { "nginx/u.conf": "server 10.0.0.1:80;\nserver 10.0.0.2:80 weight=2;\n" },
    [],
  ],
  ["a stream's server", { "nginx/s.conf": "server { listen 5432; proxy_pass db:5432; }\n" }, []],
  ["a template", { "nginx.conf": site("{{ name }}") }, ["http: nginx.conf"]],
  ["a template that cannot be read", { "nginx.conf": site("{% if a %}") }, []],
])("%s", (_, texts, expected) => {
  expect(programs(texts)).toEqual(expected);
});

test("the policy's main files, under whatever name", () => {
  const texts = { "deploy/main": "include http.d/*;", "deploy/http.d/a": site("a") };
  expect(programs(texts, undefined, "roots: [deploy/main]\n")).toEqual([
    "main: deploy/main deploy/http.d/a",
  ]);
});

test("the policy's main files are all there are, and are missed where they are not there", () => {
  const texts = { "deploy/a.conf": http(site("a")), "nginx.conf": http(site("b")) };
  const policy = policyOf("roots: [deploy/a.conf, deploy/b.conf]\n");
  const { configs, files } = findPrograms(repository(texts), { policy });
  expect(shown(configs)).toEqual(["main: deploy/a.conf"]);
  expect(files).toEqual([
    { path: "deploy/a.conf", analysed: true },
    {
      path: "deploy/b.conf",
      analysed: false,
      reason: "the policy's roots name it, and it is not there",
    },
    {
      path: "nginx.conf",
      analysed: false,
      reason: "it is a main file, and the policy's roots do not name it",
    },
  ]);
});

test("the policy's prefixes", () => {
  const texts = { "a/nginx.conf": http("include /srv/b/*.conf;"), "b/x.conf": site("a") };
  expect(programs(texts, undefined, "prefixes: { /srv/b: b }\n")).toEqual([
    "main: a/nginx.conf b/x.conf",
  ]);
});

const twoTrees: Texts = {
  "a/nginx.conf": http("include sites/*.conf;"),
  "a/sites/one.conf": site("one").replace("proxy_pass", "include snippets/ws.conf; proxy_pass"),
  "a/sites/two.conf": site("two"),
  "a/snippets/ws.conf": headers,
  "b/nginx.conf": http(site("b")),
};

test.each<[path: string, expected: string[]]>([
  [
    "a/snippets/ws.conf",
    ["main: a/nginx.conf a/sites/one.conf a/snippets/ws.conf a/sites/two.conf"],
  ],
  ["a/nginx.conf", ["main: a/nginx.conf a/sites/one.conf a/snippets/ws.conf a/sites/two.conf"]],
  ["b/nginx.conf", ["main: b/nginx.conf"]],
  ["c.conf", []],
])("only programs that %s takes part in", (path, expected) => {
  expect(programs(twoTrees, [path])).toEqual(expected);
});

test("files of no program are named only where they are asked for", () => {
  const texts = {
    ...twoTrees,
    "a/t.conf": site("a {% if b %}"),
    "nginx/u.conf": "server 10.0.0.1:80 weight=1;\n",
    "a/redis.conf": "port 6379\n",
  };
  const files = (paths?: readonly string[]) =>
    findPrograms(repository(texts), { policy: policyOf(), ...(paths && { paths }) }).files;
  expect(files(["b/nginx.conf"])).toEqual([{ path: "b/nginx.conf", analysed: true }]);
  expect(files(["a/t.conf", "a/redis.conf"])).toEqual([
    {
      path: "a/t.conf",
      analysed: false,
      reason: "it is a template, and its tag {% if b %} has no counterpart",
    },
  ]);
  expect(
    files()
      .filter(({ analysed }) => !analysed)
      .map(({ path }) => path),
  ).toEqual(["a/t.conf", "nginx/u.conf"]);
});

/** Loads what is wanted, round by round, as an adapter does over the network. */
function rounds(texts: Texts, paths: readonly string[]): { loaded: string[][]; configs: string[] } {
  const unread = new Set(Object.keys(texts));
  const loaded: string[][] = [];
  for (;;) {
    const documents = repository(texts, unread);
    const { configs } = findPrograms(documents, { policy: policyOf(), paths });
    if (documents.wanted.size === 0) {
      return { loaded, configs: shown(configs) };
    }
    loaded.push([...documents.wanted]);
    for (const path of documents.wanted) {
      unread.delete(path);
    }
  }
}

test("one round finds what includes a changed snippet", () => {
  const { loaded, configs } = rounds(twoTrees, ["a/snippets/ws.conf"]);
  expect(configs).toEqual(programs(twoTrees, ["a/snippets/ws.conf"]));
  expect(loaded).toHaveLength(1);
});

test("a second round reads what is included under a name that says nothing", () => {
  const texts = { "nginx.conf": http("include sub/a;"), "sub/a": "include sub/b;", "sub/b": map };
  const { loaded, configs } = rounds(texts, ["nginx.conf"]);
  expect(loaded).toEqual([["nginx.conf"], ["sub/a"], ["sub/b"]]);
  expect(configs).toEqual(["main: nginx.conf sub/a sub/b"]);
});

test("of thousands of files the nearest are read", () => {
  const texts: Record<string, string> = {
    "a/n/nginx.conf": http("include s/*.conf;"),
    "a/n/s/x.conf": site("x"),
  };
  for (let at = 0; at < 3000; at++) {
    texts[`z/${at}/a.conf`] = site(`s${at}`);
  }
  const { loaded, configs } = rounds(texts, ["a/n/s/x.conf"]);
  expect(configs).toEqual(["main: a/n/nginx.conf a/n/s/x.conf"]);
  expect(loaded[0]?.slice(0, 2)).toEqual(["a/n/nginx.conf", "a/n/s/x.conf"]);
  expect(loaded[0]?.length).toBeLessThan(500);
});

test("2,000 fragments in one folder", () => {
  const texts: Record<string, string> = {};
  for (let at = 0; at < 2000; at++) {
    texts[`n/${at}.conf`] = site(at % 2 === 0 ? "same" : `s${at}`);
  }
  expect(programs(texts).length).toBeGreaterThan(1);
});

test.each([
  "app.conf~",
  "app.conf.bak",
  "app.conf.old",
  "app.conf.orig",
  "app.conf.save",
  "app.conf.rej",
  ".app.conf.swp",
  "app.conf.dpkg-old",
  "app.conf.ucf-dist",
  "app.conf.rpmsave",
  "app.conf.rpmnew",
  "vendor/acme/app.conf",
  "third_party/acme/app.conf",
  "third-party/acme/app.conf",
  "bower_components/acme/app.conf",
  "Godeps/_workspace/acme/app.conf",
])("no nginx reads nginx/%s by itself", (name) => {
  const path = `nginx/${name}`;
  const texts = { [path]: site("a"), "nginx/nginx.conf": http("include conf.d/*.conf;") };
  expect(programs(texts)).toEqual(["main: nginx/nginx.conf"]);
  const found = (paths: readonly string[]) =>
    findPrograms(repository(texts), { policy: policyOf(), paths }).files;
  expect(found([path])).toEqual([
    {
      path,
      analysed: false,
      reason: expect.stringMatching(/^it is .*, and nothing that we see includes it$/) as unknown,
    },
  ]);
  // An include's word holds, and so does the policy's.
  const including = { ...texts, "nginx/nginx.conf": http(`include ${name};`) };
  expect(programs(including, [path])).toEqual([`main: nginx/nginx.conf ${path}`]);
  expect(programs(texts, [path], `files: ["${path}"]\n`)).toEqual([`http: ${path}`]);
});

test.each(["nginx/vendor.conf", "nginx/external/app.conf", "nginx/conf.d/old.conf"])(
  "%s is nobody's copy",
  (path) => {
    expect(programs({ [path]: site("a") })).toEqual([`http: ${path}`]);
  },
);
