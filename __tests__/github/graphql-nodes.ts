import { type Access, type Account, type Token, graphqlLogin } from "./accounts.ts";
import type { TreeEntry } from "./git.ts";
import type { PullRequest, Review, ReviewComment, ReviewThread } from "./pull-request.ts";
import type { Repository } from "./repository.ts";
import { type Resources, nodeId } from "./resources.ts";

/** What the resolvers look things up in. */
export interface GraphqlContext {
  readonly token: Token;
  readonly resources: Resources;
  readonly repositories: readonly Repository[];
  /** Undefined where it does not exist or the token may not see it. */
  readonly repository: (fullName: string) => Repository | undefined;
  /** Of the token, in the hour. */
  readonly rateLimit: {
    readonly limit: number;
    readonly remaining: number;
    readonly resetAt: string;
  };
}

/** An error with the `type` that GitHub adds beside the message. */
export class TypedError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export const forbidden = (): TypedError =>
  new TypedError("FORBIDDEN", "Resource not accessible by integration");

interface PageArguments {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

const cursorOf = (index: number): string => Buffer.from(`cursor:v2:${index}`).toString("base64");
const indexOf = (cursor: string): number =>
  Number(Buffer.from(cursor, "base64").toString().split(":").at(-1));

/** A page of a list, in the shape that all connections share. */
function connection<Item, Node>(
  name: string,
  items: readonly Item[],
  { first, last, after, before }: PageArguments,
  toNode: (item: Item) => Node,
): object {
  const size = first ?? last;
  if (size === null || size === undefined) {
    const text = `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`;
    throw new TypedError("MISSING_PAGINATION_BOUNDARIES", text);
  }
  const argument = first === null || first === undefined ? "last" : "first";
  if (size > 100) {
    const text = `Requesting the ${size} records on the \`${name}\` connection exceeds the \`${argument}\` limit of 100 records.`;
    throw new TypedError("EXCESSIVE_PAGINATION", text);
  }
  const from = after ? indexOf(after) + 1 : 0;
  const to = before ? indexOf(before) : items.length;
  const start = argument === "first" ? from : Math.max(from, to - size);
  const end = argument === "first" ? Math.min(to, from + size) : to;
  const page = items.slice(start, end).map((item, index) => ({
    cursor: cursorOf(start + index),
    node: toNode(item),
  }));
  return {
    totalCount: items.length,
    edges: page,
    nodes: page.map(({ node }) => node),
    pageInfo: {
      startCursor: page[0]?.cursor ?? null,
      endCursor: page.at(-1)?.cursor ?? null,
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0,
    },
  };
}

/** `pull-requests: write` alone does not do (github/gh-aw#35726). */
export function canResolve({ contents, pullRequests }: Token): boolean {
  return contents === "write" && pullRequests === "write";
}

function mayRead(access: Access, { isPrivate }: Repository): boolean {
  return access !== "none" || !isPrivate;
}

export function actor(account: Account, { resources }: GraphqlContext): object {
  const url = resources.user(account)["html_url"];
  return {
    __typename: account.type === "Bot" ? "Bot" : "User",
    id: nodeId("U", account.id),
    databaseId: account.id,
    login: graphqlLogin(account),
    url,
    avatarUrl: `${String(url)}.png`,
  };
}

export function repositoryNode(repository: Repository, context: GraphqlContext): object {
  const branch = (name: string): object | null => {
    const sha = repository.git.tip(name);
    if (sha === undefined) {
      return null;
    }
    const target = (): object => commitNode(repository, sha);
    return { id: nodeId("REF", name), name, prefix: "refs/heads/", target };
  };
  return {
    __typename: "Repository",
    id: nodeId("R", repository.fullName),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: repository.fullName,
    url: context.resources.repository(repository)["html_url"],
    isFork: false,
    isPrivate: repository.isPrivate,
    defaultBranchRef: () => branch(repository.defaultBranch),
    ref: ({ qualifiedName }: { qualifiedName: string }) =>
      branch(qualifiedName.replace(/^refs\/heads\//u, "")),
    object: (wanted: { expression?: string | null; oid?: string | null }) => {
      if (!mayRead(context.token.contents, repository)) {
        throw forbidden();
      }
      return gitObject(repository, wanted.oid ?? wanted.expression ?? "");
    },
    pullRequest: ({ number }: { number: number }) => {
      if (!mayRead(context.token.pullRequests, repository)) {
        throw forbidden();
      }
      const pullRequest = repository.pullRequest(number);
      if (!pullRequest) {
        const text = `Could not resolve to a PullRequest with the number of ${number}.`;
        throw new TypedError("NOT_FOUND", text);
      }
      return pullRequestNode(pullRequest, context);
    },
  };
}

/** What an expression such as `main:conf.d/site.conf` leads to; null where there is nothing. */
function gitObject(repository: Repository, expression: string): object | null {
  const [, commit, path] = /^([0-9a-f]{40}):(.+)$/su.exec(expression) ?? [];
  const sha =
    commit !== undefined && path !== undefined && repository.git.typeOf(commit) === "commit"
      ? repository.entry(commit, path.replace(/\/$/u, ""))?.sha
      : repository.git.resolve(expression);
  if (sha === undefined) {
    return null;
  }
  switch (repository.git.typeOf(sha)) {
    case "blob":
      return blobNode(repository, sha);
    case "tree":
      return treeNode(repository, sha, treePath(expression));
    case "commit":
      return commitNode(repository, sha);
    default:
      return null;
  }
}

function treePath(expression: string): string {
  const colon = expression.indexOf(":");
  return colon < 0 ? "" : expression.slice(colon + 1).replace(/\/$/u, "");
}

function commitNode(repository: Repository, sha: string): object {
  const { message, tree, committer } = repository.commitInfo(sha);
  return {
    __typename: "Commit",
    id: nodeId("C", sha),
    oid: sha,
    abbreviatedOid: sha.slice(0, 7),
    message,
    messageHeadline: message.split("\n")[0],
    committedDate: committer.date,
    tree: () => treeNode(repository, tree, ""),
  };
}

function treeNode(repository: Repository, sha: string, folder: string): object {
  const children = (): object[] =>
    repository.git
      .listing(sha)
      .filter(({ path }) => !path.includes("/"))
      .map((entry) => treeEntryNode(repository, entry, folder));
  return {
    __typename: "Tree",
    id: nodeId("T", sha),
    oid: sha,
    abbreviatedOid: sha.slice(0, 7),
    entries: children,
  };
}

/** `mode` is the number that git's octal digits stand for: 33188 for 100644. */
function treeEntryNode(repository: Repository, entry: TreeEntry, folder: string): object {
  const { path: name, mode, type, sha, size } = entry;
  const path = folder === "" ? name : `${folder}/${name}`;
  const objects: Record<TreeEntry["type"], () => object | null> = {
    blob: () => blobNode(repository, sha),
    tree: () => treeNode(repository, sha, path),
    commit: () => null,
  };
  return {
    name,
    path,
    extension: /\.[^.]*$/u.exec(name)?.[0] ?? "",
    mode: Number.parseInt(mode, 8),
    type,
    oid: sha,
    size: size ?? 0,
    object: objects[type],
  };
}

/** A blob with a NUL is binary and has no text. A byte order mark stays; bytes that are not UTF-8 are replaced. */
function blobNode(repository: Repository, sha: string): object {
  const content = repository.git.blob(sha);
  const isBinary = content.subarray(0, 8000).includes(0);
  const { bytesPerGraphqlText } = repository.world.limits;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    __typename: "Blob",
    id: nodeId("B", sha),
    oid: sha,
    abbreviatedOid: sha.slice(0, 7),
    byteSize: content.length,
    isBinary,
    isTruncated: content.length > bytesPerGraphqlText,
    text: () => (isBinary ? null : decoder.decode(content.subarray(0, bytesPerGraphqlText))),
  };
}

function pullRequestNode(pullRequest: PullRequest, context: GraphqlContext): object {
  const { id, number } = pullRequest;
  const url = context.resources.pullRequestPage(pullRequest);
  return {
    __typename: "PullRequest",
    id: nodeId("PR", id),
    databaseId: id,
    fullDatabaseId: String(id),
    number,
    title: pullRequest.title,
    body: pullRequest.body,
    author: () => actor(pullRequest.author, context),
    baseRefName: pullRequest.baseRef,
    baseRefOid: pullRequest.baseSha,
    headRefName: pullRequest.headRef,
    headRefOid: pullRequest.headSha,
    changedFiles: () => pullRequest.files.length,
    closed: pullRequest.state === "closed",
    merged: pullRequest.merged,
    state: pullRequest.merged ? "MERGED" : pullRequest.state.toUpperCase(),
    isDraft: pullRequest.draft,
    isCrossRepository: pullRequest.isFromFork,
    createdAt: pullRequest.createdAt,
    permalink: url,
    url,
    viewerDidAuthor: pullRequest.author === context.token.account,
    reviewThreads: (page: PageArguments) =>
      connection("reviewThreads", pullRequest.threads, page, (thread) =>
        threadNode(thread, context),
      ),
  };
}

export function threadNode(thread: ReviewThread, context: GraphqlContext): object {
  const { pullRequest, original, resolvedBy } = thread;
  const position = pullRequest.positionOf(thread);
  const isResolved = resolvedBy !== undefined;
  return {
    __typename: "PullRequestReviewThread",
    id: nodeId("PRRT", thread.id),
    path: thread.path,
    isCollapsed: isResolved,
    isOutdated: pullRequest.isOutdated(thread),
    isResolved,
    resolvedBy: resolvedBy ? actor(resolvedBy, context) : null,
    line: position?.line ?? null,
    startLine: position?.startLine ?? null,
    originalLine: original?.line ?? null,
    originalStartLine: original?.startLine ?? null,
    diffSide: thread.side,
    startDiffSide: thread.startSide ?? null,
    subjectType: thread.subject.toUpperCase(),
    viewerCanReply: context.token.pullRequests === "write",
    viewerCanResolve: canResolve(context.token) && !isResolved,
    viewerCanUnresolve: canResolve(context.token) && isResolved,
    pullRequest: () => pullRequestNode(pullRequest, context),
    comments: (page: PageArguments) =>
      connection("comments", thread.comments, page, (comment) => commentNode(comment, context)),
  };
}

export function commentNode(comment: ReviewComment, context: GraphqlContext): object {
  const { id, thread, replyTo, review, minimizedReason } = comment;
  const { pullRequest, original } = thread;
  const { repository } = pullRequest;
  const position = pullRequest.positionOf(thread);
  const isOutdated = pullRequest.isOutdated(thread);
  const viewerDidAuthor = comment.author === context.token.account;
  const mayWrite = context.token.pullRequests === "write";
  return {
    __typename: "PullRequestReviewComment",
    id: nodeId("PRRC", id),
    databaseId: id,
    fullDatabaseId: String(id),
    author: actor(comment.author, context),
    authorAssociation: comment.author.type === "Bot" ? "NONE" : "MEMBER",
    body: comment.body,
    diffHunk: thread.diffHunk,
    path: thread.path,
    line: position?.line ?? null,
    startLine: position?.startLine ?? null,
    originalLine: original?.line ?? null,
    originalStartLine: original?.startLine ?? null,
    outdated: isOutdated,
    subjectType: thread.subject.toUpperCase(),
    state: review.state === "PENDING" ? "PENDING" : "SUBMITTED",
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    url: context.resources.commentPage(comment),
    isMinimized: minimizedReason !== undefined,
    minimizedReason: minimizedReason ?? null,
    viewerDidAuthor,
    viewerCanDelete: viewerDidAuthor && mayWrite,
    viewerCanUpdate: viewerDidAuthor && mayWrite,
    viewerCanMinimize: mayWrite,
    replyTo: () => (replyTo ? commentNode(replyTo, context) : null),
    commit: () => commitNode(repository, isOutdated ? thread.commit : pullRequest.headSha),
    originalCommit: () => commitNode(repository, thread.commit),
    pullRequestReview: () => reviewNode(review, comment, context),
  };
}

export function reviewNode(
  review: Review,
  { thread }: ReviewComment,
  context: GraphqlContext,
): object {
  const page = context.resources.review(thread.pullRequest, review)["html_url"];
  return {
    __typename: "PullRequestReview",
    id: nodeId("PRR", review.id),
    databaseId: review.id,
    fullDatabaseId: String(review.id),
    author: actor(review.author, context),
    body: review.body,
    state: review.state,
    submittedAt: review.state === "PENDING" ? null : review.submittedAt,
    url: page,
    isMinimized: false,
    minimizedReason: null,
    viewerCanMinimize: context.token.pullRequests === "write",
  };
}
