import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  branchEvent,
  mergeGroupEvent,
  pullRequestEvent,
  pushEvent,
  type WorkflowEvent,
} from "./events.ts";
import type { PullRequest } from "./pull-request.ts";
import type { Repository } from "./repository.ts";
import { type RunOptions, type RunResult, runAction } from "./runner.ts";
import { type LocalGitHub, startGitHub } from "./server.ts";
import { parseCommands, parseFileCommands } from "./workflow-commands.ts";

const metadata = `
inputs:
  token: { default: "\${{ github.token }}" }
  fail-on: { default: error }
  report-file: { description: no default }
`;

let folder = "";
let github: LocalGitHub;
let repository: Repository;
let pull: PullRequest;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "runner-test-"));
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "action.yml"), metadata);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

afterEach(async () => github.close());

/** Runs this program as an action, on a fresh pull request. */
async function run(
  source: string,
  options: Partial<RunOptions> = {},
  event?: () => WorkflowEvent,
): Promise<RunResult> {
  github = await startGitHub();
  repository = github.createRepository("octo/shop", { files: { "nginx/site.conf": "a\n" } });
  pull = repository.openPullRequest({ files: { "nginx/site.conf": "b\n" } });
  const bundle = join(folder, "dist", "index.js");
  writeFileSync(bundle, `import fs from "node:fs";\nconst env = process.env;\n${source}`);
  return runAction({
    bundle,
    github,
    event: event?.() ?? pullRequestEvent(github, pull),
    ...options,
  });
}

const printEnvironment = "console.log(JSON.stringify(env));";

function environment({ stdout }: RunResult): Record<string, string> {
  return JSON.parse(stdout) as Record<string, string>;
}

test("inputs keep their dashes and get the defaults of action.yml", async () => {
  const result = await run(printEnvironment, { inputs: { "fail-on": "never" }, token: "secret" });
  const inputs = Object.entries(environment(result)).filter(([name]) => name.startsWith("INPUT_"));
  expect(Object.fromEntries(inputs)).toEqual({
    INPUT_TOKEN: "secret",
    "INPUT_FAIL-ON": "never",
    "INPUT_REPORT-FILE": "",
  });
});

test("an input that action.yml does not know is a warning", async () => {
  const { annotations } = await run("", { inputs: { failon: "never" } });
  expect(annotations).toEqual([
    {
      level: "warning",
      message: "Unexpected input(s) 'failon', valid inputs are [token, fail-on, report-file]",
      properties: {},
      shown: true,
    },
  ]);
});

test("nothing of this process's environment leaks but PATH", async () => {
  process.env["LEAK"] = "1";
  const seen = environment(await run(printEnvironment));
  delete process.env["LEAK"];
  const foreign = Object.keys(seen).filter(
    (name) => !/^(?:GITHUB_|RUNNER_|INPUT_|CI$|HOME$|PATH$)/u.test(name),
  );
  expect(foreign).toEqual([]);
  expect(seen["PATH"]).toBe(process.env["PATH"]);
  expect(seen["GITHUB_TOKEN"]).toBeUndefined();
});

describe("an event", () => {
  const show =
    "console.log(JSON.stringify({ ...env, payload: JSON.parse(fs.readFileSync(env.GITHUB_EVENT_PATH)) }));";
  const seen = async (event?: () => WorkflowEvent) => {
    const { stdout } = await run(show, {}, event);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  test("pull_request runs on the merge commit, with an empty workspace", async () => {
    const result = await seen();
    expect(result).toMatchObject({
      GITHUB_EVENT_NAME: "pull_request",
      GITHUB_SHA: pull.mergeCommit,
      GITHUB_REF: "refs/pull/1/merge",
      GITHUB_HEAD_REF: "change-1",
      GITHUB_BASE_REF: "main",
      GITHUB_REPOSITORY: "octo/shop",
      GITHUB_API_URL: github.url,
      payload: {
        action: "opened",
        number: 1,
        pull_request: { head: { sha: pull.headSha }, base: { sha: repository.branch("main") } },
        repository: { full_name: "octo/shop" },
      },
    });
    expect(result["GITHUB_SHA"]).not.toBe(pull.headSha);
    const files = await run(
      "console.log(fs.readdirSync('.').length, env.GITHUB_WORKSPACE === process.cwd());",
    );
    expect(files.stdout).toBe("0 true\n");
  });

  test("pull_request_target runs on the base branch", async () => {
    expect(await seen(() => pullRequestEvent(github, pull, { target: true }))).toMatchObject({
      GITHUB_EVENT_NAME: "pull_request_target",
      GITHUB_SHA: repository.branch("main"),
      GITHUB_REF: "refs/heads/main",
    });
  });

  test("synchronize says what the head was", async () => {
    const result = await seen(() => {
      const before = pull.headSha;
      pull.push({ "nginx/site.conf": "c\n" });
      return pullRequestEvent(github, pull, { action: "synchronize", before });
    });
    const [after, before] = pull.commits.toReversed();
    expect(result["payload"]).toMatchObject({ action: "synchronize", before, after });
  });

  test("merge_group names base and head, and no pull request", async () => {
    const result = await seen(() => mergeGroupEvent(github, [pull]));
    const sha = String(result["GITHUB_SHA"]);
    expect(result).toMatchObject({
      GITHUB_EVENT_NAME: "merge_group",
      payload: {
        merge_group: {
          head_sha: sha,
          base_sha: repository.branch("main"),
          base_ref: "refs/heads/main",
        },
      },
    });
    expect(repository.read(sha, "nginx/site.conf")).toBe("b\n");
    expect(result["payload"]).not.toHaveProperty("pull_request");
  });

  test("push and schedule run on a branch", async () => {
    expect(await seen(() => pushEvent(github, repository, "change-1"))).toMatchObject({
      GITHUB_EVENT_NAME: "push",
      GITHUB_REF: "refs/heads/change-1",
      payload: { after: pull.headSha, created: true },
    });
    expect(await seen(() => branchEvent(github, repository, "schedule"))).toMatchObject({
      GITHUB_EVENT_NAME: "schedule",
      GITHUB_SHA: repository.branch("main"),
      payload: { schedule: "0 4 * * 1" },
    });
  });

  test("of a pull request that conflicts starts no workflow", async () => {
    const conflict = run("", {}, () => {
      repository.commit("main", { "nginx/site.conf": "other\n" });
      return pullRequestEvent(github, pull);
    });
    await expect(conflict).rejects.toThrow("conflicts with its base");
  });
});

test("a checkout puts the files of a commit into the workspace", async () => {
  const source = "console.log(fs.readFileSync('nginx/site.conf', 'utf8'));";
  github = await startGitHub();
  const other = github.createRepository("octo/shop", { files: { "nginx/site.conf": "a\n" } });
  const event = branchEvent(github, other, "workflow_dispatch");
  const bundle = join(folder, "dist", "index.js");
  writeFileSync(bundle, `import fs from "node:fs";\n${source}`);
  const { stdout } = await runAction({ bundle, github, event, checkout: event.sha });
  expect(stdout).toBe("a\n\n");
});

test("the result holds exit code, outputs, summary, annotations and the requests of the run", async () => {
  const { exitCode, outputs, summary, annotations, requests } = await run(`
    fs.appendFileSync(env.GITHUB_OUTPUT, "one=1\\ntext<<END\\na\\nb=c\\nEND\\n");
    fs.appendFileSync(env.GITHUB_STEP_SUMMARY, "# Summary\\n");
    console.log("::error file=a%2Cb.conf,line=3,title=Broken%3A x::first%0Asecond %25");
    for (let index = 0; index < 11; index += 1) console.error("::warning::" + index);
    await fetch(env.GITHUB_API_URL + "/repos/octo/shop", { headers: { authorization: "Bearer " + env.INPUT_TOKEN } });
    process.exitCode = 1;
  `);
  expect(exitCode).toBe(1);
  expect(outputs).toEqual({ one: "1", text: "a\nb=c" });
  expect(summary).toBe("# Summary\n");
  expect(annotations[0]).toEqual({
    level: "error",
    message: "first\nsecond %",
    properties: { file: "a,b.conf", line: "3", title: "Broken: x" },
    shown: true,
  });
  const warnings = annotations.filter(({ level }) => level === "warning");
  expect(warnings.map(({ shown }) => shown)).toEqual([...Array<boolean>(10).fill(true), false]);
  expect(requests.map(({ operation, status }) => [operation, status])).toEqual([
    ["repos/get", 200],
  ]);
});

test("a summary above 1 MiB is not shown, which is an error", async () => {
  const { summary, annotations } = await run(
    'fs.appendFileSync(env.GITHUB_STEP_SUMMARY, "x".repeat(2 ** 20 + 1));',
  );
  expect(summary).toBe("");
  expect(annotations[0]?.message).toContain(
    "upload aborted, supports content up to a size of 1024k",
  );
});

test("a run that takes too long, or is cancelled, is ended", async () => {
  const wait = "setTimeout(() => {}, 60_000);";
  expect((await run(wait, { timeoutMs: 300 })).exitCode).toBeNull();
  const signal = AbortSignal.timeout(300);
  expect((await run(wait, { signal })).exitCode).toBeNull();
});

test.each([
  ["blanks before it", "  ::error::x", [["error", {}, "x"]]],
  ["an old one in a line", "text ##[error]x", [["error", {}, "x"]]],
  ["upper case", "::Error::x", [["error", {}, "x"]]],
  ["a carriage return", "a\r::error::x", [["error", {}, "x"]]],
  ["text before it", "text ::error::x", []],
  ["an unknown name", "::server::x", []],
  ["stopped commands", "::stop-commands::t\n::error::x\n::t::\n::notice::y", [["notice", {}, "y"]]],
])("workflow commands: %s", (_, output, expected) => {
  const found = parseCommands(output);
  expect(found.map(({ command, properties, message }) => [command, properties, message])).toEqual(
    expected,
  );
});

test("an output file that the runner cannot read fails", () => {
  expect(() => parseFileCommands("nonsense\n")).toThrow("neither name=value");
  expect(() => parseFileCommands("a<<END\nb\n")).toThrow('no line "END"');
});
