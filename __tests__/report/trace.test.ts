import { describe, expect, test } from "vitest";
import {
  defaultPolicy,
  type FileTrace,
  traceFile,
  traceJson,
  traceText,
} from "../../src/core/index.ts";

const upgrade = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;";

function traced(locations: string, target: string): FileTrace {
  const text = `events {}\nhttp { server { listen 80;\n${locations}\n} }\n`;
  const files = { list: () => ["nginx.conf"], read: () => text };
  const asked = { probe: "websocket", scheme: null, host: null, port: null, target } as const;
  const result = traceFile(files, "nginx.conf", asked, defaultPolicy);
  if (result === null) {
    throw new Error("this is a configuration");
  }
  return result;
}

function json(result: FileTrace): unknown {
  return JSON.parse(traceJson(result));
}

describe("a trace says why the location counts as WebSocket", () => {
  test("with every sign, strongest first", () => {
    const result = traced(
      `location /ws { proxy_pass http://b; proxy_read_timeout 1h; ${upgrade} internal; }
       location / { rewrite ^ /ws last; }`,
      "/a",
    );
    expect(traceText(result)).toContain(`
The location counts as WebSocket:
    strong    the path /ws is named like a WebSocket endpoint
    strong    this location sets Upgrade to $http_upgrade
    strong    this location sets Connection to upgrade
    weak      proxy_read_timeout is 1h
    against   the location is internal
`);
    expect(json(result)).toMatchObject({
      websocket: {
        serves: "yes",
        evidence: [
          "the path /ws is named like a WebSocket endpoint",
          "this location sets Upgrade to $http_upgrade",
          "proxy_read_timeout is 1h",
        ],
      },
    });
  });

  test("or that it is unclear, with what speaks against it", () => {
    const result = traced(`location /static/ { proxy_pass http://b; ${upgrade} }`, "/static/a");
    expect(traceText(result)).toContain(`
Whether the location serves WebSockets is unclear:
    strong    this location sets Upgrade to $http_upgrade
    strong    this location sets Connection to upgrade
    against   "static" in the path /static/ names another purpose
`);
    expect(json(result)).toMatchObject({
      websocket: {
        serves: "unclear",
        evidence: [
          "this location sets Upgrade to $http_upgrade",
          'but "static" in the path /static/ names another purpose',
        ],
      },
    });
  });

  test("or that it does not", () => {
    const weak = traced("location /live/docs { proxy_pass http://b; }", "/live/docs");
    expect(traceText(weak)).toContain(`
The location does not count as WebSocket:
    weak      the path /live/docs has "live" in its name
    against   "docs" in the path /live/docs names another purpose
`);
    const none = traced("location /shop { proxy_pass http://b; }", "/shop");
    expect(traceText(none)).toContain(
      "\nThe location does not count as WebSocket: nothing speaks for it.\n",
    );
    expect(json(none)).toMatchObject({ websocket: { serves: "no", evidence: [] } });
  });

  test("with what is declared first, and the signs behind it", () => {
    const result = traced(
      `# nginx-websocket-guard: http\nlocation /ws { proxy_pass http://b; }`,
      "/ws",
    );
    expect(traceText(result)).toContain(`
The location does not count as WebSocket:
    declared  the comment in line 3 says that this location serves no WebSockets
    strong    the path /ws is named like a WebSocket endpoint
`);
    expect(json(result)).toMatchObject({
      websocket: {
        serves: "no",
        evidence: ["the comment in line 3 says that this location serves no WebSockets"],
      },
    });
  });

  test("of an if that takes on its location's pass", () => {
    const result = traced(
      `location /ws { proxy_pass http://b; if ($http_upgrade) { set $a 1; } }`,
      "/ws",
    );
    expect(traceText(result)).toContain("the path /ws is named like a WebSocket endpoint");
  });

  test("and nothing where nothing is proxied, nor a secret", () => {
    const answered = traced("location /ws { return 404; }", "/ws");
    expect(traceText(answered)).not.toContain("count");
    expect(json(answered)).toMatchObject({ websocket: null });
    const secret = traced(
      "# websocket password=hunter2secret\nlocation /x { proxy_pass http://b; }",
      "/x",
    );
    expect(traceText(secret)).toContain("the comment above it says");
    expect(traceText(secret) + traceJson(secret)).not.toContain("hunter2secret");
  });
});
