import type { Account } from "./accounts.ts";
import type { FileContent, TreeEntry } from "./git.ts";
import type { PullRequest, ReviewComment, ThreadPosition } from "./pull-request.ts";

export interface RefusedSuggestion {
  readonly comment: ReviewComment;
  /** GitHub's own words, where its page has some. */
  readonly reason: string;
}

export interface AppliedSuggestions {
  /** The head after it; undefined where nothing was applied. */
  readonly commit: string | undefined;
  readonly applied: readonly ReviewComment[];
  readonly refused: readonly RefusedSuggestion[];
}

export interface ApplyOptions {
  /** Default: the first comment of each thread, where it has a suggestion. */
  readonly comments?: readonly ReviewComment[];
  /** One commit for each suggestion, as with the button below it; otherwise one for all, as with a batch. */
  readonly oneByOne?: boolean;
}

interface Replacement extends ThreadPosition {
  readonly comment: ReviewComment;
  readonly lines: readonly string[];
}

const reasons = {
  closed: "Suggestions cannot be applied while the pull request is closed.",
  deletedLine: "Applying suggestions on deleted lines is not supported.",
  noChange: "This suggestion is invalid because no changes were made to the code.",
  oneEach: "Only one suggestion per line can be applied in a batch.",
  outdated: "Outdated suggestions cannot be applied.",
  pending: "Suggestions cannot be applied from pending reviews.",
  resolved: "This suggestion has been applied or marked resolved.",
  several: "a comment with several suggestions",
};

/**
 * Commits the suggestions of review comments as a person does on GitHub's page, and resolves their
 * threads. A suggestion replaces the lines of its comment. A file with any CRLF gets CRLF
 * throughout (w3c/guide#452); a last line without a line feed stays without.
 */
export function applySuggestions(
  pullRequest: PullRequest,
  { comments, oneByOne = false }: ApplyOptions = {},
): AppliedSuggestions {
  const chosen =
    comments ??
    pullRequest.threads.flatMap((thread) =>
      thread.comments.slice(0, 1).filter((comment) => suggestionsIn(comment.body).length > 0),
    );
  const batches = oneByOne ? chosen.map((comment) => [comment]) : [chosen];
  const results = batches.map((batch) => applyBatch(pullRequest, batch));
  return {
    commit: results.findLast((result) => result.commit !== undefined)?.commit,
    applied: results.flatMap((result) => result.applied),
    refused: results.flatMap((result) => result.refused),
  };
}

function applyBatch(
  pullRequest: PullRequest,
  comments: readonly ReviewComment[],
): AppliedSuggestions {
  const refused: RefusedSuggestion[] = [];
  const byPath = new Map<string, Replacement[]>();
  for (const comment of comments) {
    const { path } = comment.thread;
    const others = byPath.get(path) ?? [];
    const replacement = replacementOf(pullRequest, comment, others);
    if (typeof replacement === "string") {
      refused.push({ comment, reason: replacement });
    } else {
      byPath.set(path, [...others, replacement]);
    }
  }
  const changes: Record<string, FileContent> = {};
  for (const [path, replacements] of byPath) {
    const entry = headEntry(pullRequest, path);
    const text = replacements
      .toSorted((one, other) => other.line - one.line)
      .reduce(replaced, textOf(pullRequest, entry));
    changes[path] = entry.mode === "100755" ? { executable: text } : text;
  }
  const applied = [...byPath.values()].flat().map(({ comment }) => comment);
  if (applied.length === 0) {
    return { commit: undefined, applied, refused };
  }
  const { person } = pullRequest.repository.world;
  const commit = pullRequest.push(changes, commitMessage(applied));
  for (const comment of applied) {
    comment.thread.resolvedBy = person;
  }
  return { commit, applied, refused };
}

/** What a suggestion puts where, or why GitHub would not take it. */
function replacementOf(
  pullRequest: PullRequest,
  comment: ReviewComment,
  others: readonly Replacement[],
): Replacement | string {
  const { thread, review, body } = comment;
  const [lines, another] = suggestionsIn(body);
  if (pullRequest.state === "closed") {
    return reasons.closed;
  }
  if (review.state === "PENDING") {
    return reasons.pending;
  }
  if (thread.resolvedBy) {
    return reasons.resolved;
  }
  if (thread.side === "LEFT" || thread.startSide === "LEFT") {
    return reasons.deletedLine;
  }
  const position = pullRequest.positionOf(thread);
  if (!position || !hasOriginalLines(pullRequest, comment, position)) {
    return reasons.outdated;
  }
  if (lines === undefined) {
    return "no suggestion";
  }
  if (another !== undefined) {
    return reasons.several;
  }
  const { line, startLine = line } = position;
  const current = linesOf(textOf(pullRequest, headEntry(pullRequest, thread.path)));
  if (current.slice(startLine - 1, line).join("\n") === lines.join("\n")) {
    return reasons.noChange;
  }
  const overlaps = others.some(
    (other) => startLine <= other.line && (other.startLine ?? other.line) <= line,
  );
  return overlaps ? reasons.oneEach : { comment, line, startLine, lines };
}

/** A suggestion is outdated when any of its lines changed; the thread only when its last one did. */
function hasOriginalLines(
  pullRequest: PullRequest,
  { thread }: ReviewComment,
  { line, startLine = line }: ThreadPosition,
): boolean {
  const { original, commit, path } = thread;
  const entry = pullRequest.repository.entry(commit, path);
  if (!original || !entry) {
    return false;
  }
  const before = linesOf(textOf(pullRequest, entry));
  const now = linesOf(textOf(pullRequest, headEntry(pullRequest, path)));
  return (
    before.slice((original.startLine ?? original.line) - 1, original.line).join("\n") ===
    now.slice(startLine - 1, line).join("\n")
  );
}

function replaced(text: string, { line, startLine = line, lines }: Replacement): string {
  const ending = text.includes("\r\n") ? "\r\n" : "\n";
  return linesOf(text)
    .toSpliced(startLine - 1, line - startLine + 1, ...lines)
    .join(ending);
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/u);
}

function headEntry({ repository, headSha }: PullRequest, path: string): TreeEntry {
  const entry = repository.entry(headSha, path);
  if (!entry) {
    throw new Error(`no file ${path} in the head`);
  }
  return entry;
}

function textOf({ repository }: PullRequest, { sha }: TreeEntry): string {
  return repository.git.blob(sha).toString("utf8");
}

function commitMessage(applied: readonly ReviewComment[]): string {
  const authors = new Set<Account>(applied.map((comment) => comment.author));
  const trailers = [...authors].map(
    ({ login }) => `Co-authored-by: ${login} <${login}@users.noreply.example>`,
  );
  const title = applied.length === 1 ? "Apply suggestion" : "Apply suggestions from code review";
  return `${title}\n\n${trailers.join("\n")}\n`;
}

/**
 * The lines of each suggestion block of a comment. Only what GitHub's Markdown takes for a fenced
 * block at the top level counts: not a fence inside another one, nor one in an HTML block, which a
 * tag such as `<details>` starts and a blank line ends.
 */
export function suggestionsIn(body: string): string[][] {
  const suggestions: string[][] = [];
  let fence:
    | { readonly mark: string; readonly indent: number; lines: string[] | undefined }
    | undefined;
  let html: RegExp | undefined;
  for (const line of body.split(/\r?\n/u)) {
    if (fence) {
      if (isClosing(line, fence.mark)) {
        fence = undefined;
      } else {
        fence.lines?.push(line.replace(new RegExp(`^ {0,${fence.indent}}`, "u"), ""));
      }
      continue;
    }
    html ??= htmlEnd(line);
    if (html) {
      if (html.test(line)) {
        html = undefined;
      }
      continue;
    }
    const [, indent = "", mark, info = ""] =
      /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})(.*)$/u.exec(line) ?? [];
    if (mark === undefined) {
      continue;
    }
    const isSuggestion = info.trim().split(/\s/u)[0] === "suggestion";
    fence = { mark, indent: indent.length, lines: isSuggestion ? [] : undefined };
    if (fence.lines) {
      suggestions.push(fence.lines);
    }
  }
  return suggestions;
}

function isClosing(line: string, mark: string): boolean {
  const text = line.trim();
  const isIndented = /^ {4}/u.test(line);
  return !isIndented && text.length >= mark.length && text === (mark[0] ?? "").repeat(text.length);
}

/** What ends the HTML block that this line starts, if it starts one. */
function htmlEnd(line: string): RegExp | undefined {
  if (/^ {0,3}<!--/u.test(line)) {
    return /-->/u;
  }
  return /^ {0,3}<\/?(?:details|summary|div|p|table|tr|td|ul|ol|li|h[1-6]|section)\b/iu.test(line)
    ? /^\s*$/u
    : undefined;
}
