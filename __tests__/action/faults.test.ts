import { expect, test } from "vitest";
import { pauseAfter } from "../../src/action/client.ts";
import {
  faultOf,
  graphqlFault,
  type FaultKind,
  type GitHubFault,
  type Headers,
} from "../../src/action/faults.ts";

const now = Date.UTC(2026, 8, 1);
const inSeconds = (seconds: number): string => String(now / 1000 + seconds);

/** What Octokit throws for an answer. */
function failure(status: number, message: string, headers: Headers): Error {
  const request = { method: "GET", url: "https://api.github.com/repos/o/r" };
  const response = { status, headers, data: { message } };
  return Object.assign(new Error(message), { status, request, response });
}

test.each<[string, number, string, Headers, FaultKind, number | null]>([
  ["no permission", 403, "Resource not accessible by integration", {}, "read-only", null],
  ["a secondary limit", 403, "Slow down", { "retry-after": "3" }, "limited", 3000],
  [
    "a secondary limit without a time: a minute (docs)",
    403,
    "You have exceeded a secondary rate limit",
    {},
    "limited",
    60_000,
  ],
  [
    "a primary limit that ends soon",
    403,
    "API rate limit exceeded",
    { "x-ratelimit-remaining": "0", "x-ratelimit-reset": inSeconds(20) },
    "limited",
    20_000,
  ],
  [
    "a primary limit that ends too late to wait for",
    403,
    "API rate limit exceeded",
    { "x-ratelimit-remaining": "0", "x-ratelimit-reset": inSeconds(1800) },
    "limited",
    null,
  ],
  ["429", 429, "Too many requests", { "retry-after": "0" }, "limited", 500],
  ["5xx", 502, "Server Error", {}, "unavailable", 500],
  ["5xx with a time", 503, "Busy", { "retry-after": "7" }, "unavailable", 7000],
  ["not there", 404, "Not Found", {}, "missing", null],
  ["too large a diff", 406, "The diff exceeded", {}, "refused", null],
  ["a wrong token", 401, "Bad credentials", {}, "unauthorized", null],
])("%s: how long to wait", (_, status, message, headers, kind, pause) => {
  const fault = faultOf(failure(status, message, headers), now) as GitHubFault;
  expect(fault.kind).toBe(kind);
  expect(pauseAfter(fault, 500)).toBe(pause);
});

test.each<[string | undefined, FaultKind, number | null]>([
  [undefined, "unavailable", 500],
  ["RATE_LIMITED", "limited", 60_000],
  ["FORBIDDEN", "read-only", null],
  ["NOT_FOUND", "missing", null],
])("GraphQL's %s: how long to wait", (type, kind, pause) => {
  const fault = graphqlFault([
    { message: "Something went wrong", ...(type !== undefined && { type }) },
  ]);
  expect(fault.kind).toBe(kind);
  expect(pauseAfter(fault, 500)).toBe(pause);
});

test("an exception of our own stays what it is", () => {
  const error = new TypeError("x is undefined");
  expect(faultOf(error)).toBe(error);
  expect(pauseAfter(error, 500)).toBeNull();
});
