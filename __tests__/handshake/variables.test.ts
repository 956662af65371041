import { describe, expect, test } from "vitest";
import type { Config } from "../../src/core/config/level.ts";
import type { Value } from "../../src/core/request/value.ts";
import { probeHeaders } from "../../src/core/handshake/probe.ts";
import type { ClientRequest } from "../../src/core/request/client-request.ts";
import { evaluate } from "../../src/core/request/variables.ts";
import { selectedEntry } from "../../src/core/request/map.ts";
import { isDefined } from "../../src/core/request/definitions.ts";
import { newScope } from "../../src/core/request/scope.ts";
import { httpBlock } from "./read.ts";

function request(own: Partial<ClientRequest> = {}): ClientRequest {
  return {
    probe: "websocket",
    standsForAll: false,
    method: "GET",
    path: "/ws/a b",
    query: "token=t&Token=u",
    target: "/ws/a%20b?token=t&Token=u",
    scheme: "https",
    host: "Example.test:8443",
    hostName: "example.test",
    port: "8443",
    headers: [
      ["Host", "Example.test:8443"],
      ...probeHeaders("websocket"),
      ["Cookie", "a=b; Sid=s"],
    ],
    clientAddress: "192.0.2.1",
    ...own,
  };
}

function value(
  text: string,
  config: Config = httpBlock(""),
  own: Partial<ClientRequest> = {},
): Value {
  return evaluate(text, newScope(config, request(own), "example.test"));
}

describe("variables of a request", () => {
  test.for<[text: string, expected: string]>([
    ["$http_upgrade", "websocket"],
    ["${http_upgrade}s", "websockets"],
    ["$HTTP_Connection", "Upgrade"],
    ["$http_sec_websocket_version", "13"],
    ["$http_missing", ""],
    ["$host", "example.test"],
    ["$http_host", "Example.test:8443"],
    ["$server_name:$server_port", "example.test:8443"],
    ["$uri", "/ws/a b"],
    ["$request_uri", "/ws/a%20b?token=t&Token=u"],
    ["$is_args$args", "?token=t&Token=u"],
    ["$arg_TOKEN", "t"],
    ["$arg_none", ""],
    ["$cookie_sid", "s"],
    ["$scheme$https", "httpson"],
    ["$request", "GET /ws/a%20b?token=t&Token=u HTTP/1.1"],
    ["$remote_addr", "192.0.2.1"],
    ["$proxy_add_x_forwarded_for", "192.0.2.1"],
    ["no variable \\$", "no variable \\$"],
  ])("%s", ([text, expected]) => {
    expect(value(text)).toBe(expected);
  });

  test("known only while nginx runs", () => {
    expect(value("id=$request_id")).toMatchObject({ text: "id=$request_id" });
  });
});

describe("map", () => {
  const cases: readonly [title: string, map: string, source: string, expected: string][] = [
    ["an exact key, without case", "WebSocket up; default no;", "websocket", "up"],
    ["the empty key", "'' none; default some;", "", "none"],
    ["default, wherever it stands", "default some; '' none;", "x", "some"],
    ["no default is empty", "'' none;", "x", ""],
    ["an exact key before a regular expression", "~. pattern; x exact;", "x", "exact"],
    ["the first regular expression", "~a first; ~b second;", "ab", "first"],
    ["a regular expression minds case", "~^WEB up; default no;", "websocket", "no"],
    ["~* does not", "~*^WEB up; default no;", "websocket", "up"],
    ["no regular expression is tried on nothing", "~^$ matched; default no;", "", "no"],
    ["groups", "~^(?<first>.)(.) $2$first;", "ab", "ba"],
    ["a key that begins with a backslash", "\\default key; default no;", "default", "key"],
    [
      "hostnames: the longest at the front",
      "hostnames; *.test a; *.b.test b; default no;",
      "a.b.test",
      "b",
    ],
    ["hostnames: a dot is the name itself too", "hostnames; .b.test b; default no;", "b.test", "b"],
    [
      "hostnames: the front before the end",
      "hostnames; www.* end; *.test front; default no;",
      "www.test",
      "front",
    ],
    ["hostnames: only for the lines after it", "*.test a; hostnames; default no;", "b.test", "no"],
  ];
  test.for(cases)("%s", ([, map, source, expected]) => {
    const config = httpBlock(`map $http_x_source $x { ${map} }`);
    const headers: [string, string][] = source === "" ? [] : [["X-Source", source]];
    expect(value("$x", config, { headers })).toBe(expected);
  });

  test("of two maps for one variable the last counts, and names have no case", () => {
    const config = httpBlock("map $host $x { default a; } map $host $X { default b; }");
    expect(value("$x", config)).toBe("b");
  });

  test("maps lead to each other, to a bound", () => {
    const chain = (length: number): Config =>
      httpBlock(
        Array.from({ length }, (_, at) => `map $host $m${at} { default "\${m${at + 1}}x"; }`).join(
          "\n",
        ) + `map $host $m${length} { default end; }`,
      );
    expect(value("$m0", chain(20))).toBe(`end${"x".repeat(20)}`);
    expect(value("$m0", chain(99))).toBe(`end${"x".repeat(99)}`);
    expect(value("$m0", chain(5000))).toBe("x".repeat(100));
  });

  test("values that double each other are not computed", () => {
    const maps = Array.from(
      { length: 40 },
      (_, at) => `map $host $m${at} { default "$m${at + 1}$m${at + 1}"; }`,
    );
    const config = httpBlock(`${maps.join("\n")} map $host $m40 { default text; }`);
    expect(value("$m0", config)).toHaveProperty("unknown");
  });

  test("a map of itself begins with nothing, a hundred deep", () => {
    expect(value("$x", httpBlock("map $x $x { default a; '' b; }"))).toBe("a");
    expect(value("$x", httpBlock("map $x $x { a b; b a; '' b; }"))).toBe("a");
    expect(value("$x", httpBlock("map $host $x { default $x-; }"))).toBe("-".repeat(100));
  });

  test("a volatile one is unknown", () => {
    const config = httpBlock("map $x $x { volatile; default a; b c; }");
    expect(value("$x", config)).toHaveProperty("unknown");
  });

  test("an unknown source does not matter where every line says the same", () => {
    const config = httpBlock("map $remote_addr $x { default a; 192.0.2.9 a; }");
    expect(value("$x", config, { clientAddress: null })).toBe("a");
  });

  test("the entry that a source selects", () => {
    const [http] = httpBlock("map $host $x { a 1; ~b 2; default 3; }").main.uses.slice(-1);
    const map = http?.inner?.uses[0];
    if (map === undefined) {
      throw new Error("there is a map");
    }
    expect(["A", "b", "c"].map((source) => selectedEntry(map, source)?.name)).toEqual([
      "a",
      "~b",
      "default",
    ]);
  });
});

test.each([
  ["an answer's header", "auth_request_set $kind $upstream_http_kind;"],
  ["Lua", "set_by_lua $kind 'return 1';"],
  ["a module that we do not know", "some_module $kind on;"],
])("a variable is not known where %s may set it after set", (_, line) => {
  const config = httpBlock(`server { set $kind fixed; location /a { ${line} } }`);
  const scope = newScope(config, request(), "example.test");
  scope.assigned.set("kind", "fixed");
  expect(evaluate("$kind", scope)).toMatchObject({ text: "$kind" });
});

test("what is defined", () => {
  const config = httpBlock(`
    map $host $mapped { ~(?<captured>.) x; }
    geo $geo { default 0; }
    server { location ~ ^/(?<room>.) { set $own 1; } }
  }
  stream { map $remote_addr $elsewhere { default 1; }`);
  const names = [
    "mapped",
    "captured",
    "geo",
    "room",
    "own",
    "arg_x",
    "http_y",
    "1",
    "elsewhere",
    "nothing",
  ];
  expect(names.filter((name) => isDefined(name, config))).toEqual(names.slice(0, -2));
});
