import type { Thread } from "./threads.ts";
import { graphqlFault } from "./faults.ts";

export interface PullRequestState {
  readonly open: boolean;
  readonly headSha: string;
}

const threadFields = `
  reviewThreads(first: 100, after: $cursor) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id isResolved isOutdated viewerCanResolve path diffSide line startLine
      comments(first: 1) {
        totalCount
        nodes { id fullDatabaseId body viewerDidAuthor createdAt }
      }
    }
  }`;

export const contentFragment = `fragment content on GitObject {
  ... on Blob { oid text byteSize isBinary isTruncated }
}`;

export const overviewQuery = `query Overview(
  $owner: String!, $repo: String!, $number: Int!, $policy: String!, $cursor: String
) {
  repository(owner: $owner, name: $repo) {
    policy: object(expression: $policy) { ...content }
    pullRequest(number: $number) { state headRefOid ${threadFields} }
  }
}
${contentFragment}`;

export const threadsQuery = `query Threads($owner: String!, $repo: String!, $number: Int!, $cursor: String) {
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) { state headRefOid ${threadFields} }
  }
}`;

export interface BlobNode {
  readonly oid: string;
  readonly text: string | null;
  readonly byteSize: number;
  readonly isBinary: boolean | null;
  readonly isTruncated: boolean;
}

/** A folder or a submodule has none of the fields. */
export type ObjectNode = BlobNode | Record<string, never>;

export interface ThreadNode {
  readonly id: string;
  readonly isResolved: boolean;
  readonly isOutdated: boolean;
  readonly viewerCanResolve: boolean;
  readonly path: string;
  readonly diffSide: "LEFT" | "RIGHT";
  readonly line: number | null;
  readonly startLine: number | null;
  readonly comments: {
    readonly totalCount: number;
    readonly nodes: readonly ({
      readonly id: string;
      readonly fullDatabaseId: string | number | null;
      readonly body: string;
      readonly viewerDidAuthor: boolean;
      readonly createdAt: string;
    } | null)[];
  };
}

export interface PullRequestNode {
  readonly state: "OPEN" | "CLOSED" | "MERGED";
  readonly headRefOid: string;
  readonly reviewThreads: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly nodes: readonly (ThreadNode | null)[];
  };
}

export interface OverviewData {
  readonly repository: {
    readonly policy?: ObjectNode | null;
    readonly pullRequest: PullRequestNode | null;
  } | null;
}

export function pullRequestOf({ repository }: OverviewData): PullRequestNode {
  const pullRequest = repository?.pullRequest;
  if (!pullRequest) {
    throw graphqlFault([]);
  }
  return pullRequest;
}

export function stateOf(
  pullRequest: Pick<PullRequestNode, "state" | "headRefOid">,
): PullRequestState {
  return { open: pullRequest.state === "OPEN", headSha: pullRequest.headRefOid };
}

export function threadOf(node: ThreadNode | null): Thread[] {
  const comment = node?.comments.nodes[0];
  if (!node || !comment || !comment.viewerDidAuthor) {
    return [];
  }
  return [
    {
      id: node.id,
      commentId: String(comment.fullDatabaseId),
      commentNode: comment.id,
      body: comment.body,
      createdAt: comment.createdAt,
      path: node.path,
      side: node.diffSide,
      startLine: node.startLine,
      line: node.line,
      resolved: node.isResolved,
      outdated: node.isOutdated,
      replied: node.comments.totalCount > 1,
      mayResolve: node.viewerCanResolve,
    },
  ];
}
