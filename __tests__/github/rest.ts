import type { CommitInfo, FileDiff } from "./git.ts";
import { notFound, Refusal } from "./refusal.ts";
import { nodeId } from "./resources.ts";
import {
  type RestAnswer,
  type RestOperation,
  type RestRequest,
  paged,
  pullRequestOf,
} from "./rest-request.ts";
import { reviewOperations } from "./rest-reviews.ts";

const wantsDiff = ({ accept }: RestRequest): boolean =>
  /application\/vnd\.github\.(?:v3\.)?diff/u.test(accept);
const wantsRaw = ({ accept }: RestRequest): boolean =>
  /application\/vnd\.github\.(?:v3\.)?raw/u.test(accept);

function diffAnswer(
  { repository }: RestRequest,
  files: readonly FileDiff[],
  base: string,
  head: string,
): RestAnswer {
  const { filesPerDiff, linesPerDiff } = repository.world.limits;
  const text = repository.git.diffText(base, head);
  const tooMany =
    (files.length > filesPerDiff && `files (${filesPerDiff})`) ||
    (text.split("\n").length > linesPerDiff && `lines (${linesPerDiff})`);
  if (tooMany) {
    const message = `Sorry, the diff exceeded the maximum number of ${tooMany}. Consider using 'List pull requests files' API or locally cloning the repository instead.`;
    throw new Refusal(406, message, [
      { resource: "PullRequest", field: "diff", code: "too_large" },
    ]);
  }
  return { status: 200, text, type: "application/vnd.github.diff; charset=utf-8" };
}

function commitOf({ repository }: RestRequest, ref: string): CommitInfo {
  const sha = repository.git.resolveCommit(ref);
  if (sha === undefined) {
    throw new Refusal(422, `No commit found for SHA: ${ref}`);
  }
  return repository.commitInfo(sha);
}

/** GitHub breaks base64 into lines of 60. */
function base64Lines(content: Buffer): string {
  return content.toString("base64").replaceAll(/.{1,60}/gu, "$&\n");
}

function getTree({ repository, resources, parameters, query }: RestRequest): RestAnswer {
  const { git, world } = repository;
  const treeish = git.resolve(`${parameters["tree_sha"] ?? ""}^{tree}`);
  if (treeish === undefined) {
    throw notFound();
  }
  const isRecursive = query["recursive"] !== undefined;
  const entries = git.listing(treeish).filter((entry) => isRecursive || !entry.path.includes("/"));
  const { entriesPerTree } = world.limits;
  const urlOf = (type: string, sha: string): string | undefined => {
    if (type === "commit") {
      return undefined;
    }
    return type === "blob"
      ? resources.blobUrl(repository, sha)
      : resources.treeUrl(repository, sha);
  };
  const body = {
    sha: treeish,
    url: resources.treeUrl(repository, treeish),
    tree: entries.slice(0, entriesPerTree).map(({ path, mode, type, sha, size }) => ({
      path,
      mode,
      type,
      sha,
      size: size ?? undefined,
      url: urlOf(type, sha),
    })),
    truncated: entries.length > entriesPerTree,
  };
  return { status: 200, body };
}

function getBlob(request: RestRequest): RestAnswer {
  const { repository, resources, parameters } = request;
  const sha = parameters["file_sha"] ?? "";
  if (repository.git.typeOf(sha) !== "blob") {
    throw notFound();
  }
  const content = repository.git.blob(sha);
  if (content.length > repository.world.limits.bytesPerBlob) {
    throw new Refusal(403, "This API returns blobs up to 100 MB in size.", [
      { resource: "Blob", field: "data", code: "too_large" },
    ]);
  }
  if (wantsRaw(request)) {
    return { status: 200, text: content, type: "application/vnd.github.raw; charset=utf-8" };
  }
  const body = {
    sha,
    node_id: nodeId("B", sha),
    size: content.length,
    url: resources.blobUrl(repository, sha),
    content: base64Lines(content),
    encoding: "base64",
  };
  return { status: 200, body };
}

function getContent(request: RestRequest): RestAnswer {
  const { repository, resources, parameters, query } = request;
  const { git, world } = repository;
  const ref = query["ref"] ?? repository.defaultBranch;
  const commit = git.resolveCommit(ref);
  if (commit === undefined) {
    throw new Refusal(404, `No commit found for the ref ${ref}`);
  }
  const path = (parameters["path"] ?? "").replace(/\/$/u, "");
  const entry = repository.entry(commit, path);
  if (path !== "" && !entry) {
    throw notFound();
  }
  if (!entry || entry.type === "tree") {
    const prefix = path === "" ? "" : `${path}/`;
    const children = git
      .listing(commit)
      .filter((child) => child.path.startsWith(prefix))
      .filter((child) => !child.path.slice(prefix.length).includes("/"));
    const body = children.map((child) => {
      const type = contentType(child.mode);
      return resources.content(repository, ref, { ...child, size: child.size ?? 0, type });
    });
    return { status: 200, body };
  }
  const type = contentType(entry.mode);
  const common = resources.content(repository, ref, { ...entry, size: entry.size ?? 0, type });
  if (type === "submodule") {
    return { status: 200, body: { ...common, submodule_git_url: "" } };
  }
  const content = git.blob(entry.sha);
  if (type === "symlink") {
    return { status: 200, body: { ...common, target: content.toString() } };
  }
  if (wantsRaw(request)) {
    return { status: 200, text: content, type: "application/vnd.github.raw; charset=utf-8" };
  }
  const isTooLarge = content.length > world.limits.bytesPerContent;
  const body = {
    ...common,
    content: isTooLarge ? "" : base64Lines(content),
    encoding: isTooLarge ? "none" : "base64",
  };
  return { status: 200, body };
}

function contentType(mode: string): string {
  const types: Record<string, string> = {
    "040000": "dir",
    "120000": "symlink",
    "160000": "submodule",
  };
  return types[mode] ?? "file";
}

function compare(request: RestRequest): RestAnswer {
  const { repository, resources, parameters, query } = request;
  const { git, world } = repository;
  const basehead = parameters["basehead"] ?? "";
  const [base, head] = basehead
    .split("...")
    .map((name) => git.resolveCommit(name.replace(/^[^:]+:/u, "")));
  const mergeBase = base && head ? git.mergeBase(base, head) : undefined;
  if (!base || !head || mergeBase === undefined) {
    throw notFound();
  }
  const files = git.diff(mergeBase, head);
  if (wantsDiff(request)) {
    return diffAnswer(request, files, mergeBase, head);
  }
  const ahead = git.commitsBetween(base, head);
  const behind = git.commitsBetween(head, base).length;
  const { items, headers } = paged({ ...request, query: { per_page: "100", ...query } }, ahead);
  const commit = (sha: string): unknown => resources.commit(repository, repository.commitInfo(sha));
  const body = {
    ...resources.comparison(repository, basehead),
    base_commit: commit(base),
    merge_base_commit: commit(mergeBase),
    status: comparisonStatus(ahead.length, behind),
    ahead_by: ahead.length,
    behind_by: behind,
    total_commits: ahead.length,
    commits: items.map(commit),
    files:
      Number(query["page"] ?? 1) > 1
        ? []
        : resources.diffEntries(repository, files.slice(0, world.limits.filesPerComparison), head),
  };
  return { status: 200, body, headers };
}

function comparisonStatus(ahead: number, behind: number): string {
  if (ahead > 0) {
    return behind > 0 ? "diverged" : "ahead";
  }
  return behind > 0 ? "behind" : "identical";
}

function getCommit(request: RestRequest): RestAnswer {
  const { repository, resources, parameters } = request;
  const { git, world } = repository;
  const info = commitOf(request, parameters["ref"] ?? "");
  const [parent] = info.parents;
  const files = parent === undefined ? [] : git.diff(parent, info.sha);
  if (wantsDiff(request) && parent !== undefined) {
    return diffAnswer(request, files, parent, info.sha);
  }
  const shown = files.slice(0, world.limits.filesPerComparison);
  const body = {
    ...resources.commit(repository, info),
    files: resources.diffEntries(repository, shown, info.sha),
  };
  return { status: 200, body };
}

function listFiles(request: RestRequest): RestAnswer {
  const { repository, resources } = request;
  const pullRequest = pullRequestOf(request);
  const listed = pullRequest.files.slice(0, repository.world.limits.filesPerPullRequest);
  const { items, headers } = paged(request, listed);
  return {
    status: 200,
    body: resources.diffEntries(repository, items, pullRequest.headSha),
    headers,
  };
}

function getPullRequest(request: RestRequest): RestAnswer {
  const pullRequest = pullRequestOf(request);
  if (wantsDiff(request)) {
    return diffAnswer(request, pullRequest.files, pullRequest.mergeBase, pullRequest.headSha);
  }
  return { status: 200, body: request.resources.pullRequest(pullRequest) };
}

const readContents = ["contents", "read"] as const;
const readPullRequests = ["pullRequests", "read"] as const;

/** By the operation id of GitHub's OpenAPI description. `rate-limit/get` concerns no repository: see server.ts. */
export const restOperations: Readonly<Record<string, RestOperation>> = {
  "git/get-blob": { needs: readContents, run: getBlob },
  "git/get-commit": {
    needs: readContents,
    run: (request) => {
      const { repository, resources, parameters } = request;
      const sha = parameters["commit_sha"] ?? "";
      if (repository.git.typeOf(sha) !== "commit") {
        throw notFound();
      }
      return { status: 200, body: resources.gitCommit(repository, repository.commitInfo(sha)) };
    },
  },
  "git/get-tree": { needs: readContents, run: getTree },
  "pulls/get": { needs: readPullRequests, run: getPullRequest },
  "pulls/list-files": { needs: readPullRequests, run: listFiles },
  "repos/compare-commits-with-basehead": { needs: readContents, run: compare },
  "repos/get": {
    needs: ["metadata", "read"],
    run: ({ repository, resources }) => ({ status: 200, body: resources.repository(repository) }),
  },
  "repos/get-commit": { needs: readContents, run: getCommit },
  "repos/get-content": { needs: readContents, run: getContent },
  ...reviewOperations,
};
