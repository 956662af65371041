import { numbered, type ReviewComment } from "../core/index.ts";
import { pauseAfter, sleep } from "./client.ts";
import { GitHubFault } from "./faults.ts";
import type { GitHub, Overview } from "./github.ts";
import {
  notYetPosted,
  retiredBody,
  youngerDuplicates,
  type Retirement,
  type ThreadPlan,
} from "./threads.ts";
import { shortSha } from "./words.ts";

/** What became of a plan. */
export interface Delivery {
  /** How many comments stand on the pull request that did not before. */
  readonly posted: number;
  /** Fingerprints that an open comment names now. */
  readonly live: ReadonlySet<string>;
  /** What was not done and why, one sentence each. */
  readonly notes: readonly string[];
}

export interface DeliveryRequest {
  readonly github: GitHub;
  readonly number: number;
  /** The commit that was analysed. */
  readonly headSha: string;
  /** Whose pull requests get a read-only token; null where this one's is not. */
  readonly author: "a fork" | "Dependabot" | null;
  readonly plan: ThreadPlan;
  /** The text of a review, which GitHub asks for; `comments` are those that it brings. */
  readonly reviewBody: (comments: readonly ReviewComment[]) => string;
}

/** A review of more comments than about 30 is answered with 502 although it was created (reviewdog#355). */
const commentsPerReview = 25;
/** GitHub allows 80 writes a minute; the rest is left to the next run. */
const MOST_WRITES = 60;
const MOST_ATTEMPTS = 3;
const pauseMs = 2000;

/**
 * Carries out a plan: posts, then edits, then retires. Never throws for what GitHub answers: the gate does not depend
 * on a write. A POST is never repeated before the threads were read again.
 */
export async function deliver(request: DeliveryRequest): Promise<Delivery> {
  const delivery = new CommentWriter(request);
  await delivery.run();
  return delivery.result();
}

/** One run's writes. Stops writing altogether after a fault that the next write would meet too. */
class CommentWriter {
  readonly #request: DeliveryRequest;
  readonly #live: Set<string>;
  readonly #standing = new Set<ReviewComment>();
  readonly #notes: string[] = [];
  #writes = 0;
  #stopped = false;

  constructor(request: DeliveryRequest) {
    this.#request = request;
    this.#live = new Set(request.plan.live);
  }

  result(): Delivery {
    return { posted: this.#standing.size, live: this.#live, notes: this.#notes };
  }

  async run(): Promise<void> {
    const { plan } = this.#request;
    for (let start = 0; start < plan.post.length; start += commentsPerReview) {
      await this.#post(plan.post.slice(start, start + commentsPerReview));
    }
    if (plan.post.length > 0 && !this.#stopped) {
      await this.#removeDuplicates();
    }
    for (const { thread, comment } of plan.edit) {
      await this.#try(() => this.#request.github.editComment(thread, comment.body));
    }
    for (const retirement of plan.retire) {
      if (retirement.by === null || this.#standing.has(retirement.by)) {
        await this.#retire(retirement);
      }
    }
  }

  async #post(comments: readonly ReviewComment[]): Promise<void> {
    let missing = comments;
    for (let attempt = 1; missing.length > 0 && !this.#stopped; attempt += 1) {
      const fault = await this.#createReview(missing);
      if (!fault) {
        this.#stands(missing);
        return;
      }
      if (fault.kind === "refused") {
        await this.#postSurvivors(missing, fault);
        return;
      }
      const pause = pauseAfter(fault, pauseMs);
      if (pause === null) {
        this.#stop(this.#notPosted(missing, fault));
        return;
      }
      await sleep(pause);
      const now = await this.#look();
      if (!now) {
        return;
      }
      const still = notYetPosted(missing, now.threads);
      this.#stands(missing.filter((comment) => !still.includes(comment)));
      missing = still;
      if (missing.length > 0 && attempt === MOST_ATTEMPTS) {
        this.#stop(this.#notPosted(missing, fault));
      }
    }
  }

  /** GitHub names no comment when it refuses a review, so the halves are tried, and their halves. */
  async #postSurvivors(comments: readonly ReviewComment[], fault: GitHubFault): Promise<void> {
    if (!(await this.#look())) {
      return;
    }
    const [only] = comments;
    if (only && comments.length === 1) {
      this.#notes.push(`GitHub takes no comment at ${only.path}:${only.line}. ${fault.message}`);
      return;
    }
    const middle = Math.ceil(comments.length / 2);
    await this.#post(comments.slice(0, middle));
    await this.#post(comments.slice(middle));
  }

  /** The threads as they are now; null, and the end of all writing, where the pull request has moved on. */
  async #look(): Promise<Overview | null> {
    const { github, number, headSha } = this.#request;
    let overview: Overview;
    try {
      overview = await github.threads(number);
    } catch (error) {
      if (!(error instanceof GitHubFault)) {
        throw error;
      }
      this.#stop(`It is not known which comments were posted. ${error.message}`);
      return null;
    }
    const reason = staleness(overview.state, headSha);
    if (reason !== null) {
      this.#stop(reason);
      return null;
    }
    return overview;
  }

  async #createReview(comments: readonly ReviewComment[]): Promise<GitHubFault | null> {
    const { github, number, headSha, reviewBody } = this.#request;
    this.#writes += 1;
    try {
      await github.createReview(number, { headSha, body: reviewBody(comments), comments });
      return null;
    } catch (error) {
      if (error instanceof GitHubFault) {
        return error;
      }
      throw error;
    }
  }

  /** Two runs at once have both posted: what is younger goes, whichever run looks. */
  async #removeDuplicates(): Promise<void> {
    const { github } = this.#request;
    const now = await this.#look();
    for (const thread of youngerDuplicates(now?.threads ?? [])) {
      await this.#try(() => github.deleteComment(thread));
    }
  }

  async #retire(retirement: Retirement): Promise<void> {
    const { github, headSha } = this.#request;
    const { thread } = retirement;
    const edit = () => github.editComment(thread, retiredBody(retirement, headSha));
    // The edit takes the marker, by which a later run would know what is still to be done: it comes last. But a thread that
    // is resolved is taken for one that a person resolved.
    if (thread.replied) {
      await this.#try(edit);
    } else if (thread.mayResolve) {
      await this.#try(edit);
      await this.#try(() => github.resolve(thread));
    } else {
      await this.#try(() => github.minimise(thread));
      await this.#try(edit);
    }
  }

  /** Carries out a change that may be repeated: done twice it comes to the same. */
  async #try(write: () => Promise<void>): Promise<void> {
    if (this.#stopped) {
      return;
    }
    if (this.#writes >= MOST_WRITES) {
      this.#stop(`More than ${MOST_WRITES} comments have changed; the next run goes on.`);
      return;
    }
    for (let attempt = 1; ; attempt += 1) {
      this.#writes += 1;
      try {
        await write();
        return;
      } catch (error) {
        if (!(error instanceof GitHubFault)) {
          throw error;
        }
        // A comment that somebody deleted meanwhile needs no change any more.
        if (error.kind === "missing") {
          return;
        }
        const pause = attempt < MOST_ATTEMPTS ? pauseAfter(error, pauseMs) : null;
        if (pause === null) {
          this.#stop(`Older comments could not be brought up to date. ${error.message}`);
          return;
        }
        await sleep(pause);
      }
    }
  }

  #stands(comments: readonly ReviewComment[]): void {
    for (const comment of comments) {
      this.#standing.add(comment);
      for (const fingerprint of comment.fingerprints) {
        this.#live.add(fingerprint);
      }
    }
  }

  #notPosted(comments: readonly ReviewComment[], fault: GitHubFault): string {
    const were = comments.length === 1 ? "was" : "were";
    const start = `${numbered(comments.length, "comment")} ${were} not posted`;
    const { author } = this.#request;
    if (fault.kind !== "read-only" || author === null) {
      return `${start}; the findings are annotated instead. ${fault.message}`;
    }
    return `${start}, because the token of a pull request from ${author} is read-only; the findings are annotated instead (README: Pull requests from forks).`;
  }

  #stop(note: string): void {
    if (!this.#stopped) {
      this.#notes.push(note);
    }
    this.#stopped = true;
  }
}

/** Why nothing may be posted for this commit any more, as a sentence; null where nothing is in the way. */
export function staleness(
  state: { readonly open: boolean; readonly headSha: string },
  headSha: string,
): string | null {
  if (state.headSha !== headSha) {
    return `No comment was posted: the pull request has moved on to ${shortSha(state.headSha)}, whose own run comments.`;
  }
  return state.open ? null : "No comment was posted: the pull request is no longer open.";
}
