import type { Analysis, ChangedFile, Finding, Severity } from "../core/index.ts";
import type { FailOn, Scope } from "./inputs.ts";
import { counted } from "./words.ts";

const rank: Readonly<Record<Severity, number>> = { notice: 1, warning: 2, error: 3 };

/** The findings that the gate looks at: new ones, those that lie in a changed file, or all. */
export function inScope(
  analysis: Analysis,
  scope: Scope,
  changes: readonly ChangedFile[],
): Finding[] {
  const changed = new Set(changes.map((change) => change.path));
  return worstFirst(
    analysis.findings.filter((finding) => {
      switch (scope) {
        case "new":
          return finding.isNew;
        case "changed":
          return finding.isNew || changed.has(finding.place.document.path);
        case "all":
          return true;
      }
    }),
  );
}

/** Those findings that fail the job. */
export function failing(findings: readonly Finding[], failOn: FailOn): Finding[] {
  if (failOn === "never") return [];
  return findings.filter((finding) => rank[finding.severity] >= rank[failOn]);
}

/** Errors before warnings before notices, otherwise in the given order. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => rank[b.severity] - rank[a.severity]);
}

/** How many findings there are of a severity. */
export function countOf(findings: readonly Finding[], severity: Severity): number {
  return findings.filter((finding) => finding.severity === severity).length;
}

/** How many findings there are of each severity, e.g. `2 errors and 1 warning`; `no findings` for none. */
export function tally(findings: readonly Finding[]): string {
  const parts = (["error", "warning", "notice"] as const).flatMap((severity) => {
    const count = countOf(findings, severity);
    return count === 0 ? [] : [counted(count, severity)];
  });
  return parts.length === 0 ? "no findings" : parts.join(", ").replace(/, (?=[^,]*$)/, " and ");
}
