import type { Place } from "../config/model.ts";
import type { ProvenFix } from "../fix/edit.ts";

export type Severity = "error" | "warning" | "notice";

/** A second place that takes part in a finding, with what it has to do with it. */
export interface Related {
  readonly place: Place;
  readonly note: string;
}

/** Which proxying location a finding is about. */
export interface LocationName {
  readonly place: Place;
  /** As written after `location`, e.g. `/ws` or `~ ^/ws`. */
  readonly name: string;
  /** The first server_name, or null. */
  readonly server: string | null;
  /** Files whose `include` led here, outermost first. */
  readonly includedFrom: readonly string[];
}

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
