import { expect, test } from "vitest";
import { joinRequests } from "../../src/core/request/join.ts";
import type { UpstreamRequest } from "../../src/core/request/exchange.ts";

function request(...headers: readonly (readonly [name: string, value: string])[]): UpstreamRequest {
  return {
    method: "GET",
    uri: "/",
    address: "http://backend",
    httpVersion: "1.1",
    httpVersionFrom: null,
    headers: headers.map(([name, value]) => ({ name, value, origin: { from: "client" } })),
    body: null,
    hidden: null,
  };
}

function joined(oldest: UpstreamRequest, newest: UpstreamRequest): readonly string[] {
  return joinRequests(oldest, newest, "it differs").headers.map(({ name, value }) =>
    typeof value === "string" ? `${name}: ${value}` : `${name}: ${value.text}?`,
  );
}

test("lines of one name are joined in their order, and what only one sends is unknown", () => {
  const oldest = request(["X-A", "1"], ["Host", "h"], ["x-a", "2"], ["X-B", "3"], ["X-A", "4"]);
  const newest = request(["Host", "h"], ["X-A", "1"], ["X-A", "0"], ["X-C", "5"]);
  expect(joined(oldest, newest)).toEqual([
    "Host: h",
    "X-A: 1",
    "X-A: 0?",
    "X-C: 5?",
    "X-B: 3?",
    "X-A: 4?",
  ]);
});

test("each line of a thousand is read as often as each of ten", () => {
  let reads = 0;
  const counted = (count: number): UpstreamRequest => {
    const plain = request();
    const header = (index: number): UpstreamRequest["headers"][number] => ({
      get name() {
        reads++;
        return `X-${index}`;
      },
      value: "",
      origin: { from: "client" },
    });
    return { ...plain, headers: Array.from({ length: count }, (_, index) => header(index)) };
  };
  const readsPerLine = [10, 1000].map((count) => {
    reads = 0;
    const newest = counted(count);
    joinRequests(counted(count), { ...newest, headers: newest.headers.toReversed() });
    return reads / count;
  });
  expect(readsPerLine[1]).toBe(readsPerLine[0]);
});
