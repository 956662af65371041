import type { ProvenFix } from "../fix/edit.ts";
import type { Severity } from "../policy/policy.ts";
import type { Place } from "../repository/document.ts";
import type { LocationName, Related } from "../rules/finding.ts";
import type { Unfixed } from "./unfixed.ts";

/** One report of a rule. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** What is wrong here, in this file's own names. One sentence or two, plain text. */
  readonly message: string;
  /** The primary place: the directive that causes it, else the location's `proxy_pass`. */
  readonly place: Place;
  readonly location: LocationName | null;
  /** Further locations that it is about, each once however often it is included. The message speaks of the first alone. */
  readonly others: readonly LocationName[];
  readonly related: readonly Related[];
  /** Findings of one group are one comment with one suggestion. */
  readonly group: string;
  /** The fingerprint of the group's finding that carries the fix, or null. */
  readonly fixedBy: string | null;
  readonly fix: ProvenFix | null;
  /** Why no fix mends it; null where one does, this one's or that of `fixedBy`. */
  readonly unfixed: Unfixed | null;
  /** Stable over line shifts: rule + file + block path + directive + ordinal, hashed. */
  readonly fingerprint: string;
  /** False where the base has it too; true when there is no base. */
  readonly isNew: boolean;
  /** Why we think that the location serves WebSockets; empty where the rule does not depend on it. */
  readonly evidence: readonly string[];
  /** True where the evidence is too weak to say that the location serves WebSockets. */
  readonly isGuess: boolean;
  /** False for what must never be a comment (a notice for the summary and the JSON only). */
  readonly commentable: boolean;
}
