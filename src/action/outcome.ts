import type { Analysis, Finding, PolicyProblem, Review } from "../core/index.ts";

/** What one run found out and did: everything that the gate, the annotations and the reports need. */
export interface RunOutcome {
  /** What was looked at, to be named inside a sentence: "3 nginx files of pull request #7". */
  readonly subject: string;
  /** Null where no nginx configuration was there to analyse. */
  readonly analysis: Analysis | null;
  /** The findings that the gate looks at, worst first. */
  readonly findings: readonly Finding[];
  readonly review: Review | null;
  readonly posted: number;
  /** Fingerprints that an open comment names: they get no annotation. */
  readonly live: ReadonlySet<string>;
  /** Fingerprints whose comment a person resolved: silent, but they count. */
  readonly resolved: ReadonlySet<string>;
  /** What was not done and why, and what else a reader should know; whole sentences. */
  readonly notes: readonly string[];
  /** What was not analysed and why; whole sentences. */
  readonly incomplete: readonly string[];
  /** Changed files of another kind than is analysed, such as templates; whole sentences. */
  readonly passedOver: readonly string[];
  /** What is wrong with the policy file that the change brings. */
  readonly policyProblems: readonly PolicyProblem[];
}

const nothing: ReadonlySet<string> = new Set();

/** An outcome without findings and comments, to be filled in. */
export const emptyOutcome = {
  analysis: null,
  findings: [],
  review: null,
  posted: 0,
  live: nothing,
  resolved: nothing,
  notes: [],
  incomplete: [],
  passedOver: [],
  policyProblems: [],
} as const satisfies Omit<RunOutcome, "subject">;
