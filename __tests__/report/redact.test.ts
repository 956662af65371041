import { describe, expect, test } from "vitest";
import { redact } from "../../src/core/report/redact.ts";

describe("redact hides", () => {
  test.each([
    [
      'proxy_set_header Authorization "Basic c2VjcmV0";',
      'proxy_set_header Authorization "Basic ***";',
    ],
    ["proxy_set_header X-Api-Key s3cr3t;", "proxy_set_header X-Api-Key ***;"],
    ["Authorization: Bearer abc.def", "Authorization: Bearer ***"],
    ['auth_basic "Ask Bob";', 'auth_basic "***";'],
    ["proxy_pass https://user:password@host/;", "proxy_pass https://***@host/;"],
    ["Host: admin:pw@10.0.0.5", "Host: ***@10.0.0.5"],
    ["proxy_set_header Host admin:pw@10.0.0.5;", "proxy_set_header Host ***@10.0.0.5;"],
    ['if ($arg_token = "s3cr3t")', 'if ($arg_token = "***")'],
    ["secure_link_secret s3cr3t;", "secure_link_secret ***;"],
    [`x ghp_${"a".repeat(36)} y`, "x *** y"],
  ])("%s", (text, expected) => {
    expect(redact(text)).toBe(expected);
    expect(redact(expected)).toBe(expected);
  });
});

test.each([
  "proxy_set_header Authorization $http_authorization;",
  "proxy_set_header Sec-WebSocket-Key $http_sec_websocket_key;",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "auth_basic off;",
  "proxy_cache_key $scheme$host;",
  "proxy_pass http://backend;",
  "proxy_pass http://unix:/run/app.sock:/ws@1;",
  "listen [::]:443; # ask ops@example.com",
])("redact leaves alone: %s", (text) => {
  expect(redact(text)).toBe(text);
});

test("redact comes to an end with hostile text", () => {
  for (const part of [
    "token=",
    "a://",
    "a:b:",
    " a:",
    '"\\',
    "authorization: ",
    "-----BEGIN PRIVATE KEY-----",
  ]) {
    expect(redact(part.repeat(200_000 / part.length))).not.toBe("");
  }
});
