import { describe, expect, test } from "vitest";
import { pathsOf } from "../../src/core/intent/paths.ts";
import { evidenceOf } from "../../src/core/intent/serves.ts";
import { intentAt, subjects } from "./subject.ts";

const bare = (location: string): string =>
  `server { listen 80; location ${location} { proxy_pass http://127.0.0.1:9000; } }`;

describe("a path that is named like a WebSocket endpoint", () => {
  test.each([
    "/ws",
    "/ws/",
    "= /ws",
    "^~ /ws/",
    "/api/ws",
    "/wss",
    "/websocket",
    "/websockets/",
    "/socket.io/",
    "/api/socket.io",
    "/sockjs-node/",
    "/sockjs",
    "/signalr",
    "/cable",
    "/faye",
    "/primus",
    "/engine.io/",
    "/websockify",
    "/xmpp-websocket",
    "/cryptpad_websocket",
    "/rtcstats-ws/",
    "/colibri-ws/default-id/",
    "/_next/webpack-hmr",
    "/__vite_hmr",
    "/wsapp/",
    "/loki/api/v1/tail",
    "~* /(api/kernels/[^/]+/channels|terminals/websocket)/?",
    "/janus/ws",
    "/chatWebsocket",
    "/WebSocket",
    "/ws2",
    "/ws/room",
    "/ws/status",
    "/api/cable",
    "/v1/socket/",
    "~ /socket$",
    "/notifications/hub",
    "/graphql/subscriptions",
    "~ ^/ws",
    "~ ^/ws.*$",
    "~ ^/ws(/.*)?$",
    "~* ^/socket.io",
    "~* ^/socket.io.*",
    "~* ^/(ws|wss)/",
    "~ ^/(?:socket\\.io|sockjs)(/|$)",
    "~ /api/v[0-9]+/(users/)?websocket$",
    "~ (/vaultwarden)?/notifications/hub",
    "~ ^/(?<room>[a-z]+)/ws$",
    "~ ^/app/\\d+/ws/?$",
  ])("%s", (location) => {
    const { intent, traffic } = intentAt(bare(location));
    expect(intent.serves).toBe("yes");
    expect(evidenceOf(intent)).toEqual([expect.stringContaining("WebSocket endpoint")]);
    expect(traffic).toBe("websocket");
  });
});

describe("a path that only holds the letters", () => {
  test.each([
    "/",
    "/news",
    "/aws",
    "/aws/s3",
    "/reviews",
    "/rows",
    "/browse",
    "/ws-trust",
    "/adfs/wsfed",
    "/ws/info",
    "/customer/ws-security/",
    "~ ^/.ws.*",
    "/browser-ws.js",
    "/flows",
    "/windows",
    "/shows/",
    "/newsletter",
    "/views",
    "/jaws",
    "/websockets.html",
    "/cables",
    "/hubspot",
    "/github",
    "/lives",
    "/caféws",
    "/api",
    "= /socket.io/socket.io.js",
    "~ \\.(js|css|ws)$",
    "~ ws",
    "~ ^/.*ws",
    "~ ^/[ws]",
    "~* \\.(?:png|html)$",
    "@backend",
  ])("%s", (location) => {
    const { intent } = intentAt(bare(location));
    expect(intent.serves).not.toBe("yes");
  });

  test.each([
    "/news",
    "/aws",
    "/reviews",
    "/rows",
    "/browse",
    "/flows",
    "/windows",
    "/shows/",
    "/github",
    "~ ws",
    "/",
  ])("%s is no evidence at all", (location) => {
    expect(intentAt(bare(location)).intent).toMatchObject({ serves: "no", signs: [] });
  });
});

describe("a name that leaves a doubt", () => {
  test.each([
    ["~ ^/(ws|api)/", "unclear"],
    ["/ws/2/", "unclear"],
    ["/api/user/", "no"],
    ["/api/app", "no"],
    ["/ws/v1", "unclear"],
    ["/ws/OrderService", "unclear"],
    ["/products/cable/", "unclear"],
    ["/electrical/sockets/", "unclear"],
    ["/cable/tv", "unclear"],
    ["/people/faye", "unclear"],
    ["/docs/websocket", "no"],
    ["/blog/websockets/", "no"],
    ["/wiki/socket.io", "no"],
    ["/hub", "unclear"],
    ["/chatHub", "yes"],
    ["/live", "unclear"],
    ["/stream", "unclear"],
    ["/live/stream", "unclear"],
    ["/events", "unclear"],
    ["/graphql", "unclear"],
    ["/subscriptions/events", "unclear"],
    ["/mqtt", "unclear"],
    ["/desk/vnc", "unclear"],
    ["/signaling/", "unclear"],
    ["/__webpack_hmr", "unclear"],
    ["/vite/", "unclear"],
    ["/signaling/health", "no"],
    ["/api/kernels/7/status", "no"],
    ["/webhook/live", "no"],
    ["/auth/push", "no"],
    ["/status/stream", "no"],
    ["/static/chat", "no"],
    ["/news/live", "no"],
    ["/live/index.m3u8", "no"],
    ["/ws/health", "no"],
    ["/ws/rest", "no"],
    ["/signalr/negotiate", "no"],
  ] as const)("%s is %s", (location, serves) => {
    expect(intentAt(bare(location)).intent.serves).toBe(serves);
  });
});

test.each([
  ["~ ^/a/b", ["/a/b"]],
  ["~ /a", ["…/a"]],
  ["~* ^/(a|b)/c?", ["/a/", "/a/c", "/b/", "/b/c"]],
  ["~ ^/x[0-9]{2,3}/.*$", ["/x…/…"]],
  ["~ ^/a\\.b\\-c\\/d", ["/a.b-c/d"]],
  ["~ ^/(?i)a(?=b)(?!c)", ["/a"]],
  ["~ ^/[.]well-known", ["/.well-known"]],
  ["~ ^/([^/]+)/ws", ["/…/ws"]],
  ["~ ^/a(b", ["…"]],
  ["~ ^/(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)", ["…"]],
])("what must stand in the path of %s", (location, paths) => {
  const [subject] = subjects(
    bare(`"${location}"`.replace(/^"(~\*?) /, '$1 "').replaceAll("\\", "\\\\")),
  );
  expect(pathsOf(subject?.level.opener ?? null).paths).toEqual(paths);
});

test("a regular expression made to take long is read", () => {
  const hostile = "(".repeat(5000) + "a?".repeat(5000) + "|b".repeat(5000) + ")*".repeat(5000);
  expect(intentAt(bare(`~ "${hostile}"`)).intent.serves).toBe("no");
});
