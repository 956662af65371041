import { expect, test } from "vitest";
import { analyse, defaultPolicy } from "../../src/core/index.ts";

/** What is said of `/ws`, and whether its handshake works, in a server with these lines. */
function said(lines: string): readonly [rules: readonly string[], strict: string | undefined] {
  const text = `events {}
http {
    server {
        listen 80;
        server_name a.test;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection upgrade;
        proxy_set_header Host $host;
        proxy_read_timeout 1h;
        location /ws {
            auth_request /ws/auth;
            proxy_pass http://127.0.0.1:3000;
        }
        ${lines}
    }
}
`;
  const files = { list: () => ["nginx.conf"], read: () => text };
  const { findings, locations } = analyse(files, { policy: defaultPolicy });
  const own = findings.filter(({ rule }) => rule === "subrequest-upgrade");
  const verdict = locations.find(({ name }) => name.name === "/ws")?.verdict;
  return [own.map(({ rule }) => rule), verdict?.strict];
}

test.each<[title: string, lines: string, rules: readonly string[], strict: string]>([
  ["its own location, as far as we see", "", [], "unknown"],
  [
    "one that is a handshake too",
    "location = /ws/auth { proxy_pass http://127.0.0.1:3000; }",
    ["subrequest-upgrade"],
    "breaks",
  ],
  ["a location that answers itself", "location = /ws/auth { return 204; }", [], "works"],
  [
    "the page for that answer",
    "error_page 403 = @page; location = /ws/auth { return 403; } location @page { proxy_pass http://127.0.0.1:3000; }",
    ["subrequest-upgrade"],
    "breaks",
  ],
])("a subrequest goes where nginx sends it: %s", (_, lines, rules, strict) => {
  expect(said(lines)).toEqual([rules, strict]);
});
