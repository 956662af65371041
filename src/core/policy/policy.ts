/** What may be said of a rule, the worst first. */
export const ruleSeverities = ["error", "warning", "notice", "off"] as const;

export type Severity = Exclude<(typeof ruleSeverities)[number], "off">;

/** From which severity on something fails. */
export type FailOn = Severity | "never";

/** The worse, the higher. */
export const severityRank: Readonly<Record<Severity, number>> = { notice: 1, warning: 2, error: 3 };

/** Whether something of that severity fails. */
export function isFailing(severity: Severity, failOn: FailOn): boolean {
  return failOn !== "never" && severityRank[severity] >= severityRank[failOn];
}

/** The profiles, each with all rules of those before it. */
export const profiles = ["basic", "recommended", "enterprise", "hardened"] as const;

export type Profile = (typeof profiles)[number];

/** A rule's setting in the policy: `off`, a severity, or both with the rule's own options. */
export interface RuleSetting {
  readonly severity: Severity | "off" | null;
  /** The rule's own options, validated: e.g. `minimum` in milliseconds for `idle-timeout`. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

/** The policy file, validated, defaults filled in. */
export interface Policy {
  readonly profile: Profile;
  /** As written, e.g. "1.27" or "1.27.3"; null where it shall be found in the repository. */
  readonly nginxVersion: string | null;
  /** Globs of what counts as nginx configuration; empty for the default globs and content sniffing. */
  readonly files: readonly string[];
  readonly ignore: readonly string[];
  /** Main files; empty where they shall be found. */
  readonly roots: readonly string[];
  /** Absolute folder on the server → folder in the repository. */
  readonly prefixes: ReadonlyMap<string, string>;
  readonly endpoints: readonly string[];
  readonly locations: readonly LocationOverride[];
  readonly rules: ReadonlyMap<string, RuleSetting>;
  readonly suggestion: {
    readonly connection: "auto" | "map" | "literal";
    readonly upgrade: "raw" | "websocket-only";
  };
  readonly silences: "base" | "head";
  readonly markdown: boolean;
}

/** Overrules the intent where names mislead. */
export interface LocationOverride {
  readonly path: string | null;
  readonly server: string | null;
  readonly file: string | null;
  readonly websocket: boolean;
}

/** A fault in the policy file. Lines and columns are 1-based. */
export interface PolicyProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong, what was expected, and the nearest right name. */
  readonly message: string;
}
