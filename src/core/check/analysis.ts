import type { AnalysedFile } from "../config/programs.ts";
import type { Config, Level, Use } from "../config/level.ts";
import type { Document, Place } from "../repository/document.ts";
import type { ProvenFix, TextEdit } from "../fix/edit.ts";
import type { Writable } from "../rules/remedy.ts";
import type { Exchange, ProbeName, Verdict } from "../request/exchange.ts";
import type { Value } from "../request/value.ts";
import type { Intent, Traffic } from "../intent/serves.ts";
import type { LocationName } from "../rules/finding.ts";
import type { Finding } from "./finding.ts";

export type { ProvenFix } from "../fix/edit.ts";

/** A proxying location, once per use. */
export interface LocationReport {
  readonly config: Config;
  readonly name: LocationName;
  /** The location's level, or that of an `if`/`limit_except` which proxies. */
  readonly level: Level;
  readonly proxyPass: Use;
  readonly intent: Intent;
  readonly traffic: Traffic;
  /** Joined over the nginx versions in question: what differs between them is unknown. */
  readonly verdict: Verdict;
  /** Whether what works with the probe breaks with the handshake that Firefox writes. */
  readonly failsInFirefox: boolean;
  /** Per probe; the newest version's where the version is unknown. */
  readonly exchanges: Readonly<Record<ProbeName, Exchange>>;
  readonly upstream: {
    readonly httpVersion: Value;
    readonly headers: readonly (readonly [string, Value])[];
  } | null;
  readonly idleTimeoutMs: number | null;
}

/** What a change does to a comment to us. */
export interface PendingComment {
  /** `silence` and `http` are added; `websocket` is taken away. */
  readonly kind: "silence" | "http" | "websocket";
  /** The comment, or the block from which it is taken away. */
  readonly place: Place;
}

/** What one comment is about: a location block, or the one outer place that causes the same at many. */
export interface Group {
  readonly id: string;
  readonly findings: readonly Finding[];
  /** The block or directive that the comment belongs to. */
  readonly place: Place;
  /**
   * A proven fix whose edits all lie where `writable` allows, or null where there is none.
   * Proven: applied alone, the group's findings are gone, nothing new is found, other headers are unchanged.
   */
  fix(writable: Writable): ProvenFix | null;
}

/** Everything core finds in a set of files. */
export interface Analysis {
  /** "1.22.1", or "unknown". */
  readonly nginxVersion: string;
  readonly files: readonly AnalysedFile[];
  readonly documents: ReadonlyMap<string, Document>;
  readonly configs: readonly Config[];
  /** Sorted by file, offset, rule. */
  readonly findings: readonly Finding[];
  readonly groups: readonly Group[];
  readonly locations: readonly LocationReport[];
  /** What a change does to comments to make findings vanish, and does not count before it is merged, each once. */
  readonly pending: readonly PendingComment[];
  /** Paths that `Files.list()` names and `read()` did not give: an adapter loads them and analyses again. */
  readonly wanted: readonly string[];
  /** What is left out because a limit is reached, one sentence each. */
  readonly limits: readonly string[];
  /** How many findings may have a fix that was not looked for, because that was too much work; more as fixes are asked for. */
  readonly findingsGivenUp: number;
  /** Whether these fixes, applied together, leave nothing of what each mends and break nothing. */
  proveTogether(edits: readonly TextEdit[]): boolean;
  /**
   * Locations of the programs that the edits reach, each with what it is when they are applied; null where edits overlap.
   * Without proof: whoever asks has edits that were proven.
   */
  locationsWith(edits: readonly TextEdit[]): ReadonlyMap<LocationReport, LocationReport> | null;
}
