import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import type { WorkflowEvent } from "./events.ts";
import type { Repository } from "./repository.ts";
import type { LocalGitHub, LoggedRequest } from "./server.ts";
import { type WorkflowCommand, parseCommands, parseFileCommands } from "./workflow-commands.ts";

export interface RunOptions {
  /** The file that `runs.main` of action.yml names. */
  readonly bundle: string;
  /** action.yml; default: the one in the folder above the bundle's. */
  readonly metadata?: string;
  readonly github: LocalGitHub;
  readonly event: WorkflowEvent;
  /** `with:` of the step. Inputs that are not named get their default of action.yml. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** `github.token`. Default: `token`. */
  readonly token?: string;
  /** A commit that was checked out; default: none, the workspace is empty. */
  readonly checkout?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: 60,000. */
  readonly timeoutMs?: number;
  /** Ends the run, as a cancelled workflow does. */
  readonly signal?: AbortSignal;
}

export interface Annotation {
  readonly level: "error" | "notice" | "warning";
  readonly message: string;
  readonly properties: Readonly<Record<string, string>>;
  /** GitHub shows ten of each level and step, and drops the rest. */
  readonly shown: boolean;
}

export interface RunResult {
  /** Null where the run was ended. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** As the page shows it: empty where it is larger than GitHub takes, which is an error annotation then. */
  readonly summary: string;
  readonly annotations: readonly Annotation[];
  /** All workflow commands of both streams, annotations included. */
  readonly commands: readonly WorkflowCommand[];
  /** What reached the local GitHub while it ran. */
  readonly requests: readonly LoggedRequest[];
}

interface Metadata {
  readonly inputs?: Readonly<Record<string, { readonly default?: unknown } | null>>;
}

const summaryBytes = 1024 * 1024;
const annotationsPerLevel = 10;

/** Runs a JavaScript action the way GitHub's runner does. Of this environment only `PATH` reaches it. */
export async function runAction(options: RunOptions): Promise<RunResult> {
  const { bundle, github, event, token = "token", timeoutMs = 60_000, signal } = options;
  const folder = mkdtempSync(join(tmpdir(), "local-runner-"));
  const files = filesIn(folder, event);
  if (options.checkout !== undefined) {
    checkOut(event.repository, options.checkout, files.GITHUB_WORKSPACE);
  }
  const { inputs, unexpected } = inputVariables(options, token);
  const before = github.requests.length;
  try {
    const { exitCode, stdout, stderr } = await run(bundle, {
      cwd: files.GITHUB_WORKSPACE,
      env: { ...variables(options), ...files, ...inputs, ...options.env },
      timeout: timeoutMs,
      signal,
    });
    const commands = [...parseCommands(stdout), ...parseCommands(stderr)];
    const summary = readFileSync(files.GITHUB_STEP_SUMMARY, "utf8");
    const size = Buffer.byteLength(summary);
    const aborted = `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${Math.ceil(size / 1024)}k.`;
    const own = size > summaryBytes ? [{ command: "error", properties: {}, message: aborted }] : [];
    return {
      exitCode,
      stdout,
      stderr,
      outputs: parseFileCommands(readFileSync(files.GITHUB_OUTPUT, "utf8")),
      summary: size > summaryBytes ? "" : summary,
      annotations: annotationsOf([...unexpected, ...commands, ...own]),
      commands,
      requests: github.requests.slice(before),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(
  bundle: string,
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly timeout: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [resolve(bundle)], {
    ...options,
    signal: undefined,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const cancel = (): void => void child.kill("SIGTERM");
  options.signal?.addEventListener("abort", cancel);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  options.signal?.removeEventListener("abort", cancel);
  return { exitCode, ...output };
}

/** The files and folders through which runner and action talk. */
function filesIn(folder: string, { payload }: WorkflowEvent) {
  const file = (name: string, text = ""): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const directory = (name: string): string => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  return {
    HOME: directory("home"),
    RUNNER_TEMP: directory("temp"),
    RUNNER_TOOL_CACHE: directory("tools"),
    GITHUB_WORKSPACE: directory("workspace"),
    GITHUB_EVENT_PATH: file("event.json", JSON.stringify(payload, null, 2)),
    GITHUB_ENV: file("env"),
    GITHUB_OUTPUT: file("output"),
    GITHUB_PATH: file("path"),
    GITHUB_STATE: file("state"),
    GITHUB_STEP_SUMMARY: file("summary.md"),
  };
}

function variables({ github, event, bundle }: RunOptions): Record<string, string | undefined> {
  const { repository, name, sha, ref, baseRef = "", headRef = "" } = event;
  const { world } = github;
  return {
    PATH: process.env["PATH"],
    CI: "true",
    GITHUB_ACTION: "__self",
    GITHUB_ACTION_PATH: resolve(dirname(bundle), ".."),
    GITHUB_ACTIONS: "true",
    GITHUB_ACTOR: world.person.login,
    GITHUB_ACTOR_ID: String(world.person.id),
    GITHUB_API_URL: github.url,
    GITHUB_BASE_REF: baseRef,
    GITHUB_EVENT_NAME: name,
    GITHUB_GRAPHQL_URL: github.graphqlUrl,
    GITHUB_HEAD_REF: headRef,
    GITHUB_JOB: "nginx",
    GITHUB_REF: ref,
    GITHUB_REF_NAME: ref.replace(/^refs\/(?:heads|pull)\//u, ""),
    GITHUB_REF_PROTECTED: "false",
    GITHUB_REF_TYPE: "branch",
    GITHUB_REPOSITORY: repository.fullName,
    GITHUB_REPOSITORY_ID: String(repository.id),
    GITHUB_REPOSITORY_OWNER: repository.owner.login,
    GITHUB_REPOSITORY_OWNER_ID: String(repository.owner.id),
    GITHUB_RETENTION_DAYS: "90",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_RUN_ID: "1",
    GITHUB_RUN_NUMBER: "1",
    GITHUB_SERVER_URL: github.serverUrl,
    GITHUB_SHA: sha,
    GITHUB_TRIGGERING_ACTOR: world.person.login,
    GITHUB_WORKFLOW: "nginx",
    GITHUB_WORKFLOW_REF: `${repository.fullName}/.github/workflows/nginx.yml@${ref}`,
    GITHUB_WORKFLOW_SHA: sha,
    RUNNER_ARCH: "X64",
    RUNNER_ENVIRONMENT: "github-hosted",
    RUNNER_NAME: "local",
    RUNNER_OS: "Linux",
  };
}

/** The names keep their `-`; an input that is not declared is passed on with a warning, as the runner does. */
function inputVariables(
  { bundle, metadata, inputs = {} }: RunOptions,
  token: string,
): { inputs: Record<string, string>; unexpected: WorkflowCommand[] } {
  const path = metadata ?? resolve(dirname(bundle), "..", "action.yml");
  const declared = (parse(readFileSync(path, "utf8")) as Metadata).inputs ?? {};
  const defaults = Object.entries(declared).map(([name, input]) => [
    name,
    evaluated(String(input?.default ?? ""), token),
  ]);
  const values = { ...(Object.fromEntries(defaults) as Record<string, string>), ...inputs };
  const unexpected = Object.keys(inputs)
    .filter((name) => !(name in declared))
    .map((name) => `'${name}'`);
  const message = `Unexpected input(s) ${unexpected.join(", ")}, valid inputs are [${Object.keys(declared).join(", ")}]`;
  return {
    inputs: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`,
        value,
      ]),
    ),
    unexpected: unexpected.length > 0 ? [{ command: "warning", properties: {}, message }] : [],
  };
}

function evaluated(value: string, token: string): string {
  return value.replaceAll(/\$\{\{(.*?)\}\}/gu, (_, expression: string) => {
    if (expression.trim() === "github.token") {
      return token;
    }
    throw new Error(`this runner cannot evaluate the default \${{${expression}}}`);
  });
}

function annotationsOf(commands: readonly WorkflowCommand[]): Annotation[] {
  const counts = { error: 0, notice: 0, warning: 0 };
  return commands.flatMap(({ command, message, properties }) => {
    if (command !== "error" && command !== "warning" && command !== "notice") {
      return [];
    }
    counts[command] += 1;
    const shown = counts[command] <= annotationsPerLevel;
    return [{ level: command, message, properties, shown }];
  });
}

/** Writes the files of a commit, as actions/checkout would, without the `.git` folder. */
function checkOut(repository: Repository, commit: string, folder: string): void {
  for (const { path, type, mode, sha } of repository.git.listing(commit)) {
    const target = join(folder, path);
    if (type !== "blob") {
      mkdirSync(target, { recursive: true });
    } else if (mode === "120000") {
      symlinkSync(repository.git.blob(sha).toString("utf8"), target);
    } else {
      writeFileSync(target, repository.git.blob(sha));
    }
  }
}
