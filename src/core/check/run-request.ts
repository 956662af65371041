import type { LostHandshake } from "../rules/rule.ts";
import type { Traffic } from "../intent/serves.ts";
import type { Config } from "../config/level.ts";
import type { Hearing } from "../comments/guard-comments.ts";
import type { NginxVersion } from "../nginx/versions.ts";
import type { Policy } from "../policy/policy.ts";
import type { Documents } from "../repository/documents.ts";

/** What is checked, and how. */
export interface RunRequest {
  readonly documents: Documents;
  readonly policy: Policy;
  /** Only programs that these files take part in; all where it is not given. */
  readonly paths: readonly string[] | undefined;
  /** The versions in question, oldest first. */
  readonly versions: readonly NginxVersion[];
  /** Which comments count; all where it is not given. */
  readonly hearing?: Hearing | undefined;
  /** Takes every location that may serve WebSockets for one that does. */
  readonly takesUnclear?: boolean;
  /** What worked before a change, where these are the files after it. */
  readonly before?: Before | undefined;
  /**
   * Programs as they were before an edit of `paths`: those that these take no part in are as they were, and what other
   * files say by themselves is not found once more.
   */
  readonly known?: readonly Config[];
}

/** What is known of handshakes that worked before a change. */
export interface Before {
  /** By {@link locationKey} of the location that takes such a handshake now: what else passed there before. */
  readonly worked: ReadonlyMap<string, Traffic>;
  readonly lost: readonly LostHandshake[];
}
