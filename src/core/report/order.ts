import { severityRank, type Severity } from "../policy/policy.ts";
import type { Place } from "../repository/document.ts";
import type { Finding } from "../check/finding.ts";

export interface Position {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
}

/** Where a place starts. */
export function startOf({ document, span }: Place): Position {
  return positionAt(document, span.start);
}

/** The position after a place's last character. */
export function endOf({ document, span }: Place): Position {
  return positionAt(document, span.end);
}

function positionAt({ lines }: Place["document"], offset: number): Position {
  return { line: lines.lineAt(offset), column: lines.columnAt(offset) };
}

/** Worst first, then by file, place and rule. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) => severityRank[b.severity] - severityRank[a.severity] || comparePlaces(a, b),
  );
}

function comparePlaces(a: Finding, b: Finding): number {
  return (
    compareText(a.place.document.path, b.place.document.path) ||
    a.place.span.start - b.place.span.start ||
    compareText(a.rule, b.rule) ||
    compareText(a.fingerprint, b.fingerprint)
  );
}

/** How many findings there are of each severity. */
export function countBySeverity(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const counts = { error: 0, warning: 0, notice: 0 };
  for (const { severity } of findings) {
    counts[severity] += 1;
  }
  return counts;
}

/** "1 error, 2 warnings"; "nothing" without findings. */
export function countsInWords(findings: readonly Finding[]): string {
  const counts = countBySeverity(findings);
  const parts = (["error", "warning", "notice"] as const)
    .filter((severity) => counts[severity] > 0)
    .map((severity) => numbered(counts[severity], severity));
  return parts.length > 0 ? parts.join(", ") : "nothing";
}

/** "1 file", "2 files". */
export function numbered(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
