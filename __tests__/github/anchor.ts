import type { FileDiff } from "./git.ts";
import type { Limits } from "./limits.ts";
import { type Side, hunkAt } from "./patch.ts";

/** Where a review comment wants to be. Without a line it is about the file. */
export interface ReviewAnchor {
  readonly path: string;
  readonly line: number | undefined;
  readonly side: Side | undefined;
  readonly startLine: number | undefined;
  readonly startSide: Side | undefined;
}

/** A field of the thread and what is wrong with it, in GitHub's words. */
export interface AnchorProblem {
  readonly field: "diff_hunk" | "line" | "path" | "start_line";
  readonly text: string;
}

const noHunk: AnchorProblem = { field: "diff_hunk", text: "can't be blank" };

/** Whether the answer that lists this file has its `patch`. */
export function hasPatch({ patch, hunks }: FileDiff, limits: Limits): boolean {
  if (patch === undefined) {
    return false;
  }
  const lines = hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
  return lines <= limits.linesPerPatch && Buffer.byteLength(patch) <= limits.bytesPerPatch;
}

/**
 * GitHub's checks of one anchor against the diff. The wording is of parkerbxyz/suggest-changes#28
 * (line, hunk), villesau/ai-codereviewer#34 (path) and ubuntu/WSL#244 (start after end).
 */
export function anchorProblems(
  files: readonly FileDiff[],
  { path, line, side = "RIGHT", startLine, startSide = side }: ReviewAnchor,
  limits: Limits,
): AnchorProblem[] {
  const file = files.find((entry) => entry.path === path);
  if (!file) {
    return [{ field: "path", text: "is invalid" }, noHunk];
  }
  if (file.patch !== undefined && !hasPatch(file, limits)) {
    return [{ field: "path", text: "diff too large" }, noHunk];
  }
  const problems: AnchorProblem[] = [];
  const hunk = line === undefined ? undefined : hunkAt(file.hunks, side, line);
  if (!hunk) {
    problems.push({ field: "line", text: "must be part of the diff" });
  }
  if (startLine !== undefined) {
    if (line !== undefined && startSide === side && startLine >= line) {
      problems.push({ field: "start_line", text: "must precede the end line." });
    } else if (!hunk || hunkAt(file.hunks, startSide, startLine) !== hunk) {
      problems.push({
        field: "start_line",
        text: "must be part of the same hunk as the line.",
      });
    }
  }
  if (!hunk) {
    problems.push(noHunk);
  }
  return problems;
}

/** As a review answers: one sentence for all that is wrong with a comment. */
export function problemSentence(problems: readonly AnchorProblem[]): string {
  const parts = problems.map(
    ({ field, text }) => `Pull request review thread ${field.replace("_", " ")} ${text}`,
  );
  if (parts.length <= 2) {
    return parts.join(" and ");
  }
  return `${parts.slice(0, -1).join(", ")}, and ${parts.at(-1)}`;
}

/** As the endpoint for a single comment answers: an object for each problem. */
export function problemObjects(problems: readonly AnchorProblem[]): object[] {
  return problems.map(({ field, text }) => {
    const name = `pull_request_review_thread.${field}`;
    const resource = "PullRequestReviewComment";
    if (field === "diff_hunk") {
      return { resource, code: "missing_field", field: name };
    }
    if (text === "is invalid") {
      return { resource, code: "invalid", field: name };
    }
    return { resource, code: "custom", field: name, message: `${name} ${text}` };
  });
}
