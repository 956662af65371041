import type { Finding } from "../check/finding.ts";

/** One inline comment. Lines are 1-based, both ends in one hunk. */
export interface ReviewComment {
  readonly path: string;
  /** RIGHT for lines of the head, LEFT for one of the base that went. */
  readonly side: "LEFT" | "RIGHT";
  /** Null for a comment on one line. */
  readonly startLine: number | null;
  readonly line: number;
  /** Markdown with the hidden marker that lists the group's fingerprints. */
  readonly body: string;
  readonly fingerprints: readonly string[];
  readonly findings: readonly Finding[];
  /** Whether the body holds a suggestion block. */
  readonly suggests: boolean;
}

/** What to post. */
export interface Review {
  /** Worst first. */
  readonly comments: readonly ReviewComment[];
  /** Findings that have no line in the diff, or that the cap left out, worst first: annotations and summary. */
  readonly unplaced: readonly Finding[];
  /** Those of `unplaced` that would have a line, but for the cap. */
  readonly leftOut: ReadonlySet<Finding>;
  /** Why a file has no comments although it has findings, one sentence each. */
  readonly notes: readonly string[];
}
