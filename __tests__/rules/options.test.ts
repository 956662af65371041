import { describe, expect, test } from "vitest";
import { analyse, defaultPolicy, type Finding } from "../../src/core/index.ts";

function location(name: string, timeout: string): string {
  return `server {
    listen 80;
    server_name www.example.com;

    location ${name} {
        proxy_pass http://127.0.0.1:8080;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        ${timeout}
    }
}
`;
}

function idleTimeout(text: string, setting: object): Finding[] {
  const rules = new Map([["idle-timeout", { severity: null, options: {}, ...setting }]]);
  const files = { read: () => text, list: () => ["conf.d/site.conf"] };
  const { findings } = analyse(files, { policy: { ...defaultPolicy, rules } });
  return findings.filter(({ rule }) => rule === "idle-timeout");
}

describe("idle-timeout in the policy", () => {
  const hour = 3_600_000;

  test.each([
    ["an hour is enough by default", "proxy_read_timeout 1h;", {}, []],
    ["a longer minimum", "proxy_read_timeout 1h;", { options: { minimum: 2 * hour } }, ["warning"]],
    ["the minimum itself is enough", "proxy_read_timeout 1h;", { options: { minimum: hour } }, []],
    [
      "a shorter minimum than 60 s",
      "proxy_read_timeout 45s;",
      { options: { minimum: 30_000 } },
      [],
    ],
    ["another severity", "proxy_read_timeout 60s;", { severity: "error" }, ["error"]],
    ["0 expires at once", "proxy_read_timeout 0;", {}, ["error"]],
    ["off", "proxy_read_timeout 1s;", { severity: "off" }, []],
    ["a time that nginx does not know", "proxy_read_timeout 1.5h;", {}, []],
    ["a variable that is not known", "include timeouts.conf;", {}, []],
  ])("%s", (_, timeout, setting, severities) => {
    const found = idleTimeout(location("/ws", timeout), setting);
    expect(found.map(({ severity }) => severity)).toEqual(severities);
  });

  test("the suggestion is as long as the minimum", () => {
    const [finding] = idleTimeout(location("/ws", ""), { options: { minimum: 2 * hour } });
    expect(finding?.fix?.edits.map(({ text }) => text.trim().split("\n")[0])).toEqual([
      "proxy_read_timeout 7200s;",
    ]);
  });
});
