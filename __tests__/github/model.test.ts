import { Octokit } from "@octokit/rest";
import { afterEach, describe, expect, test } from "vitest";
import type { Files } from "./git.ts";
import type { PullRequest, PullRequestOptions } from "./pull-request.ts";
import type { Repository, RepositoryOptions } from "./repository.ts";
import { type GitHubOptions, type LocalGitHub, startGitHub } from "./server.ts";

const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join("");

/** Two hunks: around line 5 and around line 35. */
const before = numbered(1, 40);
const after = before.replace("line 5\n", "line five\n").replace("line 35\n", "line 35\nmore\n");

const name = { owner: "octo", repo: "shop" };
const running: LocalGitHub[] = [];
const allowedProblems = new Set<string>();

afterEach(async () => {
  const problems = running
    .flatMap((github) => github.problems)
    .filter((problem) => !allowedProblems.has(problem));
  await Promise.all(running.splice(0).map(async (github) => github.close()));
  allowedProblems.clear();
  if (problems.length > 0) {
    throw new Error(problems.join("\n"));
  }
});

interface Setup {
  readonly github: LocalGitHub;
  readonly repository: Repository;
  readonly pull: PullRequest;
  readonly client: Octokit;
  readonly pullName: { owner: string; repo: string; pull_number: number };
}

const quiet = (): void => undefined;

function clientOf(github: LocalGitHub, auth?: string): Octokit {
  return new Octokit({
    baseUrl: github.url,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    ...(auth === undefined ? {} : { auth }),
  });
}

async function setUp(
  options: {
    readonly base?: Files;
    readonly head?: Files;
    readonly github?: GitHubOptions;
    readonly repository?: RepositoryOptions;
    readonly pull?: PullRequestOptions;
  } = {},
): Promise<Setup> {
  const github = await startGitHub(options.github);
  running.push(github);
  const repository = github.createRepository("octo/shop", {
    files: options.base ?? { "site.conf": before },
    ...options.repository,
  });
  const files = options.head ?? { "site.conf": after };
  const pull = repository.openPullRequest({ title: "Change", files, ...options.pull });
  const client = clientOf(github, Object.keys(options.github?.tokens ?? { token: {} })[0]);
  return { github, repository, pull, client, pullName: { ...name, pull_number: pull.number } };
}

const comment = (line: number, more: object = {}) => ({
  path: "site.conf",
  line,
  body: `on line ${line}`,
  ...more,
});

/** What a refused request was answered. */
async function refusal(request: Promise<unknown>) {
  const error = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error as {
    readonly status: number;
    readonly response: {
      readonly headers: Record<string, string>;
      readonly data: { readonly message: string; readonly errors?: unknown };
    };
  };
}

describe("files of a pull request", () => {
  test("have patches of hunks, statuses and hashes of their blobs", async () => {
    const { client, pullName, repository, pull } = await setUp({
      base: {
        "a.conf": before,
        "image.png": new Uint8Array([0, 1]),
        "old/name.conf": before,
        "gone.conf": "x\n",
        "dir/sub/edge case%.conf": "x",
      },
      head: {
        "a.conf": after,
        "image.png": new Uint8Array([0, 2]),
        "old/name.conf": null,
        "new/name.conf": before,
        "gone.conf": null,
        "fresh.conf": "one\r\ntwo",
        "dir/sub/edge case%.conf": "y",
      },
    });
    const { data } = await client.rest.pulls.listFiles(pullName);
    expect(data.map(({ filename, status, patch }) => [filename, status, patch])).toEqual([
      [
        "a.conf",
        "modified",
        "@@ -2,7 +2,7 @@ line 1\n line 2\n line 3\n line 4\n-line 5\n+line five\n line 6\n line 7\n line 8\n" +
          "@@ -33,6 +33,7 @@ line 32\n line 33\n line 34\n line 35\n+more\n line 36\n line 37\n line 38",
      ],
      [
        "dir/sub/edge case%.conf",
        "modified",
        "@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file",
      ],
      ["fresh.conf", "added", "@@ -0,0 +1,2 @@\n+one\r\n+two\n\\ No newline at end of file"],
      ["gone.conf", "removed", "@@ -1 +0,0 @@\n-x"],
      ["image.png", "modified", undefined],
      ["new/name.conf", "renamed", undefined],
    ]);
    expect(data[5]?.previous_filename).toBe("old/name.conf");
    expect(data[0]).toMatchObject({ additions: 2, deletions: 1, changes: 3 });
    expect(data[0]?.sha).toBe(repository.git.resolve(`${pull.headSha}:a.conf`));
    expect(data[3]?.sha).toBe(repository.git.resolve("main:gone.conf"));
    const url = new URL(data[1]?.contents_url ?? "");
    const answer = await fetch(url, { headers: { accept: "application/vnd.github.raw+json" } });
    expect(await answer.text()).toBe("y");
  });

  test("are compared with the merge base, whatever happened on the base branch since", async () => {
    const { client, pullName, repository } = await setUp();
    repository.commit("main", { "site.conf": before.replace("line 20", "line twenty") });
    const { data } = await client.rest.pulls.listFiles(pullName);
    expect(data).toHaveLength(1);
    expect(data[0]?.patch).not.toContain("twenty");
    const compared = await client.rest.repos.compareCommitsWithBasehead({
      ...name,
      basehead: "main...change-1",
    });
    expect(compared.data).toMatchObject({ status: "diverged", ahead_by: 1, behind_by: 1 });
  });

  test("come in pages of 30, or of at most 100, linked by the repository's number", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 230 }, (_, index) => [`f${String(index).padStart(3, "0")}.conf`, "x\n"]),
    );
    const { client, pullName, repository, github } = await setUp({ head: files });
    const first = await client.rest.pulls.listFiles(pullName);
    expect(first.data).toHaveLength(30);
    const path = `${github.url}/repositories/${repository.id}/pulls/1/files`;
    expect(first.headers.link).toBe(`<${path}?page=2>; rel="next", <${path}?page=8>; rel="last"`);
    const large = await client.rest.pulls.listFiles({ ...pullName, per_page: 300 });
    expect(large.data).toHaveLength(100);
    const all = await client.paginate(client.rest.pulls.listFiles, { ...pullName, per_page: 100 });
    expect(all.map((file) => file.filename)).toEqual(Object.keys(files));
  });

  test("stop at 3000 while the pull request says how many there are", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`${index + 10}.conf`, "x\n"]),
    );
    const limits = { filesPerPullRequest: 10 };
    const { client, pullName } = await setUp({ head: files, github: { limits } });
    const listed = await client.paginate(client.rest.pulls.listFiles, pullName);
    expect(listed).toHaveLength(10);
    const { data } = await client.rest.pulls.get(pullName);
    expect(data.changed_files).toBe(12);
  });

  test("have no patch when it is large, nor after the page has got too large", async () => {
    const { client, pullName } = await setUp({
      head: { "a.conf": numbered(1, 4), "b.conf": numbered(1, 20), "c.conf": numbered(1, 4) },
      github: { limits: { linesPerPatch: 10 } },
    });
    const large = await client.rest.pulls.listFiles(pullName);
    expect(large.data.map((file) => file.patch !== undefined)).toEqual([true, false, true]);
    const other = await setUp({
      head: { "a.conf": numbered(1, 4), "b.conf": numbered(1, 4), "c.conf": numbered(1, 4) },
      github: { limits: { patchLinesPerPage: 8 } },
    });
    const full = await other.client.rest.pulls.listFiles(other.pullName);
    expect(full.data.map((file) => file.patch !== undefined)).toEqual([true, true, false]);
    const rest = await other.client.rest.pulls.listFiles({
      ...other.pullName,
      per_page: 2,
      page: 2,
    });
    expect(rest.data.map((file) => file.patch !== undefined)).toEqual([true]);
  });

  test("as a diff: 406 above its limits", async () => {
    const mediaType = { format: "diff" };
    const small = await setUp();
    const diff = await small.client.rest.pulls.get({ ...small.pullName, mediaType });
    expect(String(diff.data)).toMatch(/^diff --git a\/site\.conf b\/site\.conf\n/u);
    const { client, pullName } = await setUp({ github: { limits: { linesPerDiff: 5 } } });
    const { status, response } = await refusal(client.rest.pulls.get({ ...pullName, mediaType }));
    expect(status).toBe(406);
    expect(response.data.errors).toEqual([
      { resource: "PullRequest", field: "diff", code: "too_large" },
    ]);
  });
});

describe("a pull request", () => {
  test("has head, base and merge commit", async () => {
    const { client, pullName, repository, pull } = await setUp();
    const opened = repository.branch("main");
    const moved = repository.commit("main", { "other.conf": "x\n" });
    const { data } = await client.rest.pulls.get(pullName);
    expect(data.head).toMatchObject({ sha: pull.headSha, ref: "change-1", label: "octo:change-1" });
    expect(data.base.sha).toBe(opened);
    const merge = repository.commitInfo(data.merge_commit_sha ?? "");
    expect(merge.parents).toEqual([moved, pull.headSha]);
    expect(repository.read(merge.sha, "other.conf")).toBe("x\n");
    expect(repository.read(merge.sha, "site.conf")).toBe(after);
    pull.push({ "site.conf": before });
    const pushed = await client.rest.pulls.get(pullName);
    expect(pushed.data.base.sha).toBe(moved);
  });

  test("of a fork has its head there, and its commits can be read here", async () => {
    const { client, pullName, pull } = await setUp({ pull: { fork: "contributor" } });
    const { data } = await client.rest.pulls.get(pullName);
    expect(data.head.repo).toMatchObject({ full_name: "contributor/shop", fork: true });
    expect(data.base.repo).toMatchObject({ full_name: "octo/shop", fork: false });
    const content = await client.rest.repos.getContent({
      ...name,
      path: "site.conf",
      ref: pull.headSha,
    });
    expect(content.data).toMatchObject({ type: "file", encoding: "base64" });
  });

  test("that conflicts has no merge commit", async () => {
    const { client, pullName, repository } = await setUp();
    repository.commit("main", { "site.conf": before.replace("line 5", "line V") });
    const { data } = await client.rest.pulls.get(pullName);
    expect(data).toMatchObject({ mergeable: false, merge_commit_sha: null });
  });
});

describe("git data", () => {
  const base = {
    "nginx/nginx.conf": "http {}\n",
    "nginx/conf.d/site.conf": "server {}\n",
    "nginx/current": { symlink: "conf.d" },
    "nginx/reload.sh": { executable: "#!/bin/sh\n" },
    "vendor/module": { submodule: "1".repeat(40) },
    "latin.conf": new Uint8Array([0x23, 0xe9, 0x0a]),
  };

  test("trees, recursive or not, and cut short", async () => {
    const { client } = await setUp({ base });
    const tree = async (more: object) => {
      const { data } = await client.rest.git.getTree({ ...name, tree_sha: "main", ...more });
      return data;
    };
    const whole = await tree({ recursive: "1" });
    expect(whole.truncated).toBe(false);
    expect(whole.tree.map(({ path, mode, type }) => `${mode} ${type} ${path}`)).toEqual([
      "100644 blob latin.conf",
      "040000 tree nginx",
      "040000 tree nginx/conf.d",
      "100644 blob nginx/conf.d/site.conf",
      "120000 blob nginx/current",
      "100644 blob nginx/nginx.conf",
      "100755 blob nginx/reload.sh",
      "040000 tree vendor",
      "160000 commit vendor/module",
    ]);
    const top = await tree({});
    expect(top.tree.map(({ path }) => path)).toEqual(["latin.conf", "nginx", "vendor"]);
    const small = await setUp({ base, github: { limits: { entriesPerTree: 3 } } });
    const { data } = await small.client.rest.git.getTree({
      ...name,
      tree_sha: "main",
      recursive: "1",
    });
    expect([data.truncated, data.tree.length]).toEqual([true, 3]);
  });

  test("blobs, as base64 and raw", async () => {
    const { client, repository } = await setUp({ base });
    const file_sha = repository.git.resolve("main:nginx/nginx.conf") ?? "";
    const { data } = await client.rest.git.getBlob({ ...name, file_sha });
    expect(Buffer.from(data.content, "base64").toString()).toBe("http {}\n");
    const mediaType = { format: "raw" };
    const raw = await client.rest.git.getBlob({ ...name, file_sha, mediaType });
    expect(Buffer.from(raw.data as unknown as ArrayBuffer).toString()).toBe("http {}\n");
    const missing = await refusal(client.rest.git.getBlob({ ...name, file_sha: "0".repeat(40) }));
    expect(missing.status).toBe(404);
  });

  test("contents: file, folder, symbolic link, submodule, too large", async () => {
    const { client } = await setUp({ base, github: { limits: { bytesPerContent: 9 } } });
    const content = async (path: string) => {
      const { data } = await client.rest.repos.getContent({ ...name, path });
      return data;
    };
    expect(await content("nginx/nginx.conf")).toMatchObject({
      content: `${Buffer.from("http {}\n").toString("base64")}\n`,
      size: 8,
    });
    expect(await content("nginx/conf.d/site.conf")).toMatchObject({
      content: "",
      encoding: "none",
      size: 10,
    });
    expect(await content("nginx/current")).toMatchObject({ type: "symlink", target: "conf.d" });
    expect(await content("vendor/module")).toMatchObject({ type: "submodule" });
    const folder = (await content("nginx")) as { type: string; path: string }[];
    expect(folder.map(({ type, path }) => `${type} ${path}`)).toEqual([
      "dir nginx/conf.d",
      "symlink nginx/current",
      "file nginx/nginx.conf",
      "file nginx/reload.sh",
    ]);
    const missing = await refusal(content("nginx/none.conf"));
    expect(missing.status).toBe(404);
    const noRef = await refusal(
      client.rest.repos.getContent({ ...name, path: "nginx", ref: "none" }),
    );
    expect(noRef.response.data.message).toBe("No commit found for the ref none");
  });

  test("commits and comparisons", async () => {
    const { client, pull, repository } = await setUp();
    const base_sha = repository.branch("main");
    const commit = await client.rest.git.getCommit({ ...name, commit_sha: pull.headSha });
    expect(commit.data.parents.map(({ sha }) => sha)).toEqual([base_sha]);
    const shown = await client.rest.repos.getCommit({ ...name, ref: "change-1" });
    expect(shown.data.files?.map((file) => file.filename)).toEqual(["site.conf"]);
    const compared = await client.rest.repos.compareCommitsWithBasehead({
      ...name,
      basehead: `${base_sha}...${pull.headSha}`,
    });
    expect(compared.data).toMatchObject({ status: "ahead", total_commits: 1 });
    expect(compared.data.merge_base_commit.sha).toBe(base_sha);
    expect(compared.data.files).toHaveLength(1);
    const unknown = await refusal(
      client.rest.repos.compareCommitsWithBasehead({ ...name, basehead: "main...none" }),
    );
    expect(unknown.status).toBe(404);
  });

  test("a comparison lists at most 300 files", async () => {
    const { client } = await setUp({
      head: { "a.conf": "a\n", "b.conf": "b\n", "c.conf": "c\n" },
      github: { limits: { filesPerComparison: 2 } },
    });
    const { data } = await client.rest.repos.compareCommitsWithBasehead({
      ...name,
      basehead: "main...change-1",
    });
    expect(data.files?.map((file) => file.filename)).toEqual(["a.conf", "b.conf"]);
  });

  test("texts by GraphQL, many in one query", async () => {
    const { client, repository, github } = await setUp({
      base: { ...base, "bom.conf": "\uFEFFx", "long.conf": "123456789", "bin.conf": "a\0b" },
      github: { limits: { bytesPerGraphqlText: 8 } },
    });
    const sha = repository.branch("main");
    const blob = (path: string): string =>
      `object(expression: "${sha}:${path}") { __typename oid ... on Blob { text byteSize isBinary isTruncated } }`;
    const { repository: found } = await client.graphql<{ repository: Record<string, object> }>(
      `query ($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) {
        a: ${blob("nginx/nginx.conf")} b: ${blob("nginx/none.conf")} c: ${blob("latin.conf")}
        d: ${blob("bom.conf")} e: ${blob("long.conf")} f: ${blob("bin.conf")}
        g: object(expression: "main:nginx") { ... on Tree { entries { path mode type size object { ... on Blob { text } } } } }
      } }`,
      name,
    );
    expect(found).toMatchObject({
      a: { text: "http {}\n", byteSize: 8, isBinary: false, isTruncated: false },
      b: null,
      c: { text: "#\uFFFD\n", byteSize: 3 },
      d: { text: "\uFEFFx" },
      e: { text: "12345678", byteSize: 9, isTruncated: true },
      f: { text: null, isBinary: true },
      g: {
        entries: [
          { path: "nginx/conf.d", mode: 0o40000, type: "tree" },
          { path: "nginx/current", mode: 0o120000, type: "blob", object: { text: "conf.d" } },
          { path: "nginx/nginx.conf", mode: 0o100644, size: 8, object: { text: "http {}\n" } },
          { path: "nginx/reload.sh", mode: 0o100755 },
        ],
      },
    });
    expect(github.requests.map((request) => request.operation)).toEqual(["graphql repository"]);
  });
});

const outsideSentence =
  "Pull request review thread line must be part of the diff and Pull request review thread diff hunk can't be blank";

async function post({ client, pullName }: Setup, comments: object[], more: object = {}) {
  return client.rest.pulls.createReview({
    ...pullName,
    event: "COMMENT",
    comments: comments as { path: string; body: string }[],
    ...more,
  });
}

describe("a review", () => {
  test("puts comments on lines of hunks, added or context, one or several", async () => {
    const setup = await setUp();
    const { data } = await post(setup, [
      comment(5),
      comment(37, { side: "RIGHT", start_line: 34, start_side: "RIGHT" }),
      comment(5, { side: "LEFT" }),
    ]);
    expect(data).toMatchObject({ state: "COMMENTED", user: { login: "github-actions[bot]" } });
    const { data: listed } = await setup.client.rest.pulls.listReviewComments(setup.pullName);
    expect(listed).toMatchObject([
      { line: 5, start_line: null, side: "RIGHT", position: 5, subject_type: "line" },
      { line: 37, start_line: 34, original_line: 37, original_start_line: 34, position: 14 },
      { line: 5, side: "LEFT", position: 4 },
    ]);
    expect(listed[0]?.diff_hunk).toBe(
      "@@ -2,7 +2,7 @@ line 1\n line 2\n line 3\n line 4\n-line 5\n+line five",
    );
    const reviews = await setup.client.rest.pulls.listReviews(setup.pullName);
    expect(reviews.data).toMatchObject([{ id: data.id, commit_id: setup.pull.headSha }]);
  });

  test.each([
    ["outside of the hunks", [comment(20)], outsideSentence],
    ["after the file", [comment(400)], outsideSentence],
    ["on the other side", [comment(42, { side: "LEFT" })], outsideSentence],
    [
      "that ends outside",
      [comment(20, { start_line: 5 })],
      "Pull request review thread line must be part of the diff, Pull request review thread start line must be part of the same hunk as the line., and Pull request review thread diff hunk can't be blank",
    ],
    [
      "over two hunks",
      [comment(35, { start_line: 5 })],
      "Pull request review thread start line must be part of the same hunk as the line.",
    ],
    [
      "that starts where it ends",
      [comment(5, { start_line: 5 })],
      "Pull request review thread start line must precede the end line.",
    ],
    [
      "of a file that is not in the diff",
      [comment(1, { path: "other.conf" })],
      "Pull request review thread path is invalid and Pull request review thread diff hunk can't be blank",
    ],
    [
      "too long",
      [comment(5, { body: "x".repeat(65_537) })],
      "Body is too long (maximum is 65536 characters)",
    ],
    ["blank", [comment(5, { body: " \n" })], "Body can't be blank"],
  ])("loses every comment when one is %s", async (_, bad, sentence) => {
    const setup = await setUp();
    const { status, response } = await refusal(post(setup, [comment(5), ...bad, comment(6)]));
    expect([status, response.data.message]).toEqual([422, "Unprocessable Entity"]);
    expect(response.data.errors).toEqual([sentence]);
    expect(setup.pull.comments).toEqual([]);
    expect(setup.pull.reviews).toEqual([]);
  });

  test("is refused where the file's diff is too large", async () => {
    const setup = await setUp({ github: { limits: { linesPerPatch: 5 } } });
    const { response } = await refusal(post(setup, [comment(5)]));
    expect(response.data.errors).toEqual([
      "Pull request review thread path diff too large and Pull request review thread diff hunk can't be blank",
    ]);
  });

  test("counts code points, not UTF-16", async () => {
    const setup = await setUp();
    await post(setup, [comment(5, { body: "😀".repeat(65_536) })]);
    expect(setup.pull.comments).toHaveLength(1);
  });

  test("is refused with a misspelt key, which GitHub would ignore", async () => {
    const setup = await setUp();
    const { response } = await refusal(post(setup, [comment(5, { startLine: 4 })]));
    expect(response.data.message).toBe('Invalid request.\n\n"startLine" is not a permitted key.');
    const file = await refusal(post(setup, [comment(5, { subject_type: "file" })]));
    expect(file.response.data.message).toContain('"subject_type" is not a permitted key.');
  });

  test("may be of an earlier commit of the pull request, and of no other", async () => {
    const setup = await setUp();
    const earlier = setup.pull.headSha;
    setup.pull.push({ "site.conf": after.replace("line five", "line V") });
    await post(setup, [comment(5), comment(35)], { commit_id: earlier });
    const { data } = await setup.client.rest.pulls.listReviewComments(setup.pullName);
    expect(data).toMatchObject([
      { line: null, position: null, original_line: 5, commit_id: earlier },
      { line: 35, commit_id: setup.pull.headSha, original_commit_id: earlier },
    ]);
    const { response } = await refusal(
      post(setup, [comment(5)], { commit_id: setup.pull.mergeCommit }),
    );
    expect(response.data.errors).toEqual(["The commitOID is not part of the pull request"]);
  });

  test("without event is pending, and its comments are not listed", async () => {
    const setup = await setUp();
    const { data } = await post(setup, [comment(5)], { event: undefined });
    expect(data.state).toBe("PENDING");
    const listed = await setup.client.rest.pulls.listReviewComments(setup.pullName);
    expect(listed.data).toEqual([]);
    const second = await refusal(post(setup, [comment(5)]));
    expect(second.response.data.errors).toEqual([
      "User can only have one pending review per pull request",
    ]);
  });

  test("says something, and a workflow approves nothing", async () => {
    const setup = await setUp();
    const empty = await refusal(post(setup, []));
    expect(empty.response.data.errors).toEqual(["Body can't be blank"]);
    const approval = await refusal(post(setup, [], { event: "APPROVE" }));
    expect(approval.response.data.errors).toEqual([
      "GitHub Actions is not permitted to approve pull requests.",
    ]);
  });
});

describe("review comments", () => {
  const tokens = {
    token: { contents: "read", pullRequests: "write" },
    person: { contents: "write", pullRequests: "write", login: "alice" },
  } as const;

  test("are made one by one, on a line or a file, answered, changed and deleted", async () => {
    const { client, pullName, pull } = await setUp();
    const commit_id = pull.headSha;
    const made = await client.rest.pulls.createReviewComment({
      ...pullName,
      commit_id,
      ...comment(6),
    });
    expect(made.status).toBe(201);
    const file = await client.rest.pulls.createReviewComment({
      ...pullName,
      commit_id,
      path: "site.conf",
      body: "on the file",
      subject_type: "file",
    });
    expect(file.data.subject_type).toBe("file");
    const comment_id = made.data.id;
    const reply = await client.rest.pulls.createReplyForReviewComment({
      ...pullName,
      comment_id,
      body: "answer",
    });
    expect(reply.data.in_reply_to_id).toBe(comment_id);
    await client.rest.pulls.updateReviewComment({ ...name, comment_id, body: "changed" });
    const { data } = await client.rest.pulls.getReviewComment({ ...name, comment_id });
    expect(data.body).toBe("changed");
    expect(data.updated_at > data.created_at).toBe(true);
    await client.rest.pulls.deleteReviewComment({ ...name, comment_id });
    const { data: left } = await client.rest.pulls.listReviewComments(pullName);
    expect(left.map(({ body }) => body)).toEqual(["on the file", "answer"]);
    expect(pull.threads).toHaveLength(2);
  });

  test("are refused with objects in place of sentences", async () => {
    const { client, pullName, pull } = await setUp();
    const { response } = await refusal(
      client.rest.pulls.createReviewComment({
        ...pullName,
        commit_id: pull.headSha,
        ...comment(20),
      }),
    );
    const resource = "PullRequestReviewComment";
    expect(response.data).toMatchObject({
      message: "Validation Failed",
      errors: [
        {
          resource,
          code: "custom",
          field: "pull_request_review_thread.line",
          message: "pull_request_review_thread.line must be part of the diff",
        },
        { resource, code: "missing_field", field: "pull_request_review_thread.diff_hunk" },
      ],
    });
  });

  test("of others stay as they are", async () => {
    const { client, github, pullName } = await setUp({ github: { tokens } });
    const person = clientOf(github, "person");
    await person.rest.pulls.createReview({ ...pullName, event: "COMMENT", comments: [comment(5)] });
    const { data } = await client.rest.pulls.listReviewComments(pullName);
    const comment_id = data[0]?.id ?? 0;
    const change = { ...name, comment_id, body: "mine now" };
    expect((await refusal(client.rest.pulls.updateReviewComment(change))).status).toBe(403);
    expect((await refusal(client.rest.pulls.deleteReviewComment(change))).status).toBe(403);
  });

  test("are followed through pushes, and outdated once their last line is changed or gone", async () => {
    const { client, pullName, pull, repository } = await setUp();
    await client.rest.pulls.createReview({
      ...pullName,
      event: "COMMENT",
      comments: [comment(5), comment(36), comment(37, { start_line: 34 })],
    });
    const lines = async () => {
      const { data } = await client.rest.pulls.listReviewComments(pullName);
      return data.map(({ line, start_line }) => [start_line, line]);
    };
    pull.push({ "site.conf": `new first line\n${after}` });
    expect(await lines()).toEqual([
      [null, 6],
      [null, 37],
      [35, 38],
    ]);
    pull.push({ "site.conf": after.replace("line five", "line V") });
    expect(await lines()).toEqual([
      [null, null],
      [null, 36],
      [34, 37],
    ]);
    pull.push({ "site.conf": after.replace("more\n", "") });
    expect(await lines()).toEqual([
      [null, 5],
      [null, null],
      [null, null],
    ]);
    pull.push({ "site.conf": after });
    repository.commit("main", { "site.conf": numbered(-39, 0) + before });
    repository.rebase(pull.headRef);
    expect(await lines()).toEqual([
      [null, 45],
      [null, 76],
      [74, 77],
    ]);
    pull.push({ "site.conf": null });
    expect(await lines()).toEqual([
      [null, null],
      [null, null],
      [null, null],
    ]);
  });
});

describe("review threads by GraphQL", () => {
  const tokens = {
    workflow: { contents: "read", pullRequests: "write" },
    writer: { contents: "write", pullRequests: "write" },
    person: { contents: "write", pullRequests: "write", login: "alice" },
    reader: { contents: "read", pullRequests: "read" },
  } as const;
  const query = `query ($owner: String!, $repo: String!, $first: Int!, $after: String) {
    repository(owner: $owner, name: $repo) { pullRequest(number: 1) {
      reviewThreads(first: $first, after: $after) {
        nodes { id isResolved resolvedBy { login } isOutdated path line startLine viewerCanResolve
          comments(first: 10) { nodes { id databaseId body viewerDidAuthor author { __typename login } url isMinimized minimizedReason } } }
        pageInfo { hasNextPage endCursor }
      }
    } }
  }`;
  interface Answer {
    readonly repository: {
      readonly pullRequest: {
        readonly reviewThreads: {
          readonly nodes: readonly {
            readonly id: string;
            readonly comments: { readonly nodes: readonly { readonly id: string }[] };
          }[];
          readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
        };
      };
    };
  }

  async function threadsOf(client: Octokit, first = 100, after?: string) {
    const answer = await client.graphql<Answer>(query, { ...name, first, after });
    return answer.repository.pullRequest.reviewThreads;
  }

  async function withThreads() {
    const setup = await setUp({ github: { tokens } });
    const person = clientOf(setup.github, "person");
    const comments = [comment(5), comment(36, { start_line: 34 })];
    await setup.client.rest.pulls.createReview({ ...setup.pullName, event: "COMMENT", comments });
    await person.rest.pulls.createReview({
      ...setup.pullName,
      event: "COMMENT",
      comments: [comment(6)],
    });
    return { ...setup, person };
  }

  test("say where they are, whose they are and who may resolve them", async () => {
    const { client, pull, person } = await withThreads();
    pull.push({ "site.conf": after.replace("line five", "line V") });
    const { nodes } = await threadsOf(client);
    expect(nodes).toMatchObject([
      {
        path: "site.conf",
        line: null,
        isOutdated: true,
        isResolved: false,
        viewerCanResolve: false,
        comments: {
          nodes: [
            {
              body: "on line 5",
              viewerDidAuthor: true,
              author: { __typename: "Bot", login: "github-actions" },
            },
          ],
        },
      },
      { line: 36, startLine: 34, isOutdated: false },
      { line: 6, comments: { nodes: [{ viewerDidAuthor: false, author: { login: "alice" } }] } },
    ]);
    const seen = await threadsOf(person);
    expect(seen.nodes[0]).toMatchObject({
      viewerCanResolve: true,
      comments: { nodes: [{ viewerDidAuthor: false }] },
    });
  });

  test("come in pages", async () => {
    const { client } = await withThreads();
    const first = await threadsOf(client, 2);
    expect([first.nodes.length, first.pageInfo.hasNextPage]).toEqual([2, true]);
    const second = await threadsOf(client, 2, first.pageInfo.endCursor);
    expect([second.nodes.length, second.pageInfo.hasNextPage]).toEqual([1, false]);
    const tooMany = await refusal(threadsOf(client, 101));
    expect(String(tooMany)).toContain("exceeds the `first` limit of 100 records");
  });

  const resolve =
    "mutation ($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { isResolved } } }";

  test("are resolved with contents: write only", async () => {
    const { client, github } = await withThreads();
    const [thread] = (await threadsOf(client)).nodes;
    const answer = await fetch(github.graphqlUrl, {
      method: "POST",
      headers: { authorization: "bearer workflow" },
      body: JSON.stringify({ query: resolve, variables: { id: thread?.id } }),
    });
    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      {
        data: { resolveReviewThread: null },
        errors: [
          {
            type: "FORBIDDEN",
            message: "Resource not accessible by integration",
            path: ["resolveReviewThread"],
          },
        ],
      },
    ]);
    await clientOf(github, "writer").graphql(resolve, { id: thread?.id });
    const [resolved] = (await threadsOf(client)).nodes;
    expect(resolved).toMatchObject({ isResolved: true, resolvedBy: { login: "github-actions" } });
  });

  test("have comments that are minimised, changed, answered and deleted with pull-requests: write", async () => {
    const { client, github } = await withThreads();
    const [first, second, foreign] = (await threadsOf(client)).nodes;
    const idOf = (thread: typeof first): string => thread?.comments.nodes[0]?.id ?? "";
    const minimize =
      "mutation ($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { minimizedComment { isMinimized } } }";
    await client.graphql(minimize, { id: idOf(first) });
    const reader = clientOf(github, "reader");
    expect(String(await refusal(reader.graphql(minimize, { id: idOf(first) })))).toContain(
      "Resource not accessible by integration",
    );
    const update =
      "mutation ($id: ID!, $body: String!) { updatePullRequestReviewComment(input: { pullRequestReviewCommentId: $id, body: $body }) { pullRequestReviewComment { body } } }";
    await client.graphql(update, { id: idOf(first), body: "changed" });
    const theft = await refusal(client.graphql(update, { id: idOf(foreign), body: "mine now" }));
    expect(String(theft)).toContain("Resource not accessible by integration");
    await client.graphql(
      'mutation ($id: ID!) { addPullRequestReviewThreadReply(input: { pullRequestReviewThreadId: $id, body: "answer" }) { comment { id } } }',
      { id: foreign?.id },
    );
    await client.graphql(
      "mutation ($id: ID!) { deletePullRequestReviewComment(input: { id: $id }) { pullRequestReview { id } } }",
      { id: idOf(second) },
    );
    const { nodes } = await threadsOf(client);
    expect(nodes).toMatchObject([
      {
        comments: { nodes: [{ body: "changed", isMinimized: true, minimizedReason: "outdated" }] },
      },
      { comments: { nodes: [{ body: "on line 6" }, { body: "answer" }] } },
    ]);
  });

  test.each([
    ["an unknown field", "{ viewer { email } }", 'Cannot query field "email" on type "User".'],
    [
      "no page size",
      '{ repository(owner: "octo", name: "shop") { pullRequest(number: 1) { reviewThreads { totalCount } } } }',
      "You must provide a `first` or `last` value",
    ],
    [
      "an unknown repository",
      '{ repository(owner: "octo", name: "none") { id } }',
      "Could not resolve to a Repository with the name 'octo/none'.",
    ],
    [
      "an unknown pull request",
      '{ repository(owner: "octo", name: "shop") { pullRequest(number: 9) { id } } }',
      "Could not resolve to a PullRequest with the number of 9.",
    ],
    ["bad syntax", "{ viewer {", "Syntax Error"],
  ])("%s is an error in an answer of status 200", async (_, bad, message) => {
    const { client, github } = await setUp();
    expect(String(await refusal(client.graphql(bad)))).toContain(message);
    expect(github.requests.at(-1)?.status).toBe(200);
  });
});

describe("tokens", () => {
  const tokens = {
    fork: { contents: "read", pullRequests: "read" },
    narrow: { contents: "none", pullRequests: "none" },
  } as const;

  test("that are unknown, missing or too weak", async () => {
    const { github, pullName } = await setUp({ github: { tokens } });
    const review = { ...pullName, event: "COMMENT" as const, comments: [comment(5)] };
    const answer = async (token: string | undefined) => {
      const { status, response } = await refusal(
        clientOf(github, token).rest.pulls.createReview(review),
      );
      return [status, response.data.message];
    };
    expect(await answer("stolen")).toEqual([401, "Bad credentials"]);
    expect(await answer(undefined)).toEqual([401, "Requires authentication"]);
    expect(await answer("fork")).toEqual([403, "Resource not accessible by integration"]);
    const listed = await clientOf(github, "narrow").rest.pulls.listFiles(pullName);
    expect(listed.data).toHaveLength(1);
  });

  test("see a private repository as far as they may", async () => {
    const { github, pullName } = await setUp({
      github: { tokens },
      repository: { private: true },
    });
    const get = (token?: string) => clientOf(github, token).rest.pulls.get(pullName);
    expect((await get("fork")).data.base.repo.private).toBe(true);
    expect((await refusal(get("narrow"))).status).toBe(403);
    expect((await refusal(get())).status).toBe(404);
  });

  test("find no repository or pull request that does not exist", async () => {
    const { client, pullName } = await setUp();
    const other = await refusal(client.rest.pulls.get({ ...pullName, repo: "none" }));
    expect([other.status, other.response.data.message]).toEqual([404, "Not Found"]);
    expect((await refusal(client.rest.pulls.get({ ...pullName, pull_number: 7 }))).status).toBe(
      404,
    );
  });

  test("have an hourly budget of requests and a limit of writes a minute", async () => {
    const { client, pullName } = await setUp({ github: { limits: { requestsPerHour: 2 } } });
    const first = await client.rest.pulls.get(pullName);
    expect(first.headers["x-ratelimit-remaining"]).toBe("1");
    await client.rest.pulls.get(pullName);
    const { status, response } = await refusal(client.rest.pulls.get(pullName));
    expect([status, response.headers["x-ratelimit-remaining"]]).toEqual([403, "0"]);
    expect(response.data.message).toContain("API rate limit exceeded");
    const { data } = await client.rest.rateLimit.get();
    expect(data.resources.core).toMatchObject({ limit: 2, remaining: 0 });

    const writer = await setUp({ github: { limits: { writesPerMinute: 1 } } });
    const review = { ...writer.pullName, event: "COMMENT", body: "x" } as const;
    await writer.client.rest.pulls.createReview(review);
    const second = await refusal(writer.client.rest.pulls.createReview(review));
    expect([second.status, second.response.headers["retry-after"]]).toEqual([403, "60"]);
    expect(second.response.data.message).toContain("secondary rate limit");
  });
});

describe("faults", () => {
  test("answer in place of the work, or lose the answer after it", async () => {
    const { client, github, pullName, pull } = await setUp();
    const review = { ...pullName, event: "COMMENT" as const, comments: [comment(5)] };
    github.faults = () => ({ kind: "answer", status: 503 });
    expect((await refusal(client.rest.pulls.createReview(review))).status).toBe(503);
    expect(pull.comments).toHaveLength(0);
    github.faults = ({ operation }) =>
      operation === "pulls/create-review"
        ? { kind: "answer", status: 502, executed: true }
        : undefined;
    expect((await refusal(client.rest.pulls.createReview(review))).status).toBe(502);
    expect(pull.comments).toHaveLength(1);
    expect((await client.rest.pulls.get(pullName)).status).toBe(200);
  });

  test("drop the connection, delay, and move the head meanwhile", async () => {
    const { client, github, pullName, pull } = await setUp();
    github.faults = () => ({ kind: "drop" });
    await expect(client.rest.pulls.get(pullName)).rejects.toThrow(
      /other side closed|ECONNRESET|fetch failed/u,
    );
    expect(github.requests.at(-1)?.status).toBe(0);
    github.faults = () => {
      pull.push({ "site.conf": before });
      return { kind: "delay", milliseconds: 1 };
    };
    const { data } = await client.rest.pulls.get(pullName);
    expect(data.head.sha).toBe(pull.headSha);
    expect(data.changed_files).toBe(0);
  });
});

test("an enterprise server has its API below /api/v3 and GraphQL at /api/graphql", async () => {
  const { client, github, pullName } = await setUp({ github: { enterprise: true } });
  expect(github.url).toMatch(/\/api\/v3$/u);
  expect((await client.rest.pulls.get(pullName)).data.url).toBe(
    `${github.url}/repos/octo/shop/pulls/1`,
  );
  const { viewer } = await client.graphql<{ viewer: { login: string } }>("{ viewer { login } }");
  expect(viewer.login).toBe("github-actions");
  expect(github.requests.map(({ path, status }) => [path, status])).toEqual([
    ["/repos/octo/shop/pulls/1", 200],
    ["/graphql", 200],
  ]);
});

test("an operation that is not modelled says so, and is a problem of the model", async () => {
  const { client, github } = await setUp();
  const { status } = await refusal(client.rest.issues.listForRepo(name));
  expect(status).toBe(501);
  allowedProblems.add("not modelled: GET /repos/octo/shop/issues");
  expect(github.problems).toEqual([...allowedProblems]);
});

test("two models of the same steps have the same hashes and times", async () => {
  const [one, other] = [await setUp(), await setUp()];
  expect(one.pull.headSha).toBe(other.pull.headSha);
  expect(one.pull.createdAt).toBe(other.pull.createdAt);
});
