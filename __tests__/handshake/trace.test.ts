import { describe, expect, test } from "vitest";
import { newestVersion, oldestVersion } from "../../src/core/nginx/versions.ts";
import { parseTarget } from "../../src/core/request/target.ts";
import { trace, type TraceResult } from "../../src/core/handshake/trace.ts";
import { parseUrl, type TraceRequest } from "../../src/core/handshake/client.ts";
import { httpBlock, read } from "./read.ts";

const headers =
  "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;";

function traced(http: string, url: string, own: Partial<TraceRequest> = {}): TraceResult {
  const address = parseUrl(url);
  if (address === undefined) {
    throw new Error(`${url} is no URL`);
  }
  return trace(httpBlock(http), { probe: "websocket", ...address, ...own }, oldestVersion);
}

describe("the server", () => {
  const servers = `
    server { listen 80; server_name first.test; return 201; }
    server { listen 80; server_name a.test *.b.test; return 202; }
    server { listen 80; server_name *.c.b.test; return 203; }
    server { listen 80; server_name www.*; return 204; }
    server { listen 80; server_name ~^(?<x>r.+)\\.test$; return 200 $x; }
    server { listen 80; server_name .d.test; return 206; }
    server { listen 8080; server_name a.test; return 207; }
    server { listen 8080 default_server; server_name _; return 208; }
    server { listen 127.0.0.1:80; server_name a.test; return 209; }
    server { listen 443 ssl; server_name a.test; return 210; }
    server { listen 127.0.0.1:80; server_name only.test; return 211; }`;
  test.for<[url: string, status: number]>([
    ["http://first.test/", 201],
    ["http://A.test/", 202],
    ["http://x.b.test/", 202],
    ["http://x.c.b.test/", 203],
    ["http://b.test/", 201],
    ["http://www.anything/", 204],
    ["http://right.test/", 200],
    ["http://d.test/", 206],
    ["http://x.d.test/", 206],
    ["http://nobody.test/", 201],
    ["http://a.test:8080/", 207],
    ["http://nobody.test:8080/", 208],
    ["http://127.0.0.1/", 209],
    ["ws://a.test/", 202],
    ["ws://only.test/", 211],
    ["wss://a.test/", 210],
  ])("%s is answered %i", ([url, status]) => {
    expect(traced(servers, url)).toMatchObject({ outcome: "answered", status });
  });

  test.each([
    ["another address of the server", "http://a.test/", 200],
    ["the address itself", "http://a.test:81/", 400],
    ["the address in another server", "http://b.test:81/", 400],
    ["another port of that server", "http://b.test:82/", 200],
  ])("before 1.25.1 http2 without TLS holds for its address: %s", (_, url, status) => {
    const http2 = `
      server { listen 80; listen 81 http2; server_name a.test; return 200; }
      server { listen *:81; listen 82; server_name b.test; return 200; }`;
    expect(traced(http2, url)).toMatchObject({ outcome: "answered", status });
  });

  test("a wildcard in front comes before a longer one at the end", () => {
    const names = `
      server { listen 80; server_name www.example.*; return 201; }
      server { listen 80; server_name *.org; return 202; }`;
    expect(traced(names, "http://www.example.org/")).toMatchObject({ status: 202 });
    expect(traced(names, "http://www.example.net/")).toMatchObject({ status: 201 });
  });

  test("an if takes 0 and nothing for no, and all else for yes", () => {
    const truths = ["0", '""', "00", "no"].map((value) => {
      const { status } = traced(
        `server { set $x ${value}; if ($x) { return 201; } return 202; }`,
        "http://a.test/",
      );
      return [value, status];
    });
    expect(truths).toEqual([
      ["0", 202],
      ['""', 202],
      ["00", 201],
      ["no", 201],
    ]);
  });

  test("a tilde stays as it is in a path that is written anew", () => {
    const config = "server { location /a/ { proxy_pass http://b/; } }";
    const { upstream } = traced(config, "http://a.test/a/~x%20y");
    expect(upstream?.uri).toBe("/~x%20y");
  });

  test("nobody listens", () => {
    const { outcome, steps } = traced("server { listen 80; return 200; }", "http://a.test:81/");
    expect({ outcome, steps }).toEqual({
      outcome: "unknown",
      steps: ["no server listens on port 81", "so nothing answers here"],
    });
  });

  test("TLS may end before nginx", () => {
    const result = traced(
      "server { listen 8080; location / { proxy_pass http://b; } }",
      "wss://a.test/",
    );
    expect(result.outcome).toBe("proxied");
    expect(result.steps[0]).toBe("no server listens on port 443: TLS is taken to end before nginx");
  });

  test("no address at all is the first plain listener", () => {
    const config = httpBlock(
      "server { listen 443 ssl; return 201; } server { listen 81; server_name a.test; return 200; }",
    );
    const result = trace(
      config,
      { probe: "plain", scheme: null, host: null, port: null, target: "/" },
      oldestVersion,
    );
    expect(result).toMatchObject({ status: 200, verdict: null });
  });
});

describe("the location", () => {
  const locations = `server {
    location / { return 201; }
    location = /exact { return 202; }
    location /ws { return 203; location /ws/room { return 204; } location ~ n$ { return 205; } }
    location ^~ /static/ { return 206; }
    location ~ \\.php$ { return 207; }
    location ~* \\.PHP5$ { return 208; }
    location ~ ^/p { return 209; }
    location /p/long { return 210; }
    location /sub/ { proxy_pass http://b/; }
    location /hidden { internal; return 211; }
    location @named { return 212; } }`;
  test.for<[path: string, status: number]>([
    ["/", 201],
    ["/exact", 202],
    ["/exact/", 201],
    ["/ws", 203],
    ["/ws/room/1", 204],
    ["/ws/n", 205],
    ["/static/a.php", 206],
    ["/a.php", 207],
    ["/a.PHP", 201],
    ["/a.php5", 208],
    ["/p/long", 209],
    ["/sub", 301],
    ["/hidden", 404],
    ["//ws/./x/../n", 205],
    ["/%77s", 203],
    ["/..", 400],
  ])("%s is answered %i", ([target, status]) => {
    expect(traced(locations, "http://a.test/", { target })).toMatchObject({
      outcome: "answered",
      status,
    });
  });
});

describe("on the way", () => {
  test.for<[title: string, server: string, expected: Partial<TraceResult>]>([
    [
      "rewrite last",
      "location / { rewrite ^ /b last; } location /b { return 202; }",
      { status: 202 },
    ],
    [
      "a subrequest has no groups to begin with, and the request's variables",
      "server_name ~^(?<all>.+)$; set $x [$1]; auth_request /a; location / { try_files /none @b; } location @b { if ($x = []) { return 202; } } location = /a { return 204; }",
      { status: 202 },
    ],
    [
      "what an auth_request sets, the request has",
      "location / { set $x 1; auth_request /a; proxy_pass http://127.0.0.1/$x; } location = /a { set $x 2; return 204; }",
      { upstream: expect.objectContaining({ uri: "/2" }) },
    ],
    [
      "what a mirror sets comes too late for the request",
      "location / { set $x 1; mirror /a; proxy_pass http://127.0.0.1/$x; } location = /a { set $x 2; return 204; }",
      { upstream: expect.objectContaining({ uri: "/1" }) },
    ],
    ["rewrite in circles", "location / { rewrite ^ /b last; }", { status: 500 }],
    ["rewrite redirect", "location / { rewrite ^ /b redirect; }", { status: 302 }],
    ["try_files to a code", "location / { try_files $uri =404; }", { status: 404 }],
    [
      "try_files to a name",
      "location / { try_files $uri @b; } location @b { return 202; }",
      { status: 202 },
    ],
    [
      "try_files to a name in a variable",
      "set $type b; location / { try_files $uri @$type; } location @b { return 202; }",
      { status: 202 },
    ],
    [
      "error_page to a name in a variable",
      "set $named @b; location / { error_page 418 = $named; return 418; } location @b { return 202; }",
      { status: 202 },
    ],
    [
      "try_files to a path",
      "location / { try_files $uri /b?c=d; } location /b { return 200 $args; }",
      { status: 200 },
    ],
    [
      "error_page to a name",
      "location / { error_page 418 = @b; return 418; } location @b { return 202; }",
      { status: 202 },
    ],
    [
      "error_page keeps the status",
      "location / { error_page 418 @b; return 418; } location @b { return 202; }",
      { status: 418 },
    ],
    [
      "error_page with another",
      "location / { error_page 418 =203 @b; return 418; } location @b { return 202; }",
      { status: 203 },
    ],
    [
      "error_page not for a text",
      "location / { error_page 418 = @b; return 418 text; } location @b { return 202; }",
      { status: 418 },
    ],
    [
      "auth_request says no",
      "location = /a { return 401; } location / { auth_request /a; proxy_pass http://b; }",
      { status: 401 },
    ],
    ["deny all", "location / { deny all; proxy_pass http://b; }", { status: 403 }],
    [
      "deny all behind addresses that nobody shows",
      "location / { include /etc/office.conf; deny all; proxy_pass http://b; }",
      { outcome: "proxied" },
    ],
    [
      "deny all around addresses that nobody shows",
      "deny all; location / { include /etc/office.conf; proxy_pass http://b; }",
      { outcome: "proxied" },
    ],
    [
      "satisfy any",
      "satisfy any; deny all; auth_basic x; location / { proxy_pass http://b; }",
      { status: 401 },
    ],
    [
      "satisfy any, and a no that is no no",
      "satisfy ANY; deny all; location / { auth_request /a; proxy_pass http://b; } location = /a { return 404; }",
      { status: 500 },
    ],
    [
      "satisfy any, with a yes before the subrequest",
      "satisfy any; allow all; location / { auth_request /a; proxy_pass http://b; } location = /a { return 404; }",
      { outcome: "proxied" },
    ],
    [
      "deny all before the subrequest",
      "deny all; location / { auth_request /a; proxy_pass http://b; } location = /a { return 401; }",
      { status: 403 },
    ],
    [
      "a variable that holds no address",
      "location / { set $b b; proxy_pass $b; }",
      { status: 500, steps: expect.arrayContaining(['invalid URL prefix in "b"']) },
    ],
    [
      "a variable that holds nothing",
      'location / { set $b ""; proxy_pass http://$b/x; }',
      { status: 500 },
    ],
    [
      "a variable that holds no port",
      "location / { set $b 10.0.0.5:x; proxy_pass http://$b; }",
      {
        status: 500,
        steps: expect.arrayContaining(['invalid port in upstream "http://10.0.0.5:x"']),
      },
    ],
    [
      "a variable with the highest port",
      "location / { set $b 10.0.0.5:65535; proxy_pass http://$b; }",
      { outcome: "proxied" },
    ],
    [
      "a variable with a port that is one too high",
      "location / { set $b 10.0.0.5:65536; proxy_pass http://$b; }",
      {
        status: 500,
        steps: expect.arrayContaining(['invalid port in upstream "http://10.0.0.5:65536"']),
      },
    ],
    [
      "a name that nobody looks up",
      "location / { set $b b.test; proxy_pass http://$b; }",
      { status: 502, steps: expect.arrayContaining(["no resolver defined to resolve b.test"]) },
    ],
    [
      "a name that nobody looks up, with a page for that",
      "location / { error_page 502 = @c; set $b b.test; proxy_pass http://$b; } location @c { return 203; }",
      { status: 203 },
    ],
    [
      "a password that is not given",
      "auth_basic x; location / { proxy_pass http://b; }",
      { status: 401 },
    ],
    ["a file", "location / { root /srv; }", { outcome: "answered", status: null }],
    ["Lua", "location / { content_by_lua_block { } }", { outcome: "unknown" }],
    [
      "a module that we do not know",
      "location / { nchan_subscriber websocket; }",
      { outcome: "unknown" },
    ],
    ["a missing include", "location / { include x.conf; }", { outcome: "config-error" }],
  ])("%s", ([, server, expected]) => {
    expect(traced(`server { ${server} }`, "http://a.test/ws")).toMatchObject(expected);
  });

  test("the whole result", () => {
    const result = traced(
      `upstream b { server 127.0.0.1; keepalive 4; }
server { listen 80; server_name api.test;
  location /ws { ${headers} proxy_set_header Host $host; proxy_read_timeout 1h; proxy_pass http://b/sub; } }`,
      "ws://api.test/ws/a%20b?c=d",
    );
    expect(result).toMatchObject({
      outcome: "proxied",
      status: null,
      configErrors: [],
      location: { file: "nginx.conf", line: 5, name: "/ws" },
      steps: [
        "server api.test (line 4)",
        "location /ws (line 5)",
        "proxy_pass http://b/sub (line 5)",
      ],
      verdict: { strict: "works", lenient: "works", reasons: [] },
      idleTimeoutMs: 3_600_000,
      reusesUpstreamConnection: true,
    });
    expect(result.upstream).toMatchObject({
      method: "GET",
      uri: "/sub/a%20b?c=d",
      address: "http://b",
      httpVersion: "1.1",
    });
  });

  test.for<[title: string, location: string, path: string, expected: string | undefined]>([
    ["a group", "~ ^/a/(.*)$ { set $v $1;", "/a/b+c", "b%2Bc"],
    ["of a path without escapes", "~ ^/a/(.*)$ { set $v $1;", "/a/bc?d=+", "bc"],
    ["of an if", "/ { if ($uri ~ ^/a/(.*)$) { set $v [$1]; }", "/a/b%3Fc", "[b%3Fc]"],
    ["of another header", "/ { if ($http_x_mode ~ (.*)) { set $v $1; }", "/a%20b", "m%2B"],
    ["with a name", "~ ^/a/(?<rest>.*)$ { set $v $rest;", "/a/b+c", "b+c"],
    ["after a rewrite", "/ { rewrite ^/a(.*)$ $1 break; set $v $1;", "/a/b+c", undefined],
    ["after a rewrite that goes on", "/a/ { rewrite ^/a(.*)$ $1; set $v $1;", "/a/b+c", "/b+c"],
    [
      "that an if compares",
      "~ ^/a/(.*)$ { if ($arg_d = $1) { set $v yes; }",
      "/a/b+c?d=b%2Bc",
      "yes",
    ],
  ])(
    "%s in the rewrite module's directives is escaped as in a query",
    ([, own, target, expected]) => {
      const server = `proxy_set_header V $v; location ${own} proxy_pass http://b; } location /b { proxy_pass http://b; }`;
      const { upstream } = traced(`server { ${server} }`, "http://a.test/", {
        target,
        headers: [["X-Mode", "m+"]],
      });
      expect(upstream?.headers.find(({ name }) => name === "V")?.value).toBe(expected);
    },
  );

  test("headers that are given", () => {
    const config = "server { location / { proxy_set_header X $http_x_a; proxy_pass http://b; } }";
    const given = [
      ["X-A", "1"],
      ["Upgrade", ""],
    ] as const;
    const { upstream } = traced(config, "http://a.test/", { headers: given });
    expect(upstream?.headers.map(({ name }) => name)).toEqual([
      "X",
      "Host",
      "Connection",
      "Sec-WebSocket-Key",
      "Sec-WebSocket-Version",
      "X-A",
    ]);
  });
});

test.for<[title: string, settings: string, expected: string[]]>([
  ["are not", "", ["X-A"]],
  ["are, where the server says so", "underscores_in_headers on;", ["X_A", "X-A"]],
  ["are, with all others", "ignore_invalid_headers off;", ["X_A", "X.A", "X-A"]],
])("headers with invalid names %s taken", ([, settings, expected]) => {
  const config = `server { ${settings} location / { proxy_set_header V $http_x_a; proxy_pass http://b; } }`;
  const { upstream, steps } = traced(config, "http://a.test/", {
    probe: "plain",
    headers: [
      ["X_A", "1"],
      ["X.A", "2"],
      ["X-A", "3"],
    ],
  });
  const headers = upstream?.headers ?? [];
  const names = headers.map(({ name }) => name).filter((name) => name.startsWith("X"));
  expect(names).toEqual(expected);
  expect(headers[0]?.value).toBe(expected.includes("X_A") ? "1" : "3");
  expect(steps.filter((step) => step.startsWith("nginx ignores the header"))).toHaveLength(
    3 - expected.length,
  );
});

describe("handshakes that the answer does not come back from", () => {
  test.for<[title: string, server: string, rule: string]>([
    [
      "error_page without = gives the 101 another status",
      `location / { error_page 418 @b; return 418; } location @b { ${headers} proxy_pass http://b; }`,
      "altered-request",
    ],
    [
      "an auth_request that is a handshake too",
      `${headers} location = /a { proxy_pass http://b/a; } location / { auth_request /a; proxy_pass http://b; }`,
      "subrequest-upgrade",
    ],
    [
      "a mirror that is a handshake too",
      `${headers} location = /a { proxy_pass http://b/a; } location / { mirror /a; proxy_pass http://b; }`,
      "subrequest-upgrade",
    ],
    [
      "a mirror that is a handshake too, to the same server under another name",
      `${headers} location = /a { proxy_pass http://10.0.0.5:80/a; } location / { mirror /a; proxy_pass http://b; } } upstream b { server 10.0.0.5:80;`,
      "subrequest-upgrade",
    ],
  ])("%s", ([, server, rule]) => {
    expect(traced(`server { ${server} }`, "http://a.test/").verdict).toEqual({
      strict: "breaks",
      lenient: "breaks",
      reasons: [rule],
    });
  });

  test("a subrequest that only a strict server takes for a handshake", () => {
    const twice = "proxy_set_header Upgrade websocket;";
    const server = `${headers} location = /a { ${headers} ${twice} proxy_pass http://b/a; }
      location / { auth_request /a; proxy_pass http://b; }`;
    expect(traced(`server { ${server} }`, "http://a.test/").verdict).toEqual({
      strict: "breaks",
      lenient: "works",
      reasons: ["subrequest-upgrade"],
    });
  });

  test("a subrequest whose answer no client would take", () => {
    const server = `${headers} location / { auth_request /a; proxy_pass http://b; }
      location = /a { proxy_hide_header Sec-WebSocket-Accept; proxy_pass http://b/a; }`;
    expect(traced(`server { ${server} }`, "http://a.test/").verdict).toEqual({
      strict: "breaks",
      lenient: "breaks",
      reasons: ["subrequest-upgrade"],
    });
  });

  test("another status does not save the connection from a subrequest's 101", () => {
    const server = `error_page 403 =200 /page; location = /a { return 403; }
      location / { ${headers} auth_request /a; proxy_pass http://b; }`;
    expect(traced(`server { ${server} }`, "http://a.test/").verdict?.reasons).toEqual([
      "subrequest-upgrade",
    ]);
  });

  test("another server's auth_request is its own affair", () => {
    const server = `${headers} location = /a { proxy_pass http://auth; } location / { auth_request /a; proxy_pass http://b; }`;
    expect(traced(`server { ${server} }`, "http://a.test/").verdict?.strict).toBe("works");
  });
});

describe("configuration errors", () => {
  test("in the order in which nginx comes to them, undefined variables last", () => {
    const result = traced(
      "server { location / { proxy_set_header X $nowhere; } }\nserver { proxy_buffering maybe; }",
      "http://a.test/",
    );
    expect(result).toMatchObject({
      outcome: "config-error",
      upstream: null,
      verdict: { strict: "breaks", lenient: "breaks" },
    });
    expect(result.configErrors.map(({ line, message }) => [line, message])).toEqual([
      [4, 'invalid value "maybe" in "proxy_buffering" directive, it must be "on" or "off"'],
      [3, 'unknown "nowhere" variable'],
    ]);
  });

  test("an undefined header that every server replaces is none", () => {
    const server = "server { proxy_set_header A b; location / { proxy_pass http://b; } }";
    expect(traced(`proxy_set_header X $nowhere; ${server}`, "http://a.test/").configErrors).toEqual(
      [],
    );
  });

  test("what only a later nginx knows", () => {
    const config = httpBlock(
      "server { http2 on; location / { proxy_http_version 2; proxy_pass http://b; } }",
    );
    const request = { probe: "plain", scheme: null, host: null, port: null, target: "/" } as const;
    const messages = [oldestVersion, newestVersion, null].map((version) =>
      trace(config, request, version).configErrors.map(({ message }) => message),
    );
    expect(messages).toEqual([['unknown directive "http2"', 'invalid value "2"'], [], []]);
  });
});

test("of a version that is not known, what all versions do alike is known", () => {
  const config = httpBlock(
    `server { location / { ${headers.replace("proxy_http_version 1.1;", "")} proxy_pass http://b; } }`,
  );
  const request = {
    probe: "websocket",
    scheme: null,
    host: null,
    port: null,
    target: "/",
  } as const;
  const result = trace(config, request, null);
  expect(result.verdict).toEqual({
    strict: "unknown",
    lenient: "works",
    reasons: ["http-version"],
  });
  expect(result.upstream?.httpVersion).toHaveProperty("unknown");
  expect(result.upstream?.headers.find(({ name }) => name === "Upgrade")?.value).toBe("websocket");
});

test("a fragment has its server too", () => {
  const config = read("location /ws { proxy_pass http://b; }", "server");
  const request = {
    probe: "websocket",
    scheme: null,
    host: "a.test",
    port: null,
    target: "/ws",
  } as const;
  expect(trace(config, request, oldestVersion)).toMatchObject({
    outcome: "proxied",
    location: { name: "/ws" },
  });
});

test.for<[url: string, expected: unknown]>([
  ["http://a.test", { scheme: "http", host: "a.test", port: null, target: "/" }],
  [
    "wss://a.test:8443/ws?a=b#c",
    { scheme: "https", host: "a.test", port: "8443", target: "/ws?a=b" },
  ],
  ["WS://[::1]:80?a", { scheme: "http", host: "[::1]", port: "80", target: "/?a" }],
  ["ftp://a.test", undefined],
  ["a.test/ws", undefined],
  ["http://user@a.test/", undefined],
])("the URL %s", ([url, expected]) => {
  expect(parseUrl(url)).toEqual(expected);
});

test.for<[target: string, expected: unknown]>([
  ["/a/b?c=d?e", { path: "/a/b", query: "c=d?e" }],
  ["/a//b/../c/.", { path: "/a/c/", query: "" }],
  ["/a%2Fb%3F", { path: "/a/b?", query: "" }],
  ["/%C3%A9", { path: "/é", query: "" }],
  ["/%ff", { path: "/\u00ff", query: "" }],
  ["/a%2", null],
  ["/%00", null],
  ["/../a", null],
  ["a", null],
])("the request target %s", ([target, expected]) => {
  expect(parseTarget(target, true)).toEqual(expected);
});
