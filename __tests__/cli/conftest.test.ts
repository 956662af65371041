import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { folderWith, guard } from "./program.ts";

const files = {
  "nginx/nginx.conf": `events {}
http {
    proxy_read_timeout 2h;
    include conf.d/*.conf;
}
`,
  "nginx/conf.d/chat.conf": `server {
    listen 80;
    server_name chat.example.com;
    proxy_http_version 1.1;
    proxy_set_header Authorization "Basic c2VjcmV0";

    location = /ws {
        include snippets/websocket.conf;
        proxy_pass http://user:hunter2@10.0.0.5:8080;
    }

    location / {
        proxy_pass http://10.0.0.6;
    }

    location /rpc {
        grpc_pass grpc://10.0.0.7;
    }
}
`,
  "nginx/snippets/websocket.conf": `proxy_set_header upgrade $http_upgrade;
proxy_set_header Connection "upgrade";
proxy_set_header Host $host;
proxy_set_header X-Trace a;
proxy_set_header X-Trace b;
`,
};

interface Input {
  readonly locations: readonly Readonly<Record<string, unknown>>[];
}

function inputOf(texts: Readonly<Record<string, string>>): { text: string; input: Input } {
  const { stdout, stderr } = guard(folderWith(texts), ["check", "--format", "conftest"]);
  expect(stderr).toBe("");
  return { text: stdout, input: JSON.parse(stdout) };
}

test("each location with the directives in force, as written, and where they come from", () => {
  const { text, input } = inputOf(files);
  const snippet = "nginx/snippets/websocket.conf";
  expect(input.locations).toMatchObject([
    {
      path: "/ws",
      server: "chat.example.com",
      file: "nginx/conf.d/chat.conf",
      line: 7,
      proxy_http_version: "1.1",
      proxy_read_timeout: "2h",
      proxy_send_timeout: null,
      proxy_set_header: {
        Upgrade: "$http_upgrade",
        Connection: "upgrade",
        Host: "$host",
        "X-Trace": ["a", "b"],
      },
      provenance: {
        proxy_http_version: { file: "nginx/conf.d/chat.conf", line: 4, level: "server" },
        proxy_read_timeout: { file: "nginx/nginx.conf", line: 3, level: "http" },
        proxy_send_timeout: null,
        proxy_set_header: {
          Upgrade: { file: snippet, line: 1, level: "location" },
          "X-Trace": [
            { file: snippet, line: 4, level: "location" },
            { file: snippet, line: 5, level: "location" },
          ],
        },
      },
      unknown: [],
      websocket: { serves: "yes" },
      handshake: { strict: "works", lenient: "works" },
    },
    { path: "/", websocket: { serves: "unclear" } },
  ]);
  expect(input.locations).toHaveLength(2);
  expect(Object.keys(Object(input.locations[0]).proxy_set_header)).not.toContain("Authorization");
  expect(text).not.toMatch(/c2VjcmV0|hunter2/);
});

test("what stands in a place that nobody shows is named as unknown", () => {
  const texts = {
    "app.conf": `server {\n    include /etc/app/*.conf;\n    location /ws { proxy_pass http://10.0.0.5; }\n}\n`,
  };
  const [location] = inputOf(texts).input.locations;
  expect(location).toMatchObject({ proxy_http_version: null, proxy_set_header: {} });
  expect(location?.["unknown"]).toContainEqual(expect.stringMatching(/^proxy_set_header: /));
});

test("the example policy reads what the input has", () => {
  const policy = readFileSync("examples/conftest/websocket.rego", "utf8");
  const [location] = inputOf(files).input.locations;
  const paths = Array.from(
    policy.matchAll(/\b(?:location|origin)\.([a-z_]+(?:\.[a-z_]+)*)/g),
    ([whole]) => whole.replace(/^origin/, "location.provenance.proxy_read_timeout"),
  );
  const missing = paths.filter((path) => {
    let at: unknown = { location };
    for (const key of path.split(".")) {
      if (!Object.hasOwn(Object(at), key)) {
        return true;
      }
      at = Object(at)[key];
    }
    return false;
  });
  expect(paths.length).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});
