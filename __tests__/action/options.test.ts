import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { branchEvent, mergeGroupEvent, pushEvent } from "../github/events.ts";
import type { Files } from "../github/git.ts";
import { nginx, pass, siteOf, upgrade } from "./configurations.ts";
import { printed, scenario, writes } from "./scenario.ts";

const policyPath = ".github/nginx-websocket-guard.yml";
const broken = { base: nginx.complete, head: nginx.broken };
/** Upgrades, but a quiet connection is closed after nginx's 60 s. */
const short = siteOf(...upgrade.slice(0, 4), pass);
const warned = { base: nginx.complete, head: { [nginx.path]: short } };

function file(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "action-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "made", name);
}

describe("fail-on", () => {
  test.each([
    ["error", broken, 1],
    ["never", broken, 0],
    ["error", warned, 0],
    ["warning", warned, 1],
  ])("%s (table entry %#)", async (failOn, setup, exitCode) => {
    const { run } = await scenario(setup);
    const result = await run({ inputs: { "fail-on": failOn } });
    expect(result.exitCode).toBe(exitCode);
    expect(result.outputs["conclusion"]).toBe(exitCode === 0 ? "success" : "failure");
    expect(result.stdout).toContain(`(threshold: ${failOn})`);
  });
});

describe("comment", () => {
  test.each([
    ["review", 1, true],
    ["summary", 0, true],
    ["off", 0, false],
  ])("%s", async (comment, comments, summary) => {
    const { run, pull } = await scenario(broken);
    const result = await run({ inputs: { comment } });
    expect(result.exitCode).toBe(1);
    expect(pull.comments).toHaveLength(comments);
    expect(result.summary !== "").toBe(summary);
    // Who gets no comment gets an annotation, beside the line that says why the job fails.
    const places = result.annotations.map(({ properties }) => properties["file"] ?? "");
    expect(places.filter((path) => path === nginx.path).length > 0).toBe(comments === 0);
  });
});

test("max-comments: the rest is annotated", async () => {
  const names = ["a", "b", "c"].map((name) => `nginx/conf.d/${name}.conf`);
  const { run, pull } = await scenario({
    base: nginx.complete,
    head: Object.fromEntries(
      names.map((name, index) => [name, nginx.site.replace("api.", `${index}.`)]),
    ),
  });
  const first = await run({ inputs: { "max-comments": "2" } });
  expect(pull.reviews).toHaveLength(1);
  expect(pull.comments.map(({ thread }) => thread.path)).toEqual(names.slice(0, 2));
  expect(first.annotations.map(({ properties }) => properties["file"])).toEqual([
    names[2],
    undefined,
  ]);
  const second = await run({ inputs: { "max-comments": "2" } });
  expect(writes(second)).toEqual([]);
});

describe("scope", () => {
  const old = { [nginx.path]: nginx.site };
  const touched = { [nginx.path]: `# Our API\n${nginx.site}` };
  const other = { "nginx/conf.d/other.conf": siteOf(...upgrade, pass).replace("api.", "other.") };
  test.each<[string, Files, number]>([
    ["new", touched, 0],
    ["changed", touched, 1],
    ["all", touched, 1],
    ["changed", other, 0],
    ["all", other, 1],
    ["all", { "README.md": "# The shop\n" }, 1],
  ])("%s (table entry %#)", async (scope, head, exitCode) => {
    const { run } = await scenario({ base: { ...nginx.complete, ...old }, head });
    expect((await run({ inputs: { scope } })).exitCode).toBe(exitCode);
  });
});

test("the report files are written, and their paths are outputs", async () => {
  const { run } = await scenario(broken);
  const [report, sarif] = [file("report.json"), file("report.sarif")];
  const { outputs } = await run({ inputs: { "report-file": report, "sarif-file": sarif } });
  expect(outputs).toMatchObject({ "report-file": report, "sarif-file": sarif });
  expect(JSON.parse(readFileSync(report, "utf8"))).toMatchObject({ version: 1 });
  expect(JSON.parse(readFileSync(sarif, "utf8"))).toMatchObject({ version: "2.1.0" });
});

test("the report files are written where there is nothing to check, too", async () => {
  const { run } = await scenario({ head: { "a.txt": "a\n" } });
  const report = file("report.json");
  const { outputs, requests } = await run({ inputs: { "report-file": report } });
  expect(outputs["report-file"]).toBe(report);
  expect(JSON.parse(readFileSync(report, "utf8"))).toMatchObject({ version: 1, findings: [] });
  expect(requests).toHaveLength(2);
});

test("a report that cannot be written fails the job, and hides nothing", async () => {
  const { run, pull } = await scenario(warned);
  const result = await run({
    inputs: { "report-file": "a/report.json" },
    env: { GITHUB_WORKSPACE: "/dev/null" },
  });
  expect(result.exitCode).toBe(1);
  expect(pull.comments).toHaveLength(1);
  expect(result.annotations.at(-1)?.message).toContain('The input report-file is "a/report.json"');
});

test("the outputs count what was found", async () => {
  const { run } = await scenario(broken);
  const { outputs } = await run();
  const count = (name: string) => Number(outputs[name]);
  expect(Object.keys(outputs).toSorted()).toEqual([
    "comments-posted",
    "conclusion",
    "errors",
    "findings",
    "incomplete",
    "notices",
    "report-file",
    "sarif-file",
    "suggestions",
    "warnings",
  ]);
  expect(count("findings")).toBe(count("errors") + count("warnings") + count("notices"));
  expect(count("errors")).toBeGreaterThan(0);
  expect(outputs).toMatchObject({ conclusion: "failure", suggestions: "1", incomplete: "" });
});

describe("a file that cannot be analysed", () => {
  const binary = { "nginx/conf.d/api.conf": new Uint8Array([0, 1, 2]) };
  test.each([
    ["warn", 0],
    ["fail", 1],
  ])("incomplete: %s", async (incomplete, exitCode) => {
    const { run } = await scenario({ base: nginx.complete, head: binary });
    const result = await run({ inputs: { incomplete } });
    expect(result.exitCode).toBe(exitCode);
    expect(result.outputs["incomplete"]).toContain(`${nginx.path} was not analysed: it is binary.`);
    expect(result.annotations.map(({ level }) => level)).toContain("warning");
  });
});

describe("the policy", () => {
  test.each<[string, Files, Files, number, string]>([
    [
      "the base's decides; what the head's would change is said",
      nginx.complete,
      { ...nginx.broken, [policyPath]: "rules:\n  connection-header: off\n" },
      1,
      "it would no longer report 1 error (connection-header)",
    ],
    [
      "the head's is validated",
      nginx.complete,
      { "README.md": "# The shop\n", [policyPath]: "rules:\n  idle-timeot: off\n" },
      1,
      'unknown rule "idle-timeot"',
    ],
    [
      "one that is not valid can be mended",
      { ...nginx.complete, [policyPath]: "profil: basic\n" },
      { [policyPath]: "profile: basic\n" },
      0,
      "Until the merge the default policy decides",
    ],
    [
      "the base's makes a rule stricter",
      { ...nginx.complete, [policyPath]: "rules:\n  host-header: error\n" },
      { [nginx.path]: siteOf(...upgrade.filter((line) => !line.includes("Host")), pass) },
      1,
      "host-header",
    ],
  ])("%s", async (_, base, head, exitCode, said) => {
    const { run } = await scenario({ base, head });
    const result = await run();
    expect(result.stdout.replaceAll("%0A", " ")).toContain(said);
    expect(result.exitCode).toBe(exitCode);
  });

  test("under another name may come with the pull request", async () => {
    const head = { "policy/guard.yml": "profile: basic\n" };
    const { run } = await scenario({ base: nginx.complete, head });
    const { exitCode, stdout } = await run({ inputs: { config: "policy/guard.yml" } });
    expect(stdout).toContain("Until the merge the default policy decides");
    expect(exitCode).toBe(0);
  });

  test("of a pull request that is not valid is annotated in its file", async () => {
    const { run } = await scenario({ head: { [policyPath]: "rules:\n  idle-timeot: off\n" } });
    const { annotations } = await run();
    expect(annotations[0]?.properties).toMatchObject({ file: policyPath, line: "2" });
  });
});

describe("an event without a pull request", () => {
  test("merge_group: what the queue is about to merge is checked, without comments", async () => {
    const { github, pull, runOn } = await scenario(broken);
    const result = await runOn(mergeGroupEvent(github, [pull]));
    expect(result.exitCode).toBe(1);
    expect(pull.comments).toEqual([]);
    expect(result.annotations[0]?.properties["file"]).toBe(nginx.path);
    expect(result.annotations.at(-1)?.message).toContain("of the merge group");
  });

  test("merge_group without nginx files: two requests, one line", async () => {
    const { github, pull, runOn } = await scenario({
      base: { ...nginx.complete, ...nginx.broken },
      head: { "README.md": "# The shop\n" },
    });
    const result = await runOn(mergeGroupEvent(github, [pull]));
    expect(result).toMatchObject({ exitCode: 0, stderr: "", annotations: [] });
    expect(result.requests).toHaveLength(2);
    expect(printed(result)).toHaveLength(1);
  });

  test("merge_group with more files than GitHub compares: the trees tell the rest", async () => {
    const others = Array.from({ length: 300 }, (_, index) => [`a/${index}.txt`, `${index}\n`]);
    const { github, pull, runOn } = await scenario({
      base: nginx.complete,
      head: { ...Object.fromEntries(others), ...nginx.broken },
    });
    const { exitCode, annotations } = await runOn(mergeGroupEvent(github, [pull]));
    expect(exitCode).toBe(1);
    expect(annotations[0]?.properties["file"]).toBe(nginx.path);
  });

  test.each(["push", "schedule", "workflow_dispatch"] as const)(
    "%s: the checkout is analysed, without a request",
    async (name) => {
      const { github, repository, runOn } = await scenario({
        base: { ...nginx.complete, ...nginx.broken },
      });
      const event =
        name === "push"
          ? pushEvent(github, repository, "main")
          : branchEvent(github, repository, name);
      const result = await runOn(event, { checkout: event.sha, inputs: { token: "" } });
      expect(result.exitCode).toBe(1);
      expect(result.requests).toEqual([]);
      expect(result.annotations[0]?.properties["file"]).toBe(nginx.path);
    },
  );
});
