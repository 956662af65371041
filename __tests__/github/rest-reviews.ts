import type { Account } from "./accounts.ts";
import { problemObjects, problemSentence } from "./anchor.ts";
import type { Side } from "./patch.ts";
import type { NewReviewComment, PullRequest, ReviewComment, ReviewEvent } from "./pull-request.ts";
import { notAccessible, notFound, Refusal } from "./refusal.ts";
import type { Repository } from "./repository.ts";
import {
  type RestAnswer,
  type RestOperation,
  type RestRequest,
  paged,
  pullRequestOf,
} from "./rest-request.ts";

/** The body of a comment, as the description has it; validated before it comes here. */
interface CommentBody {
  readonly body: string;
  readonly path: string;
  readonly commit_id?: string;
  readonly line?: number;
  readonly side?: Side;
  readonly start_line?: number;
  readonly start_side?: Side | "side";
  readonly position?: number;
  readonly subject_type?: "file" | "line";
  readonly in_reply_to?: number;
}

interface ReviewBody {
  readonly body?: string;
  readonly event?: ReviewEvent;
  readonly commit_id?: string;
  readonly comments?: readonly CommentBody[];
}

const unprocessable = (reason: string): Refusal =>
  new Refusal(422, "Unprocessable Entity", [reason]);

function newComment(comment: CommentBody): NewReviewComment {
  const { body, path, line, side, start_line, start_side, position } = comment;
  if (position !== undefined) {
    throw new Refusal(501, "this model takes line and side, no position");
  }
  const startSide = start_side === "side" ? side : start_side;
  return { body, path, line, side, startLine: start_line, startSide };
}

function isTooLong(text: string, { world }: Repository): boolean {
  const { charactersPerBody } = world.limits;
  return text.length > charactersPerBody && Array.from(text).length > charactersPerBody;
}

function viewer({ token }: RestRequest): Account {
  if (!token) {
    throw new Refusal(401, "Requires authentication");
  }
  return token.account;
}

/** All or nothing: the first comment that is wrong refuses the review, and the answer does not say which one it was. */
function createReview(request: RestRequest): RestAnswer {
  const { repository, resources } = request;
  const pullRequest = pullRequestOf(request);
  const { body = "", event, commit_id, comments = [] } = (request.body ?? {}) as ReviewBody;
  const account = viewer(request);
  const commit = commit_id ?? pullRequest.headSha;
  const reason =
    refusedEvent(pullRequest, account, event, body, comments.length) ??
    refusedBody([body, ...comments.map((comment) => comment.body)], repository) ??
    (pullRequest.hasCommit(commit) ? undefined : "The commitOID is not part of the pull request");
  if (reason !== undefined) {
    throw unprocessable(reason);
  }
  const created = comments.map(newComment);
  for (const comment of created) {
    const problems = pullRequest.problemsOf(comment, commit);
    if (problems.length > 0) {
      throw unprocessable(problemSentence(problems));
    }
  }
  const review = pullRequest.addReview(account, event, body, commit, created);
  return { status: 200, body: resources.review(pullRequest, review) };
}

function refusedEvent(
  pullRequest: PullRequest,
  account: Account,
  event: ReviewEvent | undefined,
  body: string,
  comments: number,
): string | undefined {
  if (event === "APPROVE" && account.type === "Bot") {
    return "GitHub Actions is not permitted to approve pull requests.";
  }
  if ((event === "APPROVE" || event === "REQUEST_CHANGES") && account === pullRequest.author) {
    const verb = event === "APPROVE" ? "approve" : "request changes on";
    return `Can not ${verb} your own pull request`;
  }
  const isPending = pullRequest.reviews.some(
    (review) => review.state === "PENDING" && review.author === account,
  );
  if (isPending) {
    return "User can only have one pending review per pull request";
  }
  const isEmpty = body.trim() === "" && comments === 0;
  return isEmpty && (event === "COMMENT" || event === "REQUEST_CHANGES")
    ? "Body can't be blank"
    : undefined;
}

/** Wording: reviewdog/reviewdog#1065. */
function refusedBody(texts: readonly string[], repository: Repository): string | undefined {
  const [, ...comments] = texts;
  if (comments.some((text) => text.trim() === "")) {
    return "Body can't be blank";
  }
  const { charactersPerBody } = repository.world.limits;
  return texts.some((text) => isTooLong(text, repository))
    ? `Body is too long (maximum is ${charactersPerBody} characters)`
    : undefined;
}

function listReviews(request: RestRequest): RestAnswer {
  const pullRequest = pullRequestOf(request);
  const { items, headers } = paged(request, pullRequest.reviews);
  const body = items.map((review) => request.resources.review(pullRequest, review));
  return { status: 200, body, headers };
}

/** The endpoints for single comments answer with objects, not sentences. */
function checkCommentBody(text: string, repository: Repository): void {
  const { charactersPerBody } = repository.world.limits;
  if (text.trim() === "") {
    throw bodyProblem("missing_field", "body can't be blank");
  }
  if (isTooLong(text, repository)) {
    throw bodyProblem("custom", `body is too long (maximum is ${charactersPerBody} characters)`);
  }
}

function bodyProblem(code: string, message: string): Refusal {
  return new Refusal(422, "Validation Failed", [
    { resource: "PullRequestReviewComment", code, field: "body", message },
  ]);
}

function commentOf({ repository, parameters }: RestRequest): ReviewComment {
  const id = Number(parameters["comment_id"]);
  for (const { comments } of repository.pullRequests) {
    const found = comments.find((comment) => comment.id === id);
    if (found) {
      return found;
    }
  }
  throw notFound();
}

/** Stricter than GitHub, where a writer may change what others wrote: this Action never should. */
function ownCommentOf(request: RestRequest): ReviewComment {
  const comment = commentOf(request);
  if (comment.author !== request.token?.account) {
    throw notAccessible();
  }
  return comment;
}

function createdAnswer(request: RestRequest, comment: ReviewComment): RestAnswer {
  const body = request.resources.comment(comment);
  return { status: 201, body, headers: { location: String(body["url"]) } };
}

function createComment(request: RestRequest): RestAnswer {
  const { repository } = request;
  const pullRequest = pullRequestOf(request);
  const body = request.body as CommentBody;
  const account = viewer(request);
  checkCommentBody(body.body, repository);
  if (body.in_reply_to !== undefined) {
    const target = pullRequest.comments.find((comment) => comment.id === body.in_reply_to);
    if (!target) {
      throw notFound();
    }
    return createdAnswer(request, pullRequest.reply(account, target, body.body));
  }
  const commit = body.commit_id ?? pullRequest.headSha;
  const comment = newComment(body);
  if (!pullRequest.hasCommit(commit)) {
    const name = "pull_request_review_thread.end_commit_oid";
    throw new Refusal(422, "Validation Failed", [
      {
        resource: "PullRequestReviewComment",
        code: "custom",
        field: name,
        message: `${name} is not part of the pull request`,
      },
    ]);
  }
  const problems = pullRequest
    .problemsOf(comment, commit)
    .filter(({ field }) => body.subject_type !== "file" || field === "path");
  if (problems.length > 0) {
    throw new Refusal(422, "Validation Failed", problemObjects(problems));
  }
  const review = pullRequest.addReview(account, "COMMENT", "", commit, [comment]);
  const added = pullRequest.comments.find((entry) => entry.review === review);
  if (!added) {
    throw new Error("the comment was not added");
  }
  return createdAnswer(request, added);
}

function listComments(request: RestRequest): RestAnswer {
  const { resources, query } = request;
  const { comments } = pullRequestOf(request);
  const key = query["sort"] === "updated" ? "updatedAt" : "createdAt";
  const since = query["since"] ?? "";
  const sorted = comments
    .filter((comment) => comment.updatedAt >= since)
    .toSorted((one, other) => (one[key] < other[key] ? -1 : Number(one[key] > other[key])));
  if (query["sort"] !== undefined && query["direction"] === "desc") {
    sorted.reverse();
  }
  const { items, headers } = paged(request, sorted);
  return { status: 200, body: items.map((comment) => resources.comment(comment)), headers };
}

function updateComment(request: RestRequest): RestAnswer {
  const { body } = request.body as { readonly body: string };
  const comment = ownCommentOf(request);
  checkCommentBody(body, request.repository);
  comment.body = body;
  comment.updatedAt = request.repository.world.now();
  return { status: 200, body: request.resources.comment(comment) };
}

function deleteComment(request: RestRequest): RestAnswer {
  const comment = ownCommentOf(request);
  comment.thread.pullRequest.deleteComment(comment);
  return { status: 204, body: undefined };
}

function createReply(request: RestRequest): RestAnswer {
  const { body } = request.body as { readonly body: string };
  const account = viewer(request);
  checkCommentBody(body, request.repository);
  const target = commentOf(request);
  return createdAnswer(request, target.thread.pullRequest.reply(account, target, body));
}

const write = ["pullRequests", "write"] as const;

export const reviewOperations: Readonly<Record<string, RestOperation>> = {
  "pulls/create-reply-for-review-comment": { needs: write, run: createReply },
  "pulls/create-review": { needs: write, run: createReview },
  "pulls/create-review-comment": { needs: write, run: createComment },
  "pulls/delete-review-comment": { needs: write, run: deleteComment },
  "pulls/get-review-comment": {
    needs: ["pullRequests", "read"],
    run: (request) => ({ status: 200, body: request.resources.comment(commentOf(request)) }),
  },
  "pulls/list-reviews": { needs: ["pullRequests", "read"], run: listReviews },
  "pulls/list-review-comments": { needs: ["pullRequests", "read"], run: listComments },
  "pulls/update-review-comment": { needs: write, run: updateComment },
};
