import { expect, test } from "vitest";
import { folderWith, guard } from "./program.ts";

const folder = folderWith({});

test("explain without a rule lists every rule, and each has a page", () => {
  const { status, stdout } = guard(folder, ["explain"]);
  expect(status).toBe(0);
  const rules = stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "");
  expect(rules).toContain("upgrade-header");
  for (const rule of rules) {
    const page = guard(folder, ["explain", rule]);
    expect(page.status, rule).toBe(0);
    expect(page.stdout, rule).toContain(rule);
  }
});

test("without a command the usage goes to standard error; with --help to standard output", () => {
  expect(guard(folder, [])).toMatchObject({ status: 2, stdout: "" });
  const { status, stdout } = guard(folder, ["--help"]);
  expect(status).toBe(0);
  expect(stdout).toContain("trace FILE URL");
});
