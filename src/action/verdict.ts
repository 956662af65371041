import { countsInWords, numbered, startOf } from "../core/index.ts";
import { failing } from "./gate.ts";
import type { Inputs } from "./inputs.ts";
import type { RunOutcome } from "./outcome.ts";

export interface JobVerdict {
  readonly failed: boolean;
  /** What fails and why, or what was checked; one line. */
  readonly line: string;
}

const MOST_NAMED = 3;

/**
 * Whether the job fails, whatever could be posted.
 * @param faults what else went wrong; whole sentences.
 */
export function verdictOf(
  outcome: RunOutcome,
  inputs: Inputs,
  faults: readonly string[],
): JobVerdict {
  const reasons = [
    findings(outcome, inputs),
    policy(outcome),
    incomplete(outcome, inputs),
    ...faults,
  ];
  const given = reasons.filter((reason) => reason !== null);
  if (given.length > 0) {
    return { failed: true, line: given.join(" ") };
  }
  return { failed: false, line: passed(outcome, inputs) };
}

function findings(outcome: RunOutcome, { failOn }: Inputs): string | null {
  const found = failing(outcome.findings, failOn);
  if (found.length === 0) {
    return null;
  }
  const byPlace = new Map<string, string[]>();
  for (const { rule, place } of found) {
    const where = `${place.document.path}:${startOf(place).line}`;
    byPlace.set(where, [...(byPlace.get(where) ?? []), rule]);
  }
  const named = [...byPlace].slice(0, MOST_NAMED);
  const places = named.map(([where, rules]) => `${where} (${[...new Set(rules)].join(", ")})`);
  const left = byPlace.size - named.length;
  if (left > 0) {
    places.push(numbered(left, "more place"));
  }
  return `Failed: ${countsInWords(found)} in ${outcome.subject} (threshold: ${failOn}): ${places.join("; ")}.`;
}

function policy({ policyProblems: [first, ...others] }: RunOutcome): string | null {
  if (!first) {
    return null;
  }
  const more = others.length > 0 ? ` And ${others.length} more.` : "";
  return `The policy file of this change is not valid: ${first.file}:${first.line}: ${first.message}.${more}`;
}

function incomplete(outcome: RunOutcome, inputs: Inputs): string | null {
  const missing = notAnalysed(outcome);
  if (missing === null || inputs.incomplete === "warn") {
    return null;
  }
  return `Failed: not everything could be analysed (incomplete: fail): ${missing}`;
}

/** The first of what was not analysed; null where there is nothing. */
function notAnalysed(outcome: RunOutcome): string | null {
  const [first, ...others] = [...outcome.incomplete, ...outcome.passedOver];
  if (first === undefined) {
    return null;
  }
  return others.length > 0 ? `${first} And ${others.length} more.` : first;
}

function passed(outcome: RunOutcome, inputs: Inputs): string {
  const missing = notAnalysed(outcome);
  if (missing !== null) {
    return `${checked(outcome, inputs)} Not everything could be analysed: ${missing}`;
  }
  if (outcome.analysis) {
    return checked(outcome, inputs);
  }
  return `Nothing to check: no nginx configuration in ${outcome.subject}.`;
}

function checked({ subject, analysis, findings }: RunOutcome, { scope, failOn }: Inputs): string {
  if (!analysis) {
    return `Nothing was checked in ${subject}.`;
  }
  const found =
    findings.length > 0
      ? `${countsInWords(findings)} (threshold: ${failOn})`
      : scope === "new"
        ? "no new findings"
        : "no findings";
  return `Checked ${subject}: ${found}.`;
}
