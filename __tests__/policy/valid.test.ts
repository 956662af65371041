import { describe, expect, test } from "vitest";
import { loadPolicy } from "../../src/core/policy-file/load.ts";
import type { Policy } from "../../src/core/policy/policy.ts";
import { schemaFaults } from "./schema.ts";
import { defaultPolicy } from "../../src/core/policy-file/schema.ts";

function policyOf(text: string): Policy {
  const read = loadPolicy(text, "policy.yml");
  if ("problems" in read) {
    throw new Error(read.problems.map(({ message }) => message).join("\n"));
  }
  // Editors shall not complain of what is right.
  expect(schemaFaults(text)).toEqual([]);
  return read.policy;
}

test("a file that says everything", () => {
  const text = `
profile: enterprise             # basic | recommended | enterprise | hardened
nginx-version: "1.27"
files: ["deploy/nginx/**"]
ignore: ["**/examples/**"]
roots: [deploy/nginx/nginx.conf]
prefixes: { /etc/nginx/: deploy/nginx/ }
endpoints:
  - wss://api.example.com/ws
  - /socket.io/
locations:
  - match: { path: /news }
    websocket: false
  - match: { path: "~ ^/room", server: chat.example.com, file: deploy/nginx/chat.conf }
    websocket: on
rules:
  idle-timeout: { severity: error, minimum: 1h30m }
  origin-check: off
  host-header: notice
suggestion:
  connection: map
  upgrade: websocket-only
silences: head
markdown: true
`;
  expect(policyOf(text)).toEqual({
    profile: "enterprise",
    nginxVersion: "1.27",
    files: ["deploy/nginx/**"],
    ignore: ["**/examples/**"],
    roots: ["deploy/nginx/nginx.conf"],
    prefixes: new Map([["/etc/nginx", "deploy/nginx"]]),
    endpoints: ["wss://api.example.com/ws", "/socket.io/"],
    locations: [
      { path: "/news", server: null, file: null, websocket: false },
      {
        path: "~ ^/room",
        server: "chat.example.com",
        file: "deploy/nginx/chat.conf",
        websocket: true,
      },
    ],
    rules: new Map([
      ["idle-timeout", { severity: "error", options: { minimum: 5_400_000 } }],
      ["origin-check", { severity: "off", options: {} }],
      ["host-header", { severity: "notice", options: {} }],
    ]),
    suggestion: { connection: "map", upgrade: "websocket-only" },
    silences: "head",
    markdown: true,
  });
});

test.each([
  ["", "nothing"],
  ["\n", "a blank line"],
  ["# all defaults\n", "a comment"],
  ["---\n", "a document's start"],
  ["---\n...\n", "a document's start and end"],
  ["{}", "an empty map"],
  ["\uFEFF", "a byte order mark"],
  ["~", "null"],
  ["rules:\nfiles:\nendpoints:\nprefixes:\nlocations:\nsuggestion:\n", "keys without values"],
  ["files: []\nrules: {}", "empty values"],
])("%j (%s) is the default policy", (text) => {
  expect(policyOf(text)).toEqual(defaultPolicy);
});

describe("ways to write the same", () => {
  test.each([
    ["nginx-version: 1.30", "1.30"],
    ["nginx-version: 1.20.0", "1.20.0"],
    ["nginx-version: '1.27'", "1.27"],
    ["nginx-version: !!str 1.27", "1.27"],
  ])("%s", (text, nginxVersion) => {
    expect(policyOf(text)).toEqual({ ...defaultPolicy, nginxVersion });
  });

  test.each([
    ["idle-timeout: { minimum: 120 }", { severity: null, options: { minimum: 120_000 } }],
    ["idle-timeout: { minimum: 500ms }", { severity: null, options: { minimum: 500 } }],
    ["idle-timeout: { minimum: 1h 30m }", { severity: null, options: { minimum: 5_400_000 } }],
    ["idle-timeout:\n    severity: off", { severity: "off", options: {} }],
    ["idle-timeout: error", { severity: "error", options: {} }],
  ])("rules: %s", (text, setting) => {
    expect(policyOf(`rules:\n  ${text}`).rules.get("idle-timeout")).toEqual(setting);
  });

  test("CRLF line endings and an anchor", () => {
    const text =
      "rules:\r\n  idle-timeout: &strict\r\n    severity: error\r\n  host-header: *strict\r\n";
    expect(policyOf(text).rules).toEqual(
      new Map([
        ["idle-timeout", { severity: "error", options: {} }],
        ["host-header", { severity: "error", options: {} }],
      ]),
    );
  });

  test("globs that exclude, extend and choose", () => {
    const files = ["!**/test/**", "conf.d/*.{conf,inc}", "sites/[a-z]?/**", ".nginx/*"];
    expect(policyOf(`files: ${JSON.stringify(files)}`).files).toEqual(files);
  });
});
