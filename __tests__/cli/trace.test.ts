import { describe, expect, test } from "vitest";
import { folderWith, guard } from "./program.ts";

const folder = folderWith({
  "nginx/nginx.conf": `events {}
http {
    include conf.d/*.conf;
}
`,
  "nginx/conf.d/app.conf": `map $http_upgrade $connection_upgrade {
    default upgrade;
    '' close;
}
server {
    listen 80;
    server_name api.example.com;
    location / {
        return 404;
    }
    location /ws {
        proxy_pass http://backend;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header Host $host;
    }
    location /old/ {
        proxy_pass http://backend;
    }
}
`,
});

/** The trace as JSON, and whether the program ends as for a handshake that works. */
function traced(...args: readonly string[]): unknown {
  const { status, stdout, stderr } = guard(folder, ["trace", ...args, "--format", "json"]);
  expect(stderr).toBe("");
  return { ...JSON.parse(stdout), exit: status };
}

describe("trace --format json has the shape that DESIGN.md fixes", () => {
  test("a handshake that works", () => {
    const result = traced("nginx/nginx.conf", "ws://api.example.com/ws?room=1");
    expect(result).toEqual({
      exit: 0,
      version: 1,
      outcome: "proxied",
      status: null,
      configErrors: [],
      location: { file: "nginx/conf.d/app.conf", line: 11, name: "/ws" },
      steps: expect.arrayContaining([expect.stringContaining("/ws")]),
      upstream: {
        method: "GET",
        uri: "/ws?room=1",
        address: "http://backend",
        httpVersion: "1.1",
        headers: expect.arrayContaining([
          ["Host", "api.example.com"],
          ["Upgrade", "websocket"],
          ["Connection", "upgrade"],
        ]),
      },
      verdict: { strict: "works", lenient: "works", firefox: "works", reasons: [] },
      idleTimeoutMs: 60_000,
      reusesUpstreamConnection: false,
      websocket: {
        serves: "yes",
        evidence: [
          "the path /ws is named like a WebSocket endpoint",
          "this location sets Upgrade to $http_upgrade",
        ],
      },
    });
  });

  test("a handshake that breaks, by path and host", () => {
    const args = ["nginx/nginx.conf", "--path", "/old/ws", "--host", "api.example.com"];
    expect(traced(...args, "--nginx-version", "1.22.1")).toMatchObject({
      exit: 1,
      outcome: "proxied",
      verdict: {
        strict: "breaks",
        lenient: "breaks",
        reasons: ["upgrade-header", "connection-header", "http-version"],
      },
      upstream: { httpVersion: "1.0" },
    });
  });

  test("the slash that nginx adds, an answer of its own, and a plain request", () => {
    expect(traced("nginx/nginx.conf", "ws://api.example.com/old")).toMatchObject({
      exit: 1,
      outcome: "answered",
      status: 301,
      upstream: null,
    });
    expect(traced("nginx/nginx.conf", "http://api.example.com/x")).toMatchObject({
      outcome: "answered",
      status: 404,
    });
    const plain = ["nginx/nginx.conf", "http://api.example.com/ws", "--request", "plain"];
    expect(traced(...plain, "--header", "X-Given: 1")).toMatchObject({
      exit: 0,
      outcome: "proxied",
      verdict: null,
      upstream: {
        headers: expect.arrayContaining([
          ["Connection", "close"],
          ["X-Given", "1"],
        ]),
      },
    });
  });

  test("a file that nginx refuses, whatever its name", () => {
    const broken = folderWith({
      "a.txt": "http { server { listen 80; location / { proxy_pass ws://b; } } }\n",
    });
    const { status, stdout } = guard(broken, ["trace", "a.txt", "ws://x/", "--format", "json"]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: "config-error",
      configErrors: [{ message: "invalid URL prefix", file: "a.txt", line: 1 }],
      upstream: null,
      verdict: { strict: "breaks", lenient: "breaks" },
    });
  });
});

test("as text: the way, the request, the verdict", () => {
  const { status, stdout } = guard(folder, [
    "trace",
    "nginx/nginx.conf",
    "wss://api.example.com/ws",
  ]);
  expect(status).toBe(0);
  expect(stdout).toContain("  1. ");
  expect(stdout).toContain("What reaches http://backend:\n    GET /ws HTTP/1.1\n");
  expect(stdout).toContain("    Upgrade: websocket\n");
  expect(stdout).toContain("The WebSocket handshake is accepted.\n");
});

test.each<[string, readonly string[], string]>([
  ["no file", [], "trace expects a FILE and a URL, such as nginx.conf wss://chat.example.com/ws."],
  ["no URL", ["nginx/nginx.conf"], "trace expects a URL, or --path."],
  [
    "a URL without its file",
    ["ws://localhost/ws"],
    "trace expects a file before the URL, as in: trace nginx.conf ws://localhost/ws",
  ],
  ["a wrong scheme", ["nginx/nginx.conf", "wsx://a/"], "Did you mean ws://?"],
  [
    "a wrong header",
    ["nginx/nginx.conf", "ws://a/", "--header", "x"],
    "--header is x: expected 'Name: value'.",
  ],
  ["both forms", ["nginx/nginx.conf", "ws://a/", "--path", "/"], "leave one of them out"],
  [
    "a folder",
    ["nginx", "ws://a/"],
    "nginx is not a plain file: trace expects one such as nginx.conf.",
  ],
])("wrong usage: %s", (_, args, message) => {
  const { status, stdout, stderr } = guard(folder, ["trace", ...args]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(message);
});
