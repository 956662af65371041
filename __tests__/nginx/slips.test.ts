import { expect, test } from "vitest";
import { slipOf } from "../../src/core/nginx/slips.ts";

test.each([
  ["proxy_set_headr", "proxy_set_header", "letters"],
  ["proxy_set_headers", "proxy_set_header", "letters"],
  ["proxy_pas", "proxy_pass", "letters"],
  ["locaton", "location", "letters"],
  ["lsten", "listen", "letters"],
  ["proxy_read_timout", "proxy_read_timeout", "letters"],
  ["Proxy_Pass", "proxy_pass", "case"],
  ["\u200bproxy_pass", "proxy_pass", "invisible"],
  ["proxy_set_header\u00a0X-A", "proxy_set_header", "invisible"],
])("%j is %s misspelt", (name, meant, how) => {
  expect(slipOf(name).slip).toEqual({ meant, how });
});

test.each([
  "subs_filter",
  "brotli_types",
  "more_set_headers",
  "geoip2",
  "upload_pass",
  "status",
  "match",
  "check",
  "feedback",
  "our_own_module",
])("%s may well be a module's", (name) => {
  expect(slipOf(name).slip).toBeNull();
});
