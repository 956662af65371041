import { expect, test } from "vitest";
import { analyse, defaultPolicy } from "../../src/core/index.ts";

test("the policy's severity makes no comment of a notice that is for the summary alone", () => {
  const text = `server {
    listen 80;
    server_name www.example.com;

    location /ws {
        proxy_pass http://realtime.example.net;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_read_timeout 3600s;
    }
}
`;
  const files = { read: () => text, list: () => ["conf.d/site.conf"] };
  const rules = new Map([["host-header", { severity: "error" as const, options: {} }]]);
  const { findings } = analyse(files, { policy: { ...defaultPolicy, rules } });
  expect(findings).toMatchObject([{ rule: "host-header", severity: "notice", commentable: false }]);
});
