import type { PullRequest } from "./pull-request.ts";
import type { Repository } from "./repository.ts";
import type { LocalGitHub } from "./server.ts";

/** What a workflow run is told about what started it. */
export interface WorkflowEvent {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly repository: Repository;
  /** `GITHUB_SHA` and `GITHUB_REF`: on `pull_request` those of the merge commit, not of the head. */
  readonly sha: string;
  readonly ref: string;
  readonly baseRef?: string;
  readonly headRef?: string;
}

export interface PullRequestEventOptions {
  /** Default: `opened`. */
  readonly action?: string;
  /** The head before the push, for `synchronize`. */
  readonly before?: string;
  /** `pull_request_target`: runs on the base branch. */
  readonly target?: boolean;
}

function common(
  { resources, world }: LocalGitHub,
  repository: Repository,
): Record<string, unknown> {
  return {
    repository: resources.repository(repository),
    sender: resources.user(world.person),
  };
}

/** @throws Error where the head conflicts with the base: GitHub starts no `pull_request` workflow then. */
export function pullRequestEvent(
  github: LocalGitHub,
  pullRequest: PullRequest,
  { action = "opened", before, target = false }: PullRequestEventOptions = {},
): WorkflowEvent {
  const { repository, number, baseRef, headRef, mergeCommit, headSha } = pullRequest;
  const sha = target ? repository.branch(baseRef) : mergeCommit;
  if (sha === undefined) {
    throw new Error(`pull request ${number} conflicts with its base`);
  }
  return {
    name: target ? "pull_request_target" : "pull_request",
    payload: {
      action,
      number,
      pull_request: github.resources.pullRequest(pullRequest),
      ...(before === undefined ? {} : { before, after: headSha }),
      ...common(github, repository),
    },
    repository,
    sha,
    ref: target ? `refs/heads/${baseRef}` : `refs/pull/${number}/merge`,
    baseRef,
    headRef,
  };
}

/** A merge queue that tries these pull requests together on top of their base. It names none of them. */
export function mergeGroupEvent(
  github: LocalGitHub,
  pullRequests: readonly [PullRequest, ...PullRequest[]],
): WorkflowEvent {
  const [{ repository, baseRef, number }] = pullRequests;
  const base = repository.branch(baseRef);
  let head = base;
  for (const pullRequest of pullRequests) {
    const merged = repository.mergeCommit(head, pullRequest.headSha);
    if (merged === undefined) {
      throw new Error(`pull request ${pullRequest.number} conflicts`);
    }
    head = merged;
  }
  const ref = `refs/heads/gh-readonly-queue/${baseRef}/pr-${number}-${base}`;
  const { tree, message, committer } = repository.commitInfo(head);
  return {
    name: "merge_group",
    payload: {
      action: "checks_requested",
      merge_group: {
        head_sha: head,
        head_ref: ref,
        base_sha: base,
        base_ref: `refs/heads/${baseRef}`,
        head_commit: { id: head, tree_id: tree, message, timestamp: committer.date },
      },
      ...common(github, repository),
    },
    repository,
    sha: head,
    ref,
  };
}

const noCommit = "0".repeat(40);

/** `before` is left out for a branch that is new. */
export function pushEvent(
  github: LocalGitHub,
  repository: Repository,
  branch: string,
  before = noCommit,
): WorkflowEvent {
  const sha = repository.branch(branch);
  const ref = `refs/heads/${branch}`;
  return {
    name: "push",
    payload: {
      ref,
      before,
      after: sha,
      created: before === noCommit,
      deleted: false,
      forced: false,
      ...common(github, repository),
    },
    repository,
    sha,
    ref,
  };
}

/** `schedule` and `workflow_dispatch` run on the tip of the default branch. */
export function branchEvent(
  github: LocalGitHub,
  repository: Repository,
  name: "schedule" | "workflow_dispatch",
): WorkflowEvent {
  const ref = `refs/heads/${repository.defaultBranch}`;
  const about = name === "schedule" ? { schedule: "0 4 * * 1" } : { inputs: null, ref };
  return {
    name,
    payload: { ...about, ...common(github, repository) },
    repository,
    sha: repository.branch(repository.defaultBranch),
    ref,
  };
}
