import type { Fix } from "../fix/edit.ts";
import type { ProbeName } from "../request/exchange.ts";
import type { LocationName } from "../rules/finding.ts";
import type { Place } from "../repository/document.ts";
import type { RequestChange } from "./request-change.ts";

/** Why a finding has no fix. */
export type Unfixed =
  /** Only a person can tell what is meant. */
  | { readonly kind: "needs-a-person" }
  /** The lines that would have to change cannot be written: a template's tag, or a file that is not in the repository. */
  | { readonly kind: "not-writable" }
  | { readonly kind: "too-much-work" }
  | Unproven;

/** A fix that was simulated and is not offered. */
export interface Unproven {
  readonly kind: "unproven";
  readonly fix: Fix;
  readonly failure: ProofFailure;
}

/** Something that a rule says of the edited text. */
export interface FoundAfter {
  readonly rule: string;
  readonly place: Place;
}

/** The first thing that speaks against edits. */
export type ProofFailure =
  | { readonly kind: "stays" | "new"; readonly found: readonly [FoundAfter, ...FoundAfter[]] }
  | { readonly kind: "refused"; readonly message: string }
  /** The edits add or take away locations. */
  | { readonly kind: "other-locations" }
  /** Ordinary requests of the location ask for an upgrade. */
  | { readonly kind: "hurts-ordinary"; readonly location: LocationName }
  | {
      readonly kind: "changes";
      readonly location: LocationName;
      readonly probe: ProbeName;
      readonly change: RequestChange;
    };
