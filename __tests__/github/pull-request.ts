import type { Account } from "./accounts.ts";
import { type AnchorProblem, type ReviewAnchor, anchorProblems } from "./anchor.ts";
import type { FileDiff, Files } from "./git.ts";
import { type Hunk, type Side, followLine, hunkAt } from "./patch.ts";
import type { Repository } from "./repository.ts";

export interface PullRequestOptions {
  readonly title?: string;
  readonly body?: string;
  readonly author?: string;
  readonly draft?: boolean;
  /** Default: the default branch. */
  readonly base?: string;
  /** Made from the base where it does not exist. */
  readonly head?: string;
  /** Committed on the head. */
  readonly files?: Files;
  /** Who owns the fork that the head lies in. Its commits can be read here, as on GitHub. */
  readonly fork?: string;
}

export type ReviewEvent = "APPROVE" | "COMMENT" | "REQUEST_CHANGES";
export type ReviewState = "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "PENDING";

export interface Review {
  readonly id: number;
  readonly author: Account;
  readonly body: string;
  readonly state: ReviewState;
  readonly commit: string;
  readonly submittedAt: string;
}

export interface ReviewComment {
  readonly id: number;
  readonly author: Account;
  readonly thread: ReviewThread;
  readonly review: Review;
  readonly replyTo: ReviewComment | undefined;
  readonly createdAt: string;
  body: string;
  updatedAt: string;
  minimizedReason: string | undefined;
}

/** A line range of one side, 1-based; `startLine` only where it is more than one line. */
export interface ThreadPosition {
  readonly line: number;
  readonly startLine: number | undefined;
}

export interface ReviewThread {
  readonly id: number;
  readonly pullRequest: PullRequest;
  readonly path: string;
  readonly subject: "file" | "line";
  readonly side: Side;
  readonly startSide: Side | undefined;
  /** Where it was put, in `commit`; undefined for a whole file. */
  readonly original: ThreadPosition | undefined;
  readonly commit: string;
  readonly diffHunk: string;
  readonly comments: ReviewComment[];
  resolvedBy: Account | undefined;
}

export interface NewReviewComment extends ReviewAnchor {
  readonly body: string;
}

const states: Record<ReviewEvent, ReviewState> = {
  APPROVE: "APPROVED",
  COMMENT: "COMMENTED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
};

export class PullRequest {
  readonly repository: Repository;
  readonly number: number;
  readonly id: number;
  readonly title: string;
  readonly body: string;
  readonly author: Account;
  readonly baseRef: string;
  readonly headRef: string;
  /** The owner of the head's repository. */
  readonly headOwner: Account;
  readonly createdAt: string;
  readonly reviews: Review[] = [];
  readonly threads: ReviewThread[] = [];
  draft: boolean;
  state: "closed" | "open" = "open";
  merged = false;
  updatedAt: string;
  /** The base branch when the head was last pushed: neither its tip nor the merge base. */
  baseSha: string;
  #merge: { readonly key: string; readonly sha: string | undefined } | undefined;

  constructor(
    repository: Repository,
    number: number,
    options: PullRequestOptions & { readonly base: string; readonly head: string },
  ) {
    const { world } = repository;
    this.repository = repository;
    this.number = number;
    this.id = world.nextId();
    this.title = options.title ?? "Change";
    this.body = options.body ?? "";
    this.author = world.account(options.author ?? options.fork ?? world.person.login);
    this.baseRef = options.base;
    this.headRef = options.head;
    this.headOwner = options.fork === undefined ? repository.owner : world.account(options.fork);
    this.draft = options.draft ?? false;
    this.createdAt = world.now();
    this.updatedAt = this.createdAt;
    this.baseSha = repository.branch(this.baseRef);
  }

  get isFromFork(): boolean {
    return this.headOwner !== this.repository.owner;
  }

  get headSha(): string {
    return this.repository.branch(this.headRef);
  }

  /** What the files are compared with. */
  get mergeBase(): string {
    return this.#mergeBaseWith(this.headSha);
  }

  get files(): readonly FileDiff[] {
    return this.filesAt(this.headSha);
  }

  get commits(): string[] {
    return this.repository.git.commitsBetween(this.repository.branch(this.baseRef), this.headSha);
  }

  /** What a workflow checks out: the base's tip with the head merged into it; undefined in a conflict. */
  get mergeCommit(): string | undefined {
    const base = this.repository.branch(this.baseRef);
    const head = this.headSha;
    const key = `${base} ${head}`;
    if (this.#merge?.key !== key) {
      this.#merge = { key, sha: this.repository.mergeCommit(base, head) };
    }
    return this.#merge.sha;
  }

  /** Oldest first, without those of a review that was not submitted. */
  get comments(): ReviewComment[] {
    return this.threads
      .flatMap((thread) => thread.comments)
      .filter((comment) => comment.review.state !== "PENDING")
      .toSorted((one, other) => one.id - other.id);
  }

  push(files: Files, message = "Update"): string {
    return this.repository.commit(this.headRef, files, { message });
  }

  headMoved(): void {
    this.baseSha = this.repository.branch(this.baseRef);
    this.updatedAt = this.repository.world.now();
  }

  /** Whether a review may name this commit: it leads to the head. */
  hasCommit(sha: string): boolean {
    const { git } = this.repository;
    return git.typeOf(sha) === "commit" && git.mergeBase(sha, this.headSha) === sha;
  }

  /** What GitHub finds wrong with the anchor of a comment. */
  problemsOf(anchor: ReviewAnchor, commit: string): AnchorProblem[] {
    return anchorProblems(this.filesAt(commit), anchor, this.repository.world.limits);
  }

  /** Posts a review. Its comments must have been checked with `problemsOf`. */
  addReview(
    author: Account,
    event: ReviewEvent | undefined,
    body: string,
    commit: string,
    comments: readonly NewReviewComment[],
  ): Review {
    const { world } = this.repository;
    const review: Review = {
      id: world.nextId(),
      author,
      body,
      state: event === undefined ? "PENDING" : states[event],
      commit,
      submittedAt: world.now(),
    };
    this.reviews.push(review);
    for (const comment of comments) {
      this.#addThread(review, comment);
    }
    this.updatedAt = review.submittedAt;
    return review;
  }

  reply(author: Account, to: ReviewComment, body: string): ReviewComment {
    const review = this.addReview(author, "COMMENT", "", this.headSha, []);
    return this.#addComment(to.thread, review, body, to.thread.comments[0]);
  }

  /** A thread goes with its last comment, and a review that said nothing else with it. */
  deleteComment(comment: ReviewComment): void {
    const { thread, review } = comment;
    thread.comments.splice(thread.comments.indexOf(comment), 1);
    if (thread.comments.length === 0) {
      this.threads.splice(this.threads.indexOf(thread), 1);
    }
    const isEmpty = !this.threads.some(({ comments }) =>
      comments.some((other) => other.review === review),
    );
    if (isEmpty && review.body === "") {
      this.reviews.splice(this.reviews.indexOf(review), 1);
    }
  }

  /**
   * Where a thread lies in the current diff; undefined once it is outdated. The end line decides: a
   * thread is outdated when that line was changed or removed, or is no longer part of the diff, and
   * comes back when it is. The start keeps its distance.
   */
  positionOf(thread: ReviewThread): ThreadPosition | undefined {
    const { original, side } = thread;
    const file = this.files.find((entry) => entry.path === thread.path);
    if (!original || !file) {
      return undefined;
    }
    const line = this.#follow(thread, file, original.line);
    if (line === undefined || !hunkAt(file.hunks, side, line)) {
      return undefined;
    }
    const { startLine } = original;
    const start = startLine === undefined ? undefined : line - (original.line - startLine);
    return { line, startLine: start };
  }

  isOutdated(thread: ReviewThread): boolean {
    if (thread.subject === "file") {
      return !this.files.some((file) => file.path === thread.path);
    }
    return this.positionOf(thread) === undefined;
  }

  #follow({ commit, side, path }: ReviewThread, now: FileDiff, line: number): number | undefined {
    if (commit === this.headSha) {
      return line;
    }
    const then = this.filesAt(commit).find((file) => file.path === path);
    const before = then && this.#blobOn(commit, then, side);
    const after = this.#blobOn(this.headSha, now, side);
    if (before === undefined || after === undefined) {
      return undefined;
    }
    return followLine(this.repository.git.blobHunks(before, after), line);
  }

  #blobOn(commit: string, file: FileDiff, side: Side): string | undefined {
    if (side === "RIGHT") {
      return this.repository.entry(commit, file.path)?.sha;
    }
    const path = file.previousPath ?? file.path;
    return this.repository.entry(this.#mergeBaseWith(commit), path)?.sha;
  }

  #mergeBaseWith(head: string): string {
    const base = this.repository.branch(this.baseRef);
    const found = this.repository.git.mergeBase(base, head);
    if (found === undefined) {
      throw new Error(`${base} and ${head} have no common ancestor`);
    }
    return found;
  }

  /** The diff as it was when this commit was the head. */
  filesAt(commit: string): readonly FileDiff[] {
    return this.repository.git.diff(this.#mergeBaseWith(commit), commit);
  }

  #addThread(review: Review, comment: NewReviewComment): void {
    const { path, line, startLine, body } = comment;
    const side = comment.side ?? "RIGHT";
    const file = this.filesAt(review.commit).find((entry) => entry.path === path);
    const hunk = line === undefined ? undefined : hunkAt(file?.hunks ?? [], side, line);
    const thread: ReviewThread = {
      id: this.repository.world.nextId(),
      pullRequest: this,
      path,
      subject: line === undefined ? "file" : "line",
      side,
      startSide: startLine === undefined ? undefined : (comment.startSide ?? side),
      original: line === undefined ? undefined : { line, startLine },
      commit: review.commit,
      diffHunk: hunk && line !== undefined ? hunkUpTo(hunk, side, line) : "",
      comments: [],
      resolvedBy: undefined,
    };
    this.threads.push(thread);
    this.#addComment(thread, review, body, undefined);
  }

  #addComment(
    thread: ReviewThread,
    review: Review,
    body: string,
    replyTo: ReviewComment | undefined,
  ): ReviewComment {
    const comment = {
      id: this.repository.world.nextId(),
      author: review.author,
      thread,
      review,
      replyTo,
      createdAt: review.submittedAt,
      updatedAt: review.submittedAt,
      body,
      minimizedReason: undefined,
    };
    thread.comments.push(comment);
    return comment;
  }
}

const marks = { added: "+", context: " ", removed: "-" };

function hunkUpTo(hunk: Hunk, side: Side, line: number): string {
  const end = hunk.lines.findIndex(
    (entry) => (side === "LEFT" ? entry.oldLine : entry.newLine) === line,
  );
  const lines = hunk.lines.slice(0, end + 1).map(({ kind, text }) => marks[kind] + text);
  return [hunk.header, ...lines].join("\n");
}
