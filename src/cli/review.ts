import {
  analyse,
  compare,
  isFailing,
  pendingInWords,
  plain,
  planReview,
  type Review,
  type ReviewComment,
} from "../core/index.ts";
import type { Arguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { Git } from "./git.ts";
import { policyAt, policyFlags, readPolicy } from "./settings.ts";
import { type Terminal, UsageError } from "./terminal.ts";

const MOST_COMMENTS = 50;

/** Prints the comments that a pull request from HEAD would get. Posts nothing. */
export const review: Command = {
  words: "",
  about: "the comments that a pull request from HEAD would get; posts nothing",
  flags: {
    base: { value: "REF", about: "the branch that it goes to; else that of the remote" },
    format: { value: "F", about: "text or json" },
    ...policyFlags,
  },
  examples: ["GUARD review --base origin/main"],
  run: runReview,
};

function runReview(args: Arguments, terminal: Terminal): number {
  if (args.words.length > 0) {
    throw new UsageError(`review takes no path: ${args.words[0]}.`);
  }
  const format = args.choice("format", ["text", "json"]);
  readPolicy(args, terminal.cwd);
  const git = new Git(terminal.cwd);
  const reference = args.value("base") ?? git.defaultBase();
  const base = git.mergeBase(reference);
  const policy = policyAt(git, base, args, terminal.cwd);
  terminal.progress("Simulating handshakes…");
  const changes = git.changes(base, "HEAD", policy);
  const [before, after] = [base, "HEAD"].map((commit) =>
    analyse(git.filesAt(commit, policy), { policy }),
  );
  if (before === undefined || after === undefined) {
    throw new Error("both sides are analysed");
  }
  const analysis = compare(after, before, changes);
  const findings = analysis.findings.filter(({ isNew }) => isNew);
  const planned = planReview({ analysis, changes, findings, maxComments: MOST_COMMENTS });
  const notes = [...pendingInWords(analysis), ...planned.notes];
  terminal.progress(null);
  if (git.isChanged()) {
    terminal.complain("What is not committed is not looked at; check --base sees it.\n");
  }
  terminal.write(
    format === "json" ? asJson({ ...planned, notes }) : asText({ ...planned, notes }, reference),
  );
  return findings.some(({ severity }) => isFailing(severity, "error")) ? 1 : 0;
}

function asJson({ comments, unplaced, notes }: Review): string {
  const value = {
    version: 1,
    comments: comments.map(({ path, side, startLine, line, body }) => ({
      path,
      side,
      startLine,
      line,
      body,
    })),
    unplaced: unplaced.map(({ rule, message, place }) => ({
      rule,
      message: plain(message),
      file: place.document.path,
      line: place.document.lines.lineAt(place.span.start),
    })),
    notes,
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function asText({ comments, unplaced, notes }: Review, reference: string): string {
  const count = `${comments.length} comment${comments.length === 1 ? "" : "s"}`;
  return [
    ...comments.map((comment) => `${placeOf(comment)}\n\n${comment.body}\n`),
    ...unplaced.map(
      ({ rule, message, place: { document, span } }) =>
        `${document.path}:${document.lines.lineAt(span.start)}: no line in the diff: [${rule}] ${plain(message)}`,
    ),
    ...notes,
    `${count} for git diff ${reference}...HEAD; nothing was posted.`,
    "",
  ].join("\n");
}

function placeOf({
  path,
  side,
  startLine,
  line,
}: Pick<ReviewComment, "path" | "side" | "startLine" | "line">): string {
  if (side === "LEFT") {
    return `── ${path}:${line}, which is removed`;
  }
  return startLine === null ? `── ${path}:${line}` : `── ${path}:${startLine}-${line}`;
}
