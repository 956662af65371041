import { expect, test } from "vitest";
import { play } from "./play.ts";
import { scenarios } from "./table.ts";

test.concurrent.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  "%s",
  { timeout: 120_000 },
  async (_, scenario) => {
    expect(await play(scenario)).toEqual([]);
  },
);

test("names are told apart", () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
});
