import {
  endOf,
  fullMessage,
  plain,
  redact,
  startOf,
  worstFirst,
  type Finding,
  type Severity,
} from "../core/index.ts";
import type { RunOutcome } from "./outcome.ts";

export interface JobAnnotation {
  readonly level: Severity;
  readonly title: string;
  readonly message: string;
  readonly file: string;
  /** 1-based. */
  readonly startLine: number;
  readonly endLine: number;
}

/**
 * GitHub shows ten of each level per step and drops the rest (docs). One error is left for the line that says why the
 * job fails, one warning for what was not analysed.
 */
const mostOf: Readonly<Record<Severity, number>> = { error: 9, warning: 9, notice: 10 };

/**
 * The annotations of a run, worst first: what is wrong with the policy, then each finding that has no open comment and
 * that no person has resolved. Findings of one comment at one line are one annotation.
 */
export function annotationsOf(outcome: RunOutcome): JobAnnotation[] {
  const silent = outcome.findings.filter(
    ({ fingerprint, commentable }) =>
      commentable && !outcome.live.has(fingerprint) && !outcome.resolved.has(fingerprint),
  );
  const all = [...outcome.policyProblems.map(ofProblem), ...grouped(silent).map(ofFindings)];
  return (["error", "warning", "notice"] as const).flatMap((level) =>
    all.filter((annotation) => annotation.level === level).slice(0, mostOf[level]),
  );
}

function ofProblem(problem: RunOutcome["policyProblems"][number]): JobAnnotation {
  const { file, line, message } = problem;
  return { level: "error", title: "Policy file", message, file, startLine: line, endLine: line };
}

function grouped(findings: readonly Finding[]): (readonly [Finding, ...Finding[]])[] {
  const groups = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of worstFirst(findings)) {
    const { document } = finding.place;
    const key = JSON.stringify([finding.group, document.path, startOf(finding.place).line]);
    const group = groups.get(key);
    if (group) {
      group.push(finding);
    } else {
      groups.set(key, [finding]);
    }
  }
  return [...groups.values()];
}

function ofFindings(findings: readonly [Finding, ...Finding[]]): JobAnnotation {
  const [{ severity, place }] = findings;
  return {
    level: severity,
    title: findings.map(({ rule }) => rule).join(", "),
    message: findings.map((finding) => plain(redact(fullMessage(finding)))).join("\n"),
    file: place.document.path,
    startLine: startOf(place).line,
    endLine: endOf(place).line,
  };
}
