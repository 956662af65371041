import { describe, expect, test } from "vitest";
import { absent } from "../syntax/corpus.ts";
import { measureRepairs } from "./repairs.ts";

describe.skipIf(absent)(`repairs that people published${absent}`, () => {
  test("four of five causes that a file shows are named, and none any more once it is repaired", () => {
    const { named, visible, misses, falseClaims } = measureRepairs();
    expect(visible).toBeGreaterThan(40);
    expect(named / visible).toBeGreaterThanOrEqual(0.8);
    expect(misses.filter((each) => each.startsWith("named after"))).toEqual([]);
    expect(falseClaims).toEqual([]);
  });
});
