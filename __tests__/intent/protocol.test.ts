import { describe, expect, test } from "vitest";
import type { Intent } from "../../src/core/intent/serves.ts";
import { intentAt } from "./subject.ts";

const upgrade = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;";
const socket = (path: string, pass = "http://b"): string =>
  `server {\nlocation ${path} { proxy_pass ${pass}; ${upgrade} }\n}`;

describe("the protocol", () => {
  test.each<[title: string, text: string, protocol: Intent["protocol"]]>([
    ["a path", socket("/socket.io/"), "socket.io"],
    ["a path without the dot", socket("/socketio/"), "socket.io"],
    ["a pattern", socket("~ ^/socket\\.io/"), "socket.io"],
    ["a pattern whose dot was meant as one", socket("~* ^/socket.io"), "socket.io"],
    ["a pattern with others", socket("~ ^/(ws|socket\\.io)/"), "socket.io"],
    ["a named location", socket("@socket.io"), "socket.io"],
    ["a path of SockJS", socket("/sockjs-node"), "sockjs"],
    ["a path of SignalR", socket("/api/signalr"), "signalr"],
    ["a path of Phoenix", socket("/live/websocket"), "phoenix"],
    ["a path of Phoenix in a folder", socket("/shop/live/websocket"), "phoenix"],
    ["the upstream's path", socket("/chat/", "http://b/socket.io/"), "socket.io"],
    ["the upstream's name", socket("/ws", "http://signalr-backend"), "signalr"],
    [
      "a server of the upstream",
      `upstream b { server sockjs:80; }\n${socket("/ws", "http://b")}`,
      "sockjs",
    ],
    ["known software", socket("/", "http://uptime-kuma:3001"), "socket.io"],
    ["a path that says nothing", socket("/ws"), null],
    ["another host", socket("/ws", "http://websocket.io"), null],
    ["a path of /live alone", socket("/live/websockets"), null],
    ["a comment", socket("/ws").replace("location", "# Socket.IO\nlocation"), null],
    [
      "a place",
      socket("/ws").replace("location", "# WebSocket for Phoenix office\nlocation"),
      null,
    ],
    [
      "a server's name",
      socket("/ws").replace("location", "server_name signalr.a.org;\nlocation"),
      null,
    ],
  ])("%s", (_, text, protocol) => {
    expect(intentAt(text).intent.protocol).toBe(protocol);
  });

  test("of the location that handshakes are rewritten to", () => {
    const text = `server {\nlocation = /socket.io/ { rewrite ^ /io last; }\nlocation /io { proxy_pass http://b; }\n}`;
    expect(intentAt(text, "/io").intent).toMatchObject({ serves: "yes", protocol: "socket.io" });
  });

  test.each(["/socket.io/", "wss://app.example.com/socket.io/"])(
    "of an endpoint that the policy names: %s",
    (endpoint) => {
      const text = `server { server_name app.example.com; location / { proxy_pass http://b; } }`;
      const { intent } = intentAt(text, undefined, { policy: { endpoints: [endpoint] } });
      expect(intent).toMatchObject({ serves: "yes", protocol: "socket.io" });
    },
  );
});

describe("the application", () => {
  test.each<[title: string, text: string, application: string | null]>([
    ["a path of its own", socket("/live/websocket"), "Phoenix LiveView"],
    ["the upstream's name", socket("/", "http://grafana:3000"), "Grafana"],
    ["its port and path", socket("/mqtt", "http://127.0.0.1:9001"), "Mosquitto"],
    ["its port alone", socket("/", "http://127.0.0.1:7681"), null],
    [
      "a comment",
      socket("/", "http://127.0.0.1:80").replace("location", "# code-server\nlocation"),
      null,
    ],
    ["nothing", socket("/ws"), null],
  ])("%s", (_, text, application) => {
    expect(intentAt(text).intent.application).toBe(application);
  });
});

describe("the signs", () => {
  test("are all there, with their weights", () => {
    const text = socket("/ws").replace("upgrade; }", "upgrade; proxy_read_timeout 1h; internal; }");
    expect(intentAt(text).intent.signs.map(({ kind, weight }) => [kind, weight])).toEqual([
      ["name", "strong"],
      ["own-headers", "strong"],
      ["own-headers", "strong"],
      ["timeout", "weak"],
      ["hint", "against"],
    ]);
  });

  test("stand behind what is declared", () => {
    const text = socket("/ws").replace("location", "# nginx-websocket-guard: http\nlocation");
    const { serves, signs } = intentAt(text).intent;
    expect(serves).toBe("no");
    expect(signs.map(({ weight }) => weight)).toEqual(["declared", "strong", "strong", "strong"]);
  });
});
