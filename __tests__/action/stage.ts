import { existsSync } from "node:fs";
import { pullRequestEvent, type WorkflowEvent } from "../github/events.ts";
import type { Files } from "../github/git.ts";
import type { PullRequest, PullRequestOptions } from "../github/pull-request.ts";
import type { Repository } from "../github/repository.ts";
import { type RunOptions, type RunResult, runAction } from "../github/runner.ts";
import { type GitHubOptions, type LocalGitHub, startGitHub } from "../github/server.ts";

/** What the runner starts: the shipped bundle, or in its place a source or a build of one's own. */
const bundle = process.env["GUARD_BUNDLE"] ?? "dist/index.js";
const metadata = process.env["GUARD_METADATA"] ?? "action.yml";

if (!existsSync(bundle)) {
  throw new Error(`${bundle} is missing: npm run bundle makes it`);
}

export interface Setup {
  readonly base?: Files;
  readonly head?: Files;
  /** Of a public repository everyone may read everything. */
  readonly private?: boolean;
  readonly pull?: PullRequestOptions;
  readonly github?: GitHubOptions;
}

/** A repository with an open pull request on a GitHub of its own. */
export interface Stage {
  readonly github: LocalGitHub;
  readonly repository: Repository;
  readonly pull: PullRequest;
  /** Runs the Action as the workflow of this pull request would. */
  run(options?: Partial<RunOptions> & { readonly target?: boolean }): Promise<RunResult>;
  /** Runs the Action for another event. */
  runOn(event: WorkflowEvent, options?: Partial<RunOptions>): Promise<RunResult>;
}

/** Builds a stage; `github.close()` ends it. */
export async function buildStage(setup: Setup = {}): Promise<Stage> {
  const github = await startGitHub(setup.github);
  const repository = github.createRepository("octo/shop", {
    files: { "README.md": "# Shop\n", ...setup.base },
    private: setup.private ?? false,
  });
  const pull = repository.openPullRequest({ files: setup.head ?? {}, ...setup.pull });
  const token = Object.keys(setup.github?.tokens ?? { token: {} })[0] ?? "";
  const runOn: Stage["runOn"] = (event, options = {}) =>
    runAction({ bundle, metadata, github, token, event, ...options });
  return {
    github,
    repository,
    pull,
    runOn,
    run: ({ target = false, ...options } = {}) =>
      runOn(pullRequestEvent(github, pull, { target }), options),
  };
}

/** What a run wrote to GitHub, as operation ids. */
export function writes({ requests }: RunResult): string[] {
  return requests
    .filter(({ method, operation }) => method !== "GET" && operation !== "graphql repository")
    .map(({ operation }) => operation);
}

/** The lines that a run printed which are no workflow commands. */
export function printed({ stdout }: RunResult): string[] {
  return stdout.split("\n").filter((line) => line !== "" && !line.startsWith("::"));
}
