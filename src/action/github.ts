import {
  type PullRequestState,
  type ObjectNode,
  contentFragment,
  threadOf,
  stateOf,
  threadsQuery,
  type PullRequestNode,
  pullRequestOf,
  overviewQuery,
  type OverviewData,
} from "./github-queries.ts";
import { changedFileOf } from "./listed-file.ts";
import { Buffer } from "node:buffer";
import type { ChangedFile } from "../core/index.ts";
import type { Client } from "./client.ts";
import { graphqlFault } from "./faults.ts";
import type { Thread } from "./threads.ts";

export interface RepositoryName {
  readonly owner: string;
  readonly repo: string;
}

/** A file of a commit. */
export interface BlobSource {
  readonly sha: string;
  readonly path: string;
}

/** A file's text, or why there is none. */
export type BlobContent = { readonly text: string } | { readonly reason: string };

/** A file of a commit's tree. */
export interface TreeFile {
  readonly sha: string;
  /** In bytes. */
  readonly size: number;
}

/** What stands in a tree where a file could. */
export interface Link extends TreeFile {
  readonly kind: "symbolic link" | "submodule";
}

export interface RepositoryTree {
  readonly files: ReadonlyMap<string, TreeFile>;
  readonly links: ReadonlyMap<string, Link>;
  /** True above 100,000 entries or 7 MB: then files are missing. */
  readonly truncated: boolean;
}

/** A comment as `POST …/reviews` takes it. */
export interface NewComment {
  readonly path: string;
  readonly side: "LEFT" | "RIGHT";
  readonly startLine: number | null;
  readonly line: number;
  readonly body: string;
}

/** GitHub lists no more files of a pull request, and of a comparison, than these. */
const MOST_LISTED_FILES = 3000;
const MOST_COMPARED_FILES = 300;
const pageSize = 100;
/** Files above this size are not read: no one writes such a configuration by hand. In bytes. */
export const largestFile = 5_000_000;

/** One pull request's state and our comments on it; with `policy` also that file's text. */
export interface Overview {
  readonly state: PullRequestState;
  readonly threads: readonly Thread[];
}

/** Files that differ between two commits. */
export interface ListedChanges {
  readonly files: readonly ChangedFile[];
  /** False where GitHub stops listing them. */
  readonly complete: boolean;
}

/** Nothing is known of what changes: the trees have to tell. */
export const unknownChanges: ListedChanges = { files: [], complete: false };

/** What the Action asks of GitHub, one function per question. All throw `GitHubFault`. */
export class GitHub {
  readonly #client: Client;
  readonly #name: RepositoryName;
  #state: PullRequestState | null = null;

  constructor(client: Client, name: RepositoryName) {
    this.#client = client;
    this.#name = name;
  }

  /** The pull request's state as the latest answer gave it; null before the first one. */
  get state(): PullRequestState | null {
    return this.#state;
  }

  /**
   * One request (and one more per further 100 threads): the policy file at a commit, the state, the review threads.
   * The policy is null where there is no such file.
   */
  async overview(
    number: number,
    policy: BlobSource,
  ): Promise<Overview & { readonly policy: BlobContent | null }> {
    const expression = `${policy.sha}:${policy.path}`;
    const data = await this.#client.graphql<OverviewData>(overviewQuery, {
      ...this.#name,
      number,
      policy: expression,
      cursor: null,
    });
    return {
      ...(await this.#withFurtherThreads(number, pullRequestOf(data))),
      policy: await this.#contentOf(data.repository?.policy),
    };
  }

  /** The state and the review threads as they are now. */
  async threads(number: number): Promise<Overview> {
    return this.#withFurtherThreads(number, await this.#threadPage(number, null));
  }

  async #threadPage(number: number, cursor: string | null): Promise<PullRequestNode> {
    const variables = { ...this.#name, number, cursor };
    return pullRequestOf(await this.#client.graphql<OverviewData>(threadsQuery, variables));
  }

  async #withFurtherThreads(number: number, first: PullRequestNode): Promise<Overview> {
    const nodes = [...first.reviewThreads.nodes];
    let page = first.reviewThreads.pageInfo;
    while (page.hasNextPage) {
      const next = await this.#threadPage(number, page.endCursor);
      nodes.push(...next.reviewThreads.nodes);
      page = next.reviewThreads.pageInfo;
    }
    this.#state = stateOf(first);
    return { state: this.#state, threads: nodes.flatMap((node) => threadOf(node)) };
  }

  /**
   * The files of a pull request, one request per 100, 3000 at most.
   * Octokit's own paging takes a 409 for the end of the list, which would let findings through.
   */
  async changedFiles(number: number): Promise<ListedChanges> {
    const files: ChangedFile[] = [];
    for (let page = 1; files.length < MOST_LISTED_FILES; page += 1) {
      const answer = await this.#client.rest.pulls.listFiles({
        ...this.#name,
        pull_number: number,
        per_page: pageSize,
        page,
      });
      files.push(...answer.data.map(changedFileOf));
      if (!hasNextPage(answer.headers.link)) {
        break;
      }
    }
    return { files, complete: files.length < MOST_LISTED_FILES };
  }

  /** The commit where the head left the base branch. */
  async mergeBase(baseSha: string, headSha: string): Promise<string> {
    // The files of a comparison come with its first page only, and nobody needs them here.
    const answer = await this.#client.rest.repos.compareCommitsWithBasehead({
      ...this.#name,
      basehead: `${baseSha}...${headSha}`,
      per_page: 1,
      page: 2,
    });
    return answer.data.merge_base_commit.sha;
  }

  /** The files that a commit changes since another one, 300 at most. */
  async comparedFiles(baseSha: string, headSha: string): Promise<ListedChanges> {
    const answer = await this.#client.rest.repos.compareCommitsWithBasehead({
      ...this.#name,
      basehead: `${baseSha}...${headSha}`,
      per_page: 1,
    });
    const files = (answer.data.files ?? []).map(changedFileOf);
    return { files, complete: files.length < MOST_COMPARED_FILES };
  }

  /** Every file of a commit. */
  async tree(sha: string): Promise<RepositoryTree> {
    const answer = await this.#client.rest.git.getTree({
      ...this.#name,
      tree_sha: sha,
      recursive: "1",
    });
    const files = new Map<string, TreeFile>();
    const links = new Map<string, Link>();
    for (const { mode, path, sha, size } of answer.data.tree) {
      if (!path || !sha) {
        continue;
      }
      if (mode === "100644" || mode === "100755") {
        files.set(path, { sha, size: size ?? 0 });
      }
      if (mode === "120000") {
        links.set(path, { sha, size: size ?? 0, kind: "symbolic link" });
      }
      if (mode === "160000") {
        links.set(path, { sha, size: 0, kind: "submodule" });
      }
    }
    return { files, links, truncated: answer.data.truncated };
  }

  /**
   * Files at commits in one request; null where there is no such file. The order is that of the question.
   * With a pull request's number its state comes along, so that nobody has to ask for it again before posting.
   * @throws GitHubFault also where only some of them could not be read.
   */
  async contents(
    sources: readonly BlobSource[],
    number: number | null,
  ): Promise<readonly (BlobContent | null)[]> {
    const variables: Record<string, unknown> = { ...this.#name };
    const parameters = ["$owner: String!", "$repo: String!"];
    const fields: string[] = [];
    if (number !== null) {
      variables["number"] = number;
      parameters.push("$number: Int!");
      fields.push("pullRequest(number: $number) { state headRefOid }");
    }
    for (const [index, { sha, path }] of sources.entries()) {
      variables[`e${index}`] = `${sha}:${path}`;
      parameters.push(`$e${index}: String!`);
      fields.push(`f${index}: object(expression: $e${index}) { ...content }`);
    }
    const document = `query Contents(${parameters.join(", ")}) {
  repository(owner: $owner, name: $repo) {
    ${fields.join("\n    ")}
  }
}
${contentFragment}`;
    const { repository } = await this.#client.graphql<{
      readonly repository:
        | (Readonly<Record<`f${number}`, ObjectNode | null>> & {
            readonly pullRequest?: Pick<PullRequestNode, "state" | "headRefOid">;
          })
        | null;
    }>(document, variables);
    if (!repository) {
      throw graphqlFault([]);
    }
    if (repository.pullRequest) {
      this.#state = stateOf(repository.pullRequest);
    }
    const contents: (BlobContent | null)[] = [];
    for (const index of sources.keys()) {
      contents.push(await this.#contentOf(repository[`f${index}`]));
    }
    return contents;
  }

  async #contentOf(node: ObjectNode | null | undefined): Promise<BlobContent | null> {
    if (!node || !("oid" in node)) {
      return null;
    }
    if (node.byteSize > largestFile) {
      return { reason: `it is larger than ${largestFile / 1e6} MB` };
    }
    if (node.isTruncated) {
      const answer = await this.#client.rest.git.getBlob({ ...this.#name, file_sha: node.oid });
      return decode(Buffer.from(answer.data.content, "base64"));
    }
    if (node.isBinary || node.text === null) {
      return { reason: "it is binary" };
    }
    return { text: node.text };
  }

  /** Posts comments as one review. All or nothing: one bad anchor and GitHub takes none. */
  async createReview(
    number: number,
    review: {
      readonly headSha: string;
      readonly body: string;
      readonly comments: readonly NewComment[];
    },
  ): Promise<void> {
    await this.#client.rest.pulls.createReview({
      ...this.#name,
      pull_number: number,
      commit_id: review.headSha,
      event: "COMMENT",
      body: review.body,
      comments: review.comments.map((comment) => ({
        path: comment.path,
        side: comment.side,
        line: comment.line,
        ...(comment.startLine !== null && {
          start_line: comment.startLine,
          start_side: comment.side,
        }),
        body: comment.body,
      })),
    });
  }

  async editComment(thread: Thread, body: string): Promise<void> {
    const comment_id = Number(thread.commentId);
    await this.#client.rest.pulls.updateReviewComment({ ...this.#name, comment_id, body });
  }

  async deleteComment(thread: Thread): Promise<void> {
    const comment_id = Number(thread.commentId);
    await this.#client.rest.pulls.deleteReviewComment({ ...this.#name, comment_id });
  }

  async resolve(thread: Thread): Promise<void> {
    await this.#mutate(
      "mutation Resolve($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { id } } }",
      thread.id,
    );
  }

  async minimise(thread: Thread): Promise<void> {
    await this.#mutate(
      "mutation Minimise($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: RESOLVED }) { minimizedComment { isMinimized } } }",
      thread.commentNode,
    );
  }

  async #mutate(document: string, id: string): Promise<void> {
    await this.#client.graphql(document, { id });
  }
}

function hasNextPage(link: string | undefined): boolean {
  return link?.includes('rel="next"') ?? false;
}

function decode(bytes: Buffer): BlobContent {
  if (bytes.includes(0)) {
    return { reason: "it is binary" };
  }
  return { text: bytes.toString("utf8") };
}
