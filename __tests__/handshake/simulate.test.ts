import { describe, expect, test } from "vitest";
import { newestVersion, oldestVersion } from "../../src/core/nginx/versions.ts";
import type { Config } from "../../src/core/config/level.ts";
import { requestHead } from "../../src/core/handshake/head.ts";
import type { Exchange, ProbeName } from "../../src/core/request/exchange.ts";
import { proxyingLevels } from "../../src/core/request/pass.ts";
import { simulateAt } from "../../src/core/handshake/simulate.ts";
import { verdictOf } from "../../src/core/handshake/verdict.ts";
import { httpBlock, proxying, read } from "./read.ts";

const headers =
  "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;";

function at(
  config: Config,
  address?: string,
  probe: ProbeName = "websocket",
  version = oldestVersion,
): Exchange {
  const { level, pass } = proxying(config, address);
  return simulateAt({ config, level, pass, probe, version });
}

/** The value that is sent, as `?` and the text where it is not known. */
function sent(exchange: Exchange, name: string): string | undefined {
  const value = exchange.upstream?.headers.find((header) => header.name === name)?.value;
  return typeof value === "object" ? `? ${value.text}` : value;
}

describe("the request that stands for all of a location's", () => {
  test("the head, in nginx's order", () => {
    const config = httpBlock(`server { listen 80; server_name a.test; location = /ws { ${headers}
      proxy_set_header X-Real-IP $remote_addr; proxy_pass http://backend; } }`);
    expect(requestHead(at(config))).toEqual([
      "GET /ws HTTP/1.1",
      "Upgrade: websocket",
      "Connection: upgrade",
      "X-Real-IP: $remote_addr",
      "Host: backend",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version: 13",
    ]);
    expect(requestHead(at(config, undefined, "websocket", newestVersion)).slice(0, 2)).toEqual([
      "GET /ws HTTP/1.1",
      "Host: backend",
    ]);
  });

  test.for<[title: string, server: string, text: string, expected: string]>([
    ["one name", "listen 80; server_name a.test;", "$host", "a.test"],
    ["several names", "listen 80; server_name a.test b.test;", "$host", "? $host"],
    ["a wildcard", "listen 80; server_name *.a.test;", "$host", "? $host"],
    [
      "the first name all the same",
      "listen 80; server_name a.test b.test;",
      "$server_name",
      "a.test",
    ],
    ["a usual port", "listen 443 ssl; server_name a.test;", "$http_host", "a.test"],
    [
      "another port, which a client may not know",
      "listen 8080; server_name a.test;",
      "$http_host",
      "? $http_host",
    ],
    ["one scheme", "listen 443 ssl; listen [::]:443 ssl;", "$scheme", "https"],
    ["two schemes", "listen 80; listen 443 ssl;", "$scheme:$server_port", "? $scheme:$server_port"],
    ["no listen", "", "$scheme:$server_port", "http:80"],
    ["a header that clients may send", "", "$http_x_forwarded_for", "? $http_x_forwarded_for"],
    ["a header of the probe", "", "$http_sec_websocket_version", "13"],
  ])("%s", ([, server, text, expected]) => {
    const config = httpBlock(
      `server { ${server} location / { proxy_set_header X "${text}"; proxy_pass http://b; } }`,
    );
    expect(sent(at(config), "X")).toBe(expected);
  });

  test.for(["$goal", "$goal$request_uri", "${goal}"])(
    "the host of a pass that is a variable is not known: %s",
    (pass) => {
      const config = httpBlock(
        `map $arg_x $goal { default http://b; y http://c; } server { location / { proxy_pass ${pass}; } }`,
      );
      const exchange = at(config);
      expect(sent(exchange, "Host")).toMatch(/^\? \$/);
      expect(exchange.upstream?.address).toMatchObject({ unknown: expect.any(String) });
    },
  );

  test("a slip in a header's name is known to be empty", () => {
    const config = httpBlock(
      "server { location / { proxy_set_header Upgrade $http_upgrad; proxy_pass http://b; } }",
    );
    expect(sent(at(config), "Upgrade")).toBeUndefined();
    expect(verdictOf(at(config)).reasons).toContain("upgrade-header");
  });

  test("a server's return answers before any location", () => {
    const config = httpBlock(
      "server { return 301 https://a.test; location / { proxy_pass http://b; } }",
    );
    expect(at(config)).toMatchObject({ outcome: "answered", status: 301 });
  });

  test.for<[title: string, first: string, second: string, outcome: string]>([
    ["the same name and address", "listen 80; server_name a.test;", "", "unknown"],
    ["no name", "listen 80;", "", "unknown"],
    ["another name beside", "listen 80; server_name a.test;", "server_name b.test;", "proxied"],
    ["another address beside", "listen 80; server_name a.test;", "listen 81;", "proxied"],
    ["a regular expression", "listen 80; server_name ~a;", "", "proxied"],
  ])("a second server with %s", ([, names, more, outcome]) => {
    const config = httpBlock(`server { ${names} return 404; }
      server { ${names} ${more} location / { proxy_pass http://b; } }`);
    expect(at(config)).toMatchObject({ outcome });
  });

  test("a second server that is the default", () => {
    const config = httpBlock(`server { listen 80; server_name a.test; return 404; }
      server { listen 80 default_server; server_name a.test; location / { proxy_pass http://b; } }`);
    expect(at(config)).toMatchObject({ outcome: "proxied" });
  });

  test("a condition that is not known counts as not held, and what it sets is unknown", () => {
    const config =
      httpBlock(`server { location / { set $x a; if ($http_x_forwarded_proto != https) { return 301 /; }
      if ($cookie_a) { set $x b; } proxy_set_header X $x; proxy_pass http://b; } }`);
    expect(at(config)).toMatchObject({ outcome: "proxied" });
    expect(sent(at(config), "X")).toBe("? $x");
  });

  test("a return after an if wins over it", () => {
    const config = httpBlock(
      "server { location / { if ($http_upgrade) { proxy_pass http://b; } return 200; } }",
    );
    expect(at(config)).toMatchObject({ outcome: "answered", status: 200 });
  });

  test("an if divides the requests", () => {
    const config = httpBlock(`server { location / { ${headers} proxy_pass http://web;
      if ($http_upgrade) { proxy_pass http://ws; } } }`);
    const outcomes = (["websocket", "plain"] as const).flatMap((probe) =>
      ["http://web", "http://ws"].map((address) => at(config, address, probe).outcome),
    );
    expect(outcomes).toEqual(["unknown", "proxied", "proxied", "unknown"]);
    expect(verdictOf(at(config, "http://ws"))).toMatchObject({ strict: "works", lenient: "works" });
  });

  test("what follows a rewrite with break is not passed by all", () => {
    const seen = (script: string, text = "$uri"): string | undefined =>
      sent(
        at(
          httpBlock(`server { location / { ${script}
            proxy_set_header X ${text}; proxy_pass http://b; } }`),
        ),
        "X",
      );
    expect(seen("rewrite ^/a /b break; set $x c;", "$x")).toBe("? $x");
    expect(seen("rewrite ^/a /b last; set $x c;", "$x")).toBe("c");
    expect(seen("rewrite ^/a /b break; rewrite ^ /c break;")).toBe("? $uri");
    expect(seen("rewrite ^/a /b last; rewrite ^ /c break;")).toBe("/c");
    expect(seen("rewrite ^ $request_uri; rewrite ^/a /b break; return 400;")).toBe("? $uri");
    expect(seen("rewrite ^ /a; rewrite ^/x /b break; return 400;")).toBeUndefined();
  });

  test("a location's own groups take the place of those of the server's if", () => {
    const config = httpBlock(`server { if ($http_upgrade ~ ^web) { } location ~ ^/api/(.*)$ {
      set $x [$1]; proxy_set_header X $x; proxy_pass http://b; } }`);
    expect(sent(at(config), "X")).toBe("? [$1]");
    const prefix = httpBlock(`server { if ($http_upgrade ~ ^(web)) { } location /api/ {
      set $x [$1]; proxy_set_header X $x; proxy_pass http://b; } }`);
    expect(sent(at(prefix), "X")).toBe("[web]");
  });

  test("limit_except that holds for GET comes before the location's script", () => {
    const config = httpBlock(
      `server { location / { return 403; limit_except POST { proxy_pass http://b; } } }`,
    );
    expect(at(config)).toMatchObject({ outcome: "proxied" });
  });

  test("a location may be given variables by those that lead to it", () => {
    const sees = "proxy_set_header X $x; proxy_pass http://b;";
    const seen = (others: string, location: string): string | undefined =>
      sent(at(httpBlock(`server { ${others} location ${location} { ${sees} } }`)), "X");
    expect(seen("location /a { set $x a; try_files /none @b; }", "@b")).toBe("? $x");
    expect(seen("location /a { set $x a; try_files /none /b; }", "/b")).toBe("? $x");
    expect(seen("location /a { set $x a; }", "@b")).toBe("? $x");
    expect(seen("location /a { set $x a; }", "/b")).toBeUndefined();
    expect(seen("set $x a;", "/b")).toBe("a");
    expect(seen("set $x a; location /a { set $x b; rewrite ^ /b last; }", "/b")).toBe("? $x");
    const sometimes = "location /a { set $x b; if ($arg_b) { rewrite ^ /b last; } }";
    expect(seen(sometimes, "/b")).toBe("? $x");
    const auth = "set $x a; auth_request /auth; location = /auth { return 204; }";
    expect(seen(auth, "/b")).toBe("a");
    const overlaid = httpBlock(`server { ${auth} location /b { set $x b; ${sees} } }`);
    expect(sent(at(overlaid), "X")).toBe("? $x");
    expect(seen("auth_request /auth; location /auth { set $x a; return 204; }", "/b")).toBe("? $x");
  });

  test("what Lua may set is unknown", () => {
    const config =
      httpBlock(`server { location / { set $x a; access_by_lua_block { ngx.var.x = "b" }
      proxy_set_header X $x; proxy_pass http://b; } }`);
    expect(sent(at(config), "X")).toBe("? $x");
  });

  test("what an include may hold stays unknown", () => {
    const config = read("location / { include proxy.conf; proxy_pass http://b; }", "server");
    expect(verdictOf(at(config))).toEqual({ strict: "unknown", lenient: "unknown", reasons: [] });
  });

  test("an undefined variable keeps nginx from starting, if nothing is hidden", () => {
    const server =
      "server { location / { proxy_set_header Connection $connection_upgrade; proxy_pass http://b; } }";
    expect(at(httpBlock(server)).outcome).toBe("config-error");
    expect(at(read(server, "http")).outcome).toBe("proxied");
  });
});

describe("the verdict", () => {
  test.for<[title: string, location: string, strict: string, lenient: string, reasons: string[]]>([
    ["all three lines", headers, "works", "works", []],
    ["HTTP/1.0", headers.replace("1.1", "1.0"), "breaks", "works", ["http-version"]],
    ["nothing", "", "breaks", "breaks", ["upgrade-header", "connection-header", "http-version"]],
    ["another method", `${headers} proxy_method POST;`, "breaks", "breaks", ["altered-request"]],
    [
      "no headers of the client",
      `${headers} proxy_pass_request_headers off;`,
      "breaks",
      "breaks",
      ["altered-request"],
    ],
    [
      "the client's key twice",
      `${headers} ${"proxy_set_header Sec-WebSocket-Key $http_sec_websocket_key; ".repeat(2)}`,
      "breaks",
      "breaks",
      ["altered-request"],
    ],
    ["a body", `${headers} proxy_set_body x;`, "works", "breaks", ["altered-request"]],
    [
      "a body without its length",
      `${headers} proxy_set_body x; proxy_set_header Content-Length "";`,
      "breaks",
      "breaks",
      ["altered-request"],
    ],
    [
      "a hidden answer",
      `${headers} proxy_hide_header Upgrade;`,
      "breaks",
      "breaks",
      ["hidden-response-header"],
    ],
    [
      "hidden and passed",
      `${headers} proxy_hide_header upgrade; proxy_pass_header Upgrade;`,
      "works",
      "works",
      [],
    ],
    ["Connection hidden", `${headers} proxy_hide_header Connection;`, "works", "works", []],
    [
      "another key",
      `${headers} proxy_set_header Sec-WebSocket-Key x;`,
      "breaks",
      "breaks",
      ["altered-request"],
    ],
    [
      "Upgrade twice",
      `${headers} proxy_set_header Upgrade websocket;`,
      "works",
      "breaks",
      ["upgrade-header"],
    ],
    ["no Host", `${headers} proxy_set_header Host "";`, "breaks", "works", ["host-header"]],
    [
      "an unknown Upgrade",
      headers.replace("$http_upgrade", "$request_id"),
      "unknown",
      "unknown",
      [],
    ],
  ])("%s", ([, location, strict, lenient, reasons]) => {
    const config = httpBlock(`server { location /ws { ${location} proxy_pass http://b; } }`);
    expect(verdictOf(at(config))).toEqual({ strict, lenient, reasons });
  });

  test.for<[pass: string, strict: string]>([
    ["fastcgi_pass b:9000", "breaks"],
    ["grpc_pass grpc://b", "breaks"],
    ["memcached_pass b:11211", "breaks"],
    ["uwsgi_pass b:3031", "unknown"],
    ["scgi_pass b:4000", "unknown"],
  ])("%s", ([pass, strict]) => {
    const config = httpBlock(`server { location /ws { ${pass}; } }`);
    expect(at(config)).toMatchObject({ outcome: "proxied", upstream: null });
    expect(verdictOf(at(config)).strict).toBe(strict);
  });
});

describe("connections to the upstream", () => {
  test.for<[title: string, upstream: string, location: string, old: boolean, new_: boolean]>([
    [
      "keepalive and no close",
      "keepalive 4;",
      'proxy_http_version 1.1; proxy_set_header Connection "";',
      true,
      true,
    ],
    ["keepalive alone", "keepalive 4;", "", false, true],
    [
      "close",
      "keepalive 4;",
      "proxy_http_version 1.1; proxy_set_header Connection close;",
      false,
      false,
    ],
    ["none", "", 'proxy_http_version 1.1; proxy_set_header Connection "";', false, true],
    [
      "keepalive 0",
      "keepalive 0;",
      'proxy_http_version 1.1; proxy_set_header Connection "";',
      false,
      false,
    ],
    [
      "a method after keepalive",
      "keepalive 4; ip_hash;",
      'proxy_http_version 1.1; proxy_set_header Connection "";',
      false,
      true,
    ],
    [
      "a connection for each request",
      "keepalive 4; keepalive_requests 1;",
      'proxy_http_version 1.1; proxy_set_header Connection "";',
      false,
      false,
    ],
  ])("%s", ([, upstream, location, old, new_]) => {
    const config = httpBlock(
      `upstream b { server 127.0.0.1; ${upstream} } server { location / { ${location} proxy_pass http://B; } }`,
    );
    const reuses = [oldestVersion, newestVersion].map(
      (version) => at(config, undefined, "plain", version).reusesUpstreamConnection,
    );
    expect(reuses).toEqual([old, new_]);
  });

  test("the read timeout is the pass's own", () => {
    const config = httpBlock(
      "server { proxy_read_timeout 1h; location /a { proxy_pass http://a; } location /b { uwsgi_pass b:1; } }",
    );
    expect([at(config, "http://a").idleTimeoutMs, at(config, "b:1").idleTimeoutMs]).toEqual([
      3_600_000, 60_000,
    ]);
  });
});

test("every proxying level once, in the order of the text", () => {
  const config =
    httpBlock(`server { location /a { if ($host) { proxy_pass http://1; } proxy_pass http://2;
    limit_except GET { proxy_pass http://3; } location /a/b { fastcgi_pass 4:1; } } location /c { } } server { location / { proxy_pass http://5; } }`);
  // A level comes before those within it.
  expect(proxyingLevels(config).map(({ pass }) => pass.parameters[0])).toEqual([
    "http://2",
    "http://1",
    "http://3",
    "4:1",
    "http://5",
  ]);
});

test("thousands of locations", () => {
  const locations = Array.from(
    { length: 5000 },
    (_, index) => `location /${index} { proxy_pass http://b; }`,
  );
  const config = httpBlock(`server { ${locations.join("\n")} }`);
  const outcomes = proxyingLevels(config).map(
    ({ level, pass }) =>
      simulateAt({ config, level, pass, probe: "websocket", version: oldestVersion }).outcome,
  );
  expect(outcomes.every((outcome) => outcome === "proxied")).toBe(true);
});
