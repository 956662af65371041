import { type ReviewComment, readMarker } from "../core/index.ts";
import { jobOf } from "./job.ts";
import { shortSha } from "./words.ts";

/** A review thread that this token's account began. */
export interface Thread {
  readonly id: string;
  /** The first comment's number, for REST. */
  readonly commentId: string;
  /** The first comment's node id, for GraphQL. */
  readonly commentNode: string;
  readonly body: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly path: string;
  readonly side: ReviewComment["side"];
  /** Where the thread stands in the head now, 1-based; null on one line. */
  readonly startLine: number | null;
  /** Null where the thread is outdated. */
  readonly line: number | null;
  readonly resolved: boolean;
  readonly outdated: boolean;
  readonly replied: boolean;
  readonly mayResolve: boolean;
}

/** Why a comment is retired: its finding is gone, a newer comment took its place, or there are two of it. */
export type Reason = "fixed" | "replaced" | "duplicate";

export interface Retirement {
  readonly thread: Thread;
  readonly reason: Reason;
  /** The new comment that must stand before this one may go; null where none takes its place. */
  readonly by: ReviewComment | null;
}

/** What to do so that the pull request shows each finding once, and none that is gone. */
export interface ThreadPlan {
  /** New comments, worst first. */
  readonly post: readonly ReviewComment[];
  readonly edit: readonly { readonly thread: Thread; readonly comment: ReviewComment }[];
  /** To be carried out after `post`, so that a finding is never without a comment. */
  readonly retire: readonly Retirement[];
  /** Fingerprints that an open comment in the diff names already. */
  readonly live: ReadonlySet<string>;
  /** Fingerprints whose comment a person resolved: silent, but they still count. */
  readonly resolved: ReadonlySet<string>;
}

export interface ThreadRequest {
  /** The comments that a pull request without threads would get. */
  readonly comments: readonly ReviewComment[];
  /** The fingerprints of everything found in the head, whether it has a comment or not. */
  readonly present: ReadonlySet<string>;
  /** All threads of this account, ours or not. */
  readonly threads: readonly Thread[];
  /** The key of this job: what another one wrote is neither edited nor retired, but it counts as said. */
  readonly job: string;
  /** False where something could not be analysed: then a finding that is not there may not be gone. */
  readonly complete: boolean;
}

interface OwnThread {
  readonly thread: Thread;
  readonly fingerprints: readonly string[];
}

/**
 * The life of a comment: keep, edit, post anew, retire, or respect that a person resolved it. A thread is ours by its
 * marker; a retired comment has none, so that a finding that comes back gets a new comment.
 */
export function planThreads(request: ThreadRequest): ThreadPlan {
  const planner = new ThreadPlanner(request);
  for (const comment of request.comments) {
    planner.place(comment);
  }
  planner.settleOthers();
  return planner;
}

class ThreadPlanner implements ThreadPlan {
  readonly post: ReviewComment[] = [];
  readonly edit: { thread: Thread; comment: ReviewComment }[] = [];
  readonly retire: Retirement[] = [];
  readonly live = new Set<string>();
  readonly resolved = new Set<string>();
  readonly #request: ThreadRequest;
  readonly #all: readonly OwnThread[];
  /** Those that this job wrote. */
  readonly #own: readonly OwnThread[];
  readonly #others: readonly OwnThread[];
  readonly #matched = new Set<Thread>();

  constructor(request: ThreadRequest) {
    this.#request = request;
    this.#all = ownThreads(request.threads);
    this.#own = this.#all.filter(
      ({ thread }) => (jobOf(thread.body) ?? request.job) === request.job,
    );
    this.#others = this.#all.filter((thread) => !this.#own.includes(thread));
  }

  /** Finds the thread that a comment belongs to; what else says the same of our own is retired. */
  place(comment: ReviewComment): void {
    const candidates = this.#own.filter(
      ({ thread, fingerprints }) => !this.#matched.has(thread) && overlaps(fingerprints, comment),
    );
    const open = candidates.filter(({ thread }) => !thread.resolved);
    const kept = open.find(({ thread }) => isAnchoredAt(thread, comment));
    const shown = kept ?? this.#others.find((other) => isShown(other, comment));
    for (const { thread } of candidates) {
      this.#matched.add(thread);
    }
    if (!shown && [...candidates, ...this.#others].some((each) => isSilenced(each, comment))) {
      addAll(this.resolved, comment.fingerprints);
      return;
    }
    for (const { thread } of open.filter((each) => each !== kept)) {
      const reason = shown && !thread.outdated ? "duplicate" : "replaced";
      this.retire.push({ thread, reason, by: shown ? null : comment });
    }
    if (!shown) {
      this.post.push(comment);
      return;
    }
    addAll(this.live, comment.fingerprints);
    if (kept && !sameText(kept.thread.body, comment.body)) {
      this.edit.push({ thread: kept.thread, comment });
    }
  }

  /** What becomes of the threads that no comment belongs to. */
  settleOthers(): void {
    for (const entry of this.#all) {
      const { thread, fingerprints } = entry;
      if (this.#matched.has(thread)) {
        continue;
      }
      const present = fingerprints.filter((each) => this.#request.present.has(each));
      if (thread.resolved) {
        addAll(this.resolved, present);
      } else if (present.length > 0 && !thread.outdated) {
        addAll(this.live, present);
      } else if (present.length === 0 && this.#request.complete && this.#own.includes(entry)) {
        this.retire.push({ thread, reason: "fixed", by: null });
      }
    }
  }
}

/** Of comments that were to be posted, those that no open thread shows yet. */
export function notYetPosted(
  comments: readonly ReviewComment[],
  threads: readonly Thread[],
): ReviewComment[] {
  const open = ownThreads(threads).filter(({ thread }) => !thread.resolved && !thread.outdated);
  return comments.filter(
    (comment) =>
      !open.some(
        ({ thread, fingerprints }) =>
          isAnchoredAt(thread, comment) && sameSet(fingerprints, comment.fingerprints),
      ),
  );
}

/** Of two runs at once: open threads about the same findings at the same place, except the oldest of each. */
export function youngerDuplicates(threads: readonly Thread[]): Thread[] {
  const seen = new Set<string>();
  const duplicates: Thread[] = [];
  for (const { thread, fingerprints } of ownThreads(threads)) {
    if (thread.resolved || thread.outdated) {
      continue;
    }
    const place = [thread.path, thread.side, thread.startLine, thread.line];
    const key = JSON.stringify([place, fingerprints.toSorted()]);
    if (seen.has(key) && !thread.replied) {
      duplicates.push(thread);
    }
    seen.add(key);
  }
  return duplicates;
}

/**
 * The text of a comment that is no longer true. It loses its marker. Where people answered, the rest stays as it is;
 * elsewhere it loses the suggestion, which nobody shall commit any more.
 */
export function retiredBody({ thread, reason }: Retirement, headSha: string): string {
  const said = {
    fixed: `**Fixed in ${shortSha(headSha)}.**`,
    replaced: "**Replaced by a newer comment.**",
    duplicate: "**Said twice; see the other comment.**",
  }[reason];
  const rest = thread.body.replaceAll(/<!-- nginx-websocket-guard\b[^]*?-->/g, "").trim();
  return `${said}\n\n${thread.replied ? rest : withoutSuggestions(rest)}`.trim();
}

/** Oldest first. */
function ownThreads(threads: readonly Thread[]): OwnThread[] {
  return threads
    .toSorted(
      (a, b) => compareText(a.createdAt, b.createdAt) || Number(a.commentId) - Number(b.commentId),
    )
    .flatMap((thread) => {
      const fingerprints = readMarker(thread.body);
      return fingerprints && fingerprints.length > 0 ? [{ thread, fingerprints }] : [];
    });
}

function overlaps(fingerprints: readonly string[], comment: ReviewComment): boolean {
  return fingerprints.some((fingerprint) => comment.fingerprints.includes(fingerprint));
}

/** A suggestion replaces the thread's lines, so a comment with other lines cannot be edited into the thread. */
function isAnchoredAt(thread: Thread, comment: ReviewComment): boolean {
  return (
    !thread.outdated &&
    thread.path === comment.path &&
    thread.side === comment.side &&
    thread.line === comment.line &&
    thread.startLine === comment.startLine
  );
}

/** An open comment says all of this at the same lines. */
function isShown({ thread, fingerprints }: OwnThread, comment: ReviewComment): boolean {
  return (
    !thread.resolved &&
    isAnchoredAt(thread, comment) &&
    comment.fingerprints.every((found) => fingerprints.includes(found))
  );
}

/** A person resolved a comment that said all of this. */
function isSilenced({ thread, fingerprints }: OwnThread, comment: ReviewComment): boolean {
  return thread.resolved && comment.fingerprints.every((found) => fingerprints.includes(found));
}

function withoutSuggestions(body: string): string {
  return body
    .replaceAll(/^(`{3,}|~{3,})suggestion\b.*\n(?:[^]*?\n)?\1[`~]*[ \t]*$\n*/gm, "")
    .trim();
}

/**
 * GitHub may change line ends and outer blank lines. Line numbers do not count: after a rebase all of them differ, and an
 * edit of every comment would say nothing new.
 */
function sameText(a: string, b: string): boolean {
  return normalised(a) === normalised(b);
}

function normalised(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(/(?<=:)\d+(?=`)|(?<=\blines? )\d+(?: to \d+)?/g, "?")
    .trim();
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((entry) => b.includes(entry));
}

function addAll(set: Set<string>, entries: Iterable<string>): void {
  for (const entry of entries) {
    set.add(entry);
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
