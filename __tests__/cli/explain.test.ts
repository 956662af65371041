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

test.each(["check", "review", "trace", "explain", "init"])("%s has help of its own", (command) => {
  const { status, stdout, stderr } = guard(folder, [command, "--help"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(new RegExp(`^nginx-websocket-guard ${command}\\b`));
  expect(guard(folder, ["help", command]).stdout).toBe(stdout);
  // Each flag that it names is one that it takes.
  for (const [, flag = "", value] of stdout.matchAll(/^ {2}--([\w-]+)( \S+)? {2}/gm)) {
    const { stderr: complaint } = guard(folder, [command, `--${flag}${value ? "=" : "=x"}`]);
    expect(complaint).not.toContain("has no flag");
    expect(complaint.includes("takes no value")).toBe(value === undefined);
  }
});

test("help for a command that is not there names the nearest", () => {
  expect(guard(folder, ["help", "chekc"]).stderr).toContain("Did you mean check?");
  expect(guard(folder, ["--help", "check"]).stdout).toContain("check [PATH…]");
});
