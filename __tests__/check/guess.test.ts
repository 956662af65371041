import { expect, test } from "vitest";
import { analyse, defaultPolicy } from "../../src/core/index.ts";

test("what is mended at one place is not what is only said of a location that may serve WebSockets", () => {
  const texts: Readonly<Record<string, string>> = {
    "snippets/proxy.conf": `proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection "upgrade";
proxy_set_header Host $proxy_host;
`,
    "nginx.conf": `events {}
http {
    map $http_upgrade $connection_upgrade {
        default upgrade;
        '' '';
    }
    server {
        listen 80;
        server_name a.test;
        location /ws/ {
            include snippets/proxy.conf;
            proxy_pass http://127.0.0.1:3000;
        }
        location /app/ {
            include snippets/proxy.conf;
            proxy_pass http://127.0.0.1:3000;
        }
    }
}
`,
  };
  const files = { list: () => Object.keys(texts), read: (path: string) => texts[path] };
  const { findings, groups } = analyse(files, { policy: defaultPolicy });
  const group = groups.find(({ findings: [first] }) => first?.rule === "hardcoded-upgrade");
  expect(group?.findings.map(({ rule, commentable }) => [rule, commentable])).toEqual([
    ["hardcoded-upgrade", false],
    ["host-header", true],
  ]);
  expect(group?.fix(() => true)?.edits.map(({ text }) => text)).toEqual(["$host"]);
  expect(findings.find(({ rule }) => rule === "host-header")?.fix?.safety).toBe("safe");
});
