import {
  isFailing,
  worstFirst,
  type Analysis,
  type ChangedFile,
  type FailOn,
  type Finding,
} from "../core/index.ts";
import type { CheckScope } from "./inputs.ts";

/** The findings that the gate looks at: new ones, those that lie in a changed file, or all. */
export function inScope(
  analysis: Analysis,
  scope: CheckScope,
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
  return findings.filter(({ severity }) => isFailing(severity, failOn));
}
