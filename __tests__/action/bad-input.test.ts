import { describe, expect, test } from "vitest";
import type { Files } from "../github/git.ts";
import { branchEvent } from "../github/events.ts";
import type { RunOptions, RunResult } from "../github/runner.ts";
import type { Fault, LoggedRequest } from "../github/server.ts";
import { nginx, siteOf } from "./configurations.ts";
import { printed, scenario, writes } from "./scenario.ts";

const policyPath = ".github/nginx-websocket-guard.yml";

/** What a run looks like that refuses its input: one clear message, a failed job, nothing written, no stack. */
const refused = {
  exitCode: 1,
  conclusion: "failure",
  errors: 1,
  missing: [],
  saidInSummary: true,
  showsStack: false,
  printed: [],
  writes: [],
};

/** @param parts what the message must hold. */
function refusal(result: RunResult, ...parts: readonly string[]): object {
  const errors = result.annotations.filter(({ level }) => level === "error");
  const message = errors[0]?.message ?? "";
  return {
    exitCode: result.exitCode,
    conclusion: result.outputs["conclusion"],
    errors: errors.length,
    missing: parts.filter((part) => !message.includes(part)).map((part) => [part, message]),
    saidInSummary: result.summary !== "",
    showsStack: /^\s+at |node:internal/m.test(result.stdout + result.stderr),
    printed: printed(result),
    writes: writes(result),
  };
}

describe("an input", () => {
  test.each([
    ["fail-on", "high", "allowed are error, warning, notice, never"],
    ["scope", "changd", "Did you mean changed?"],
    ["max-comments", "100", "a whole number from 0 to 50"],
    ["token", "", "leave it out"],
    ["config", "policy/guard.yml", "has no such file"],
    ["report-file", "README.md/report.json", "cannot be written"],
  ])("%s: %j", async (name, value, advice) => {
    const { run, repository } = await scenario({ base: nginx.complete, head: { "a.txt": "a\n" } });
    const checkout = repository.branch("main");
    expect(
      refusal(await run({ inputs: { [name]: value }, checkout }), `The input ${name} is `, advice),
    ).toEqual(refused);
  });
});

describe("the base's policy", () => {
  test.each<[string, string | Uint8Array, string, number]>([
    ["an unknown rule", "rules:\n  idle-timeot: off\n", 'unknown rule "idle-timeot"', 2],
    ["an unknown key", "# ours\nprofil: basic\n", 'unknown key "profil"', 2],
    ["a wrong value", "profile: strict\n", "strict", 1],
    ["no YAML", "rules: [\n", "a bracket is open", 2],
    ["binary", new Uint8Array([0, 1, 2]), "cannot be read: it is binary", 1],
  ])("%s", async (_, policy, message, line) => {
    const { run } = await scenario({
      base: { ...nginx.complete, [policyPath]: policy },
      head: nginx.broken,
    });
    const result = await run();
    expect(refusal(result, message)).toEqual(refused);
    expect(result.annotations[0]?.properties).toMatchObject({ file: policyPath, line: `${line}` });
  });

  test("every fault is named at once", async () => {
    const { run } = await scenario({
      base: { [policyPath]: "profil: basic\nrules:\n  idle-timeot: off\n" },
      head: nginx.broken,
    });
    expect(refusal(await run(), `${policyPath}:1:1: `, `${policyPath}:3:3: `)).toEqual(refused);
  });
});

describe("the event", () => {
  test.each<[string, NonNullable<RunOptions["env"]>, string]>([
    ["no payload", { GITHUB_EVENT_PATH: "" }, "GITHUB_EVENT_PATH is not set"],
    ["a payload that is not there", { GITHUB_EVENT_PATH: "/nowhere.json" }, "no such file"],
    ["a payload that is not JSON", { GITHUB_EVENT_PATH: "action.yml" }, "cannot be read"],
    ["a payload of another event", { GITHUB_EVENT_NAME: "merge_group" }, "has no merge_group"],
    ["no repository", { GITHUB_REPOSITORY: "" }, "GITHUB_REPOSITORY is not set"],
  ])("%s", async (_, env, message) => {
    const { run, repository } = await scenario({ base: { "action.yml": "name: x\n" } });
    expect(refusal(await run({ env, checkout: repository.branch("main") }), message)).toEqual(
      refused,
    );
  });

  test("a push whose workspace is not there", async () => {
    const { github, repository, runOn } = await scenario();
    const env = { GITHUB_WORKSPACE: "/nowhere" };
    const result = await runOn(branchEvent(github, repository, "schedule"), { env });
    expect(refusal(result, "The checkout cannot be read", "/nowhere")).toEqual(refused);
  });

  test("a push without a checkout", async () => {
    const { github, repository, runOn } = await scenario();
    const result = await runOn(branchEvent(github, repository, "schedule"));
    expect(refusal(result, "The workspace is empty", "actions/checkout")).toEqual(refused);
  });
});

describe("an API that answers", () => {
  const notFound = { kind: "answer", status: 404, body: { message: "Not Found" } } as const;
  test.each<[string, string, Fault, readonly string[]]>([
    ["404 for the files", "pulls/list-files", notFound, ["404", "/pulls/1/files", "Not Found"]],
    ["404 for the tree", "git/get-tree", notFound, ["404", "/git/trees/", "Not Found"]],
    [
      "422 for the comparison",
      "repos/compare-commits-with-basehead",
      { kind: "answer", status: 422, body: { message: "No common ancestor" } },
      ["422", "No common ancestor"],
    ],
    [
      "a used-up rate limit",
      "graphql repository",
      {
        kind: "answer",
        status: 403,
        body: { message: "API rate limit exceeded for installation ID 1." },
        headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "4102444800" },
      },
      ["403", "run the job again later"],
    ],
  ])("%s", async (_, operation, fault, parts) => {
    const { run } = await scenario({
      base: nginx.complete,
      head: nginx.broken,
      github: { faults: (request) => (request.operation === operation ? fault : undefined) },
    });
    expect(refusal(await run(), ...parts)).toEqual(refused);
  });

  test("401 to a wrong token", async () => {
    const { run } = await scenario({ base: nginx.complete, head: nginx.broken });
    expect(
      refusal(await run({ token: "wrong" }), "401", "Bad credentials", "token is not valid"),
    ).toEqual(refused);
  });

  test("that there is no such repository", async () => {
    const { run } = await scenario({ base: nginx.complete, head: nginx.broken });
    const env = { GITHUB_REPOSITORY: "octo/other" };
    expect(refusal(await run({ env }), "may the token read it")).toEqual(refused);
  });

  test("5xx twice and then well: the run goes on", async () => {
    const seen = new Map<string, number>();
    const { run, pull } = await scenario({
      base: nginx.complete,
      head: nginx.broken,
      github: {
        faults: ({ operation, method }) => {
          const count = (seen.get(operation) ?? 0) + 1;
          seen.set(operation, count);
          return method === "GET" && count === 1 ? { kind: "answer", status: 502 } : undefined;
        },
      },
    });
    expect((await run()).exitCode).toBe(1);
    expect(pull.comments).toHaveLength(1);
  });
});

describe("a bug of ours, here an answer that nobody foresaw", () => {
  const setup = {
    head: nginx.broken,
    github: {
      faults: ({ operation }: LoggedRequest): Fault | undefined =>
        operation === "pulls/list-files" ? { kind: "answer", status: 200, body: {} } : undefined,
    },
  };

  test("is one message that says so and what was being done", async () => {
    const { run } = await scenario(setup);
    const what =
      "This is a bug in nginx-websocket-guard, met while asking GitHub what pull request #1 changes: ";
    expect(refusal(await run(), what, "Please report it")).toEqual(refused);
  });

  test("shows its stack in the debug log only", async () => {
    const { run } = await scenario(setup);
    const { commands } = await run({ env: { RUNNER_DEBUG: "1" } });
    const stacks = commands.filter(({ message }) => /^\s+at /m.test(message));
    expect(stacks.map(({ command }) => command)).toEqual(["debug"]);
  });
});

test("the debug log says why a finding has no fix", async () => {
  const upstream = "upstream chat { server 10.0.0.1; server 10.0.0.2; }\n";
  const head = {
    "nginx/conf.d/chat.conf":
      upstream + siteOf("proxy_pass http://chat;").replace("/ws", "/socket.io/"),
  };
  const { run } = await scenario({ base: nginx.complete, head });
  const { commands } = await run({ env: { RUNNER_DEBUG: "1" } });
  const said = commands.filter(({ message }) => message.includes("has no fix"));
  expect(said).toMatchObject([
    {
      command: "debug",
      message: expect.stringMatching(/chat\.conf:1: sticky-sessions has no fix: only a person/),
    },
  ]);
});

test("a password in the repository is repeated nowhere but in the suggestion", async () => {
  const head = Object.fromEntries(
    ["a", "b"].map((name) => [
      `nginx/conf.d/${name}.conf`,
      siteOf(
        'proxy_set_header Authorization "Basic hunter2";',
        `proxy_pass http://${name}:8080/?api_key=hunter2;`,
      ),
    ]),
  );
  const { pull, run } = await scenario({ base: nginx.complete, head });
  const { stdout, summary } = await run({ inputs: { "max-comments": "1" } });
  const said = [stdout, summary, ...pull.reviews.map(({ body }) => body)].join("\n");
  expect(said).not.toContain("hunter2");
  const outside = pull.comments.map(({ body }) => body.replace(/```suggestion[^]*?```/, ""));
  expect(outside.join("\n")).not.toContain("hunter2");
});

test("text of the repository is never a workflow command", async () => {
  const names: Files = { "nginx/##[error]x.conf": null, "nginx/conf.d/a%0A::error::b.conf": null };
  const head = Object.fromEntries(Object.keys(names).map((name) => [name, nginx.site]));
  const { run } = await scenario({ base: nginx.complete, head });
  const { commands } = await run({ inputs: { "max-comments": "0" } });
  const messages = commands.filter(({ command }) => command === "error");
  expect(messages.every(({ message }) => message !== "b.conf" && message !== "x.conf")).toBe(true);
  expect(new Set(commands.map(({ command }) => command))).toEqual(new Set(["error"]));
});
