import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

test("a name that no scenario has is an error that says what was expected", () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["scripts/scenarios.ts", "met by the three"],
    { encoding: "utf8" },
  );
  expect(status).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain(
    'No scenario\'s name holds "met by the three": expected a part of a name',
  );
});
