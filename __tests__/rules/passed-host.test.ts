import { expect, test } from "vitest";
import { isNear } from "../../src/core/rules/passed-host.ts";

// RFC 1918: of 172.0.0.0/8 only 172.16.0.0/12 is private.
test.each([
  ["172.15.255.255", false],
  ["172.16.0.1", true],
  ["172.31.255.254", true],
  ["172.32.0.1", false],
  ["172.100.0.1", false],
  ["10.0.0.1:8080", true],
  ["11.0.0.1", false],
  ["192.168.1.1", true],
  ["192.169.1.1", false],
  ["127.0.0.1", true],
  ["[::1]:80", true],
  ["[fd00::1]", true],
  ["[2001:db8::1]", false],
  ["backend", true],
  ["realtime.example.net", false],
])("%s belongs to the same people: %s", (host, expected) => {
  expect(isNear(host)).toBe(expected);
});
