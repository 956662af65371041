import type { Finding } from "../check/finding.ts";
import type { RequestChange } from "../check/request-change.ts";
import type { FoundAfter, ProofFailure, Unfixed } from "../check/unfixed.ts";
import type { LocationName } from "../rules/finding.ts";
import { startOf } from "./order.ts";
import { redact } from "./redact.ts";

/** For people who look for a fix that is not there: why each finding without one has none, a line each. */
export function unfixedInWords(findings: readonly Finding[]): string[] {
  return findings.flatMap((finding) => {
    const { rule, place, unfixed } = finding;
    const at = `${place.document.path}:${startOf(place).line}`;
    return unfixed === null ? [] : [`${at}: ${rule} has no fix: ${reason(unfixed)}.`];
  });
}

function reason(unfixed: Unfixed): string {
  switch (unfixed.kind) {
    case "needs-a-person":
      return "only a person can tell what is meant";
    case "not-writable":
      return "what would have to change cannot be written here";
    case "too-much-work":
      return "to prove one is too much work in so large a program";
    case "unproven":
      return `"${unfixed.fix.title}" was simulated and is not offered, because it ${fault(unfixed.failure)}`;
  }
}

/** What a fix does wrong, as a predicate. */
function fault(failure: ProofFailure): string {
  switch (failure.kind) {
    case "stays":
      return `leaves ${said(failure.found)}`;
    case "new":
      return `brings ${said(failure.found)}`;
    case "refused":
      return `leaves something that nginx refuses: ${failure.message}`;
    case "other-locations":
      return "adds or takes away locations";
    case "hurts-ordinary":
      return `lets ordinary requests ask for an upgrade at ${called(failure.location)}`;
    case "changes":
      return `changes ${changed(failure.change)} in the ${failure.probe} request at ${called(failure.location)}`;
  }
}

/** Lines are those with the fix applied. */
function said([{ rule, place }]: readonly [FoundAfter, ...FoundAfter[]]): string {
  return `${rule} in line ${startOf(place).line}`;
}

function called({ name, server }: LocationName): string {
  return server === null ? `location ${name}` : `location ${name} of ${server}`;
}

function changed({ part, before, after }: RequestChange): string {
  const line = (value: string | null): string =>
    value === null ? "nothing" : JSON.stringify(redact(`${part}: ${value}`));
  return `${line(before)} to ${line(after)}`;
}
