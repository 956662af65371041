import type { NginxVersion } from "../nginx/versions.ts";
import type { Config, Level, Use } from "../config/level.ts";
import type { Document, Place } from "../repository/document.ts";
import type { Remedy } from "./remedy.ts";
import type { Exchange, ProbeName, Verdict } from "../request/exchange.ts";
import type { ClientRequest } from "../request/client-request.ts";
import type { Intent, Traffic } from "../intent/serves.ts";
import type { CommentFault, Silence } from "../comments/guard-comments.ts";
import type { Policy, Profile, Severity } from "../policy/policy.ts";
import type { LocationName, Related } from "./finding.ts";

/** One use of a proxying location in one version of nginx: what a rule about locations looks at. */
export interface ProxiedLocation {
  readonly config: Config;
  readonly version: NginxVersion;
  /** False where nobody says which nginx it is: then the oldest and the newest are asked one after the other. */
  readonly versionKnown: boolean;
  readonly name: LocationName;
  /** The location's level, or that of an `if`/`limit_except` in it that proxies. */
  readonly level: Level;
  /** The `proxy_pass`, or the `grpc_pass`, `fastcgi_pass` … that stands in its place. */
  readonly pass: Use;
  /** The `upstream` block that `proxy_pass` names, or null. */
  readonly upstream: Use | null;
  /** What the client's handshake says beside `Host`: that of the probe, or as Firefox writes it. */
  readonly handshake: ClientRequest["headers"];
  readonly exchanges: Readonly<Record<ProbeName, Exchange>>;
  readonly verdict: Verdict;
  /** "no" only for rules about every location: the others are asked where WebSockets may be served. */
  readonly intent: Intent;
  readonly traffic: Traffic;
}

/** What a rule says; the analysis makes a finding of it. */
export interface Report {
  /** One or two plain sentences in this file's own names. */
  readonly message: string;
  /** The directive that causes it, else the location's `proxy_pass`. Reports of one rule at one place are one finding. */
  readonly place: Place;
  /** The use that it is about, for a rule about programs: of a file that is included twice a place is in two. */
  readonly use?: Use;
  readonly related?: readonly Related[];
  /** What must become true for the finding to go; none where only a person can tell. */
  readonly remedies?: readonly Remedy[];
  /** The level whose settings the remedies change; by default the location's. */
  readonly level?: Level;
  /** A line of an included file beside which the remedies add theirs; by default they go into the level's own text. */
  readonly beside?: Use;
  /**
   * Another line of an included file that it may be said at instead, with the remedies beside it: where it holds for every
   * location that has this line.
   */
  readonly shared?: Use;
  /** Where it differs from the rule's own. */
  readonly severity?: Severity;
  /** False for a notice that only the summary and the JSON show. */
  readonly commentable?: boolean;
  /** True where it holds although only one of the versions in question shows it. */
  readonly inAnyVersion?: boolean;
}

export type Reporter = (report: Report) => void;

/** The rule's own options from the policy, e.g. `minimum` in milliseconds. */
export type RuleOptions = Readonly<Record<string, string | number | boolean>>;

export const ruleGroups = ["handshake", "traffic", "enterprise", "hardened"] as const;

/** What of a handshake a rule may find lost, in the order of the request. */
export const handshakeParts = ["HTTP/1.1", "Upgrade", "Connection"] as const;

/** An option that the policy file may give a rule. */
export interface RuleOption {
  /** Written as nginx writes times, and read as milliseconds. */
  readonly kind: "time";
  readonly description: string;
}

/** All that is known of a rule without running it. */
interface RuleMetadata {
  /** Its name everywhere: file, page, fixtures, policy, silence comment. */
  readonly id: string;
  readonly group: (typeof ruleGroups)[number];
  /** In the profiles that have the rule; `off` where only the policy file can switch it on. */
  readonly severity: Severity | "off";
  /** The first profile that has it; those after it have it too. */
  readonly from: Profile;
  /** What it finds, as one line of Markdown without a full stop. */
  readonly summary: string;
  readonly options?: Readonly<Record<string, RuleOption>>;
  /**
   * What a fix of its findings may change of a request beside the headers that its remedies set: header names in lower case
   * and `http-version`; `everything` where the fault is all about the request, or nginx does not start without the fix.
   */
  readonly fixMayChange?: readonly string[] | "everything";
  /** True where no request head shows the fault: the head is right and never sent, or not the only one. */
  readonly isBesideHead?: boolean;
  /** The part of a handshake whose loss it reports, and nothing else. */
  readonly lost?: (typeof handshakeParts)[number];
  /** What mends an endpoint whose handshake breaks for this rule's reason. */
  readonly cures?: readonly Remedy[];
  /** The form that suggestions must have where this rule is on: it reports any other. */
  readonly demands?: Partial<Policy["suggestion"]>;
}

/** Looks at simulated exchanges; asked once per use of a location and version. */
export interface LocationRule extends RuleMetadata {
  readonly over: "location";
  /** True where it is not about WebSockets alone: asked of every proxying location, and as sure of each. */
  readonly everyLocation?: boolean;
  /**
   * What such a rule can tell from the location's text: false where it will say nothing. It spares the simulation of
   * thousands of locations that have nothing to do with the rule.
   */
  readonly mayConcern?: (level: Level) => boolean;
  /** True where a branch of a template may mean what it says, since another branch of the same location upgrades. */
  readonly mayBeMeant?: boolean;
  check(location: ProxiedLocation, report: Reporter, options: RuleOptions): void;
}

/** Looks at a whole program, whatever it serves. */
export interface ConfigRule extends RuleMetadata {
  readonly over: "config";
  check(config: Config, report: Reporter, options: RuleOptions): void;
}

/** Looks at all programs together: what the policy promises need not hold in each of them. */
export interface ProgramsRule extends RuleMetadata {
  readonly over: "programs";
  check(programs: CheckedPrograms, report: ProgramReporter, options: RuleOptions): void;
}

export interface CheckedPrograms {
  readonly configs: readonly Config[];
  readonly policy: Policy;
  /** The versions in question, oldest first. */
  readonly versions: readonly NginxVersion[];
  /** What mends a handshake that breaks for the reason of this rule. */
  readonly curesFor: (rule: string) => readonly Remedy[];
}

/** Takes a report with the program that it is about. */
export type ProgramReporter = (report: Report, config: Config) => void;

/** Looks at one file's syntax. */
export interface DocumentRule extends RuleMetadata {
  readonly over: "document";
  check(document: Document, report: Reporter, options: RuleOptions): void;
}

/** Looks at one file's comments to us, once it is known what they silence. */
export interface CommentRule extends RuleMetadata {
  readonly over: "comments";
  check(comments: CheckedComments, report: Reporter, options: RuleOptions): void;
}

export interface CheckedComments {
  readonly document: Document;
  readonly silences: readonly Silence[];
  /** Those of them that silence something. */
  readonly used: ReadonlySet<Silence>;
  readonly faults: readonly CommentFault[];
  /** The names of all rules. */
  readonly ruleIds: readonly string[];
}

/** Looks at a handshake that worked before a change, where something else answers it now; asked of no single state. */
export interface LostRule extends RuleMetadata {
  readonly over: "lost";
  check(handshake: LostHandshake, report: Reporter, options: RuleOptions): void;
}

/** A handshake that worked before a change. */
export interface LostHandshake {
  /** As clients write it, e.g. `ws://api.example.com/ws`; a path alone where every host comes here. */
  readonly address: string;
  /** `removed`: no server is there any more. `unknown`: it may still work. */
  readonly kind: "answered" | "removed" | "unknown";
  /** What became of it, as a clause: "the answer is 404". */
  readonly why: string;
  /** What answers now; where nothing of the head does, where the location stood before. */
  readonly place: Place;
  /** False where the place is not one of the head's. */
  readonly isHere: boolean;
  /** The program in which it worked. */
  readonly config: Config;
}

export type Rule = LocationRule | ConfigRule | ProgramsRule | DocumentRule | CommentRule | LostRule;

/** The place of a whole directive. */
export function placeOf(use: Use): Place {
  return { document: use.document, span: use.directive };
}
