import type { Analysis, Group, ProvenFix } from "./analysis.ts";
import { prove } from "./check/prove.ts";
import { type Entry, run, type Run } from "./check/run.ts";
import { placedSilences, type PlacedSilence, silenceKey } from "./check/silence.ts";
import {
  newestVersion,
  type NginxVersion,
  oldestVersion,
  parseVersion,
} from "./config/directives.ts";
import { Documents } from "./config/documents.ts";
import type { Files, Place } from "./config/model.ts";
import type { TextEdit } from "./fix/edit.ts";
import { fixCandidates } from "./fix/plan.ts";
import type { Remedy, Writable } from "./fix/remedy.ts";
import { groupBy } from "./collections.ts";
import { requestHead } from "./handshake/head.ts";
import { keepsConnections } from "./handshake/upstream-request.ts";
import type { Policy } from "./policy/policy.ts";
import type { ChangedFile } from "./review/review.ts";
import type { Finding, Severity } from "./rules/finding.ts";
import type { Directive } from "./syntax/tree.ts";

export interface AnalyseOptions {
  readonly policy: Policy;
  /** Only programs that these files take part in; every nginx file where it is not given. */
  readonly paths?: readonly string[];
}

/**
 * Finds the programs in a set of files, simulates their proxying locations and asks the rules.
 *
 * Never throws for what the files say. Files that `list()` names and `read()` does not give are in `wanted`: load them
 * and analyse again.
 */
export function analyse(files: Files, { policy, paths }: AnalyseOptions): Analysis {
  const documents = new Documents(files);
  const version = policy.nginxVersion === null ? undefined : parseVersion(policy.nginxVersion);
  const versions: readonly NginxVersion[] =
    version === undefined ? [oldestVersion, newestVersion] : [version];
  return new Result(run({ documents, policy, paths, versions }), {
    isNew: () => true,
    counts: () => true,
  });
}

/**
 * The head's analysis with only that marked as new which the base lacks: a fingerprint that the base does not have, or
 * has for fewer locations or less severely. A renamed file keeps its findings. A silence that the base lacks does not
 * count, unless the policy says so.
 *
 * @param changes what differs between the two sides
 */
export function compare(head: Analysis, base: Analysis, changes: readonly ChangedFile[]): Analysis {
  const renamed = new Map(
    changes.flatMap(({ path, previousPath }) =>
      previousPath === null ? [] : [[previousPath, path] as const],
    ),
  );
  const none: Renames = new Map();
  const of = runOf(head);
  const { entries } = runOf(base);
  const before = new Map(
    entries.map((entry) => [identityOf(entry, renamed), weightOf(entry, renamed)]),
  );
  const silences = new Set(
    placedSilences(runOf(base).request.documents).map((silence) => silenceKey(silence, renamed)),
  );
  const fromHead = of.request.policy.silences === "head";
  return new Result(of, {
    isNew(entry) {
      const known = before.get(identityOf(entry, none));
      if (known === undefined) return true;
      const now = weightOf(entry, none);
      const { severity, locations } = known;
      return now.severity > severity || [...now.locations].some((each) => !locations.has(each));
    },
    counts: (silence) => fromHead || silences.has(silenceKey(silence, none)),
  });
}

/** What a comparison makes of a run. */
interface Side {
  readonly isNew: (entry: Entry) => boolean;
  /** Whether a silence counts. */
  readonly counts: (silence: PlacedSilence) => boolean;
}

const runs = new WeakMap<Analysis, Run>();

function runOf(analysis: Analysis): Run {
  const found = runs.get(analysis);
  if (found === undefined) throw new Error("the analysis is not one of analyse()");
  return found;
}

type Renames = ReadonlyMap<string, string>;

function identityOf({ identity }: Entry, renamed: Renames): string {
  const path = renamed.get(identity.path) ?? identity.path;
  return JSON.stringify({ ...identity, path });
}

const rank: Readonly<Record<Severity, number>> = { notice: 1, warning: 2, error: 3 };

function weightOf(
  { severity, locations }: Entry,
  renamed: Renames,
): { severity: number; locations: ReadonlySet<string> } {
  const keys = locations.map(({ name }) => {
    const { path } = name.place.document;
    return JSON.stringify([renamed.get(path) ?? path, name.server, name.name]);
  });
  return { severity: rank[severity], locations: new Set(keys) };
}

class Result implements Analysis {
  readonly nginxVersion: string;
  readonly files;
  readonly documents;
  readonly configs;
  readonly locations;
  readonly wanted;
  readonly pendingSilences;
  readonly groups: readonly FoundGroup[];
  readonly findings: readonly Finding[];
  private readonly run: Run;
  private readonly proven: { readonly edits: readonly TextEdit[]; readonly mended: Entry[] }[] = [];

  constructor(of: Run, { isNew, counts }: Side) {
    const { documents, policy } = of.request;
    this.run = of;
    this.nginxVersion = policy.nginxVersion ?? "unknown";
    this.files = of.files;
    this.documents = documents.all();
    this.configs = of.configs;
    this.locations = of.located;
    this.wanted = [...documents.wanted];
    const heard = of.entries.filter(({ silence }) => silence === null || !counts(silence));
    const members = groupBy(heard, groupKeyOf);
    const groups = new Map(
      [...members].map(([key, entries]) => [key, new FoundGroup(key, entries, isNew, this)]),
    );
    this.groups = [...groups.values()];
    this.pendingSilences = of.entries.flatMap(({ silence }) =>
      silence === null || counts(silence)
        ? []
        : [{ document: silence.document, span: silence.silence.span }],
    );
    this.findings = heard.flatMap(
      (entry) =>
        groups.get(groupKeyOf(entry))?.findings.find((found) => found.entry === entry) ?? [],
    );
    runs.set(this, of);
  }

  proveTogether(edits: readonly TextEdit[]): boolean {
    const given = new Set(edits);
    const mended = this.proven
      .filter((fix) => fix.edits.every((edit) => given.has(edit)))
      .flatMap((fix) => fix.mended);
    return prove(this.run, edits, [...new Set(mended)]) !== null;
  }

  /** The first candidate that holds, for these entries together. */
  proveFix(entries: readonly Entry[], writable: Writable): ProvenFix | null {
    const [first] = entries;
    if (first === undefined) return null;
    const location = first.locations[0];
    const level = first.report.level ?? location?.versions[0]?.level ?? first.config.main;
    const { policy } = this.run.request;
    const candidates = fixCandidates(
      {
        config: first.config,
        level,
        remedies: distinct(entries.flatMap(({ report }) => report.remedies ?? [])),
        traffic: entries.some((entry) => entry.locations.some(({ traffic }) => traffic === "mixed"))
          ? "mixed"
          : "websocket",
        keepsConnections: entries.some((entry) => entry.locations.some(isKept)),
        ...policy.suggestion,
      },
      writable,
    );
    for (const fix of candidates) {
      const after = fix.edits.length === 0 ? null : prove(this.run, fix.edits, entries);
      if (after !== null) {
        this.proven.push({ edits: fix.edits, mended: [...entries] });
        return { ...fix, ...headsOf(this.run, after, entries) };
      }
    }
    return null;
  }
}

function isKept({ versions }: Entry["locations"][number]): boolean {
  return versions.some(({ config, version, exchanges }) => {
    const { upstream } = exchanges.plain;
    return upstream !== null && keepsConnections(config, upstream, version);
  });
}

/** The websocket probe's head at the first location, before and after. */
function headsOf(
  before: Run,
  after: Run,
  entries: readonly Entry[],
): { now: readonly string[]; after: readonly string[] } {
  const location = entries.flatMap((entry) => entry.locations)[0];
  if (location === undefined) return { now: [], after: [] };
  const { root } = location.config;
  const own = (of: Run) => of.located.filter(({ config }) => config.root === root);
  const head = (located: Entry["locations"][number] | undefined) =>
    located === undefined ? [] : requestHead(located.exchanges.websocket);
  return { now: head(location), after: head(own(after)[own(before).indexOf(location)]) };
}

function distinct(remedies: readonly Remedy[]): Remedy[] {
  const found: Remedy[] = [];
  for (const remedy of remedies) {
    if (!found.some((other) => isSame(remedy, other))) found.push(remedy);
  }
  return found;
}

function isSame(one: Remedy, other: Remedy): boolean {
  switch (one.kind) {
    case "header":
      return other.kind === "header" && one.name === other.name;
    case "directive":
      return other.kind === "directive" && one.name === other.name;
    case "replace":
      return (
        other.kind === "replace" &&
        one.place.document === other.place.document &&
        one.place.span.start === other.place.span.start
      );
    case "remove":
      return other.kind === "remove" && one.use.directive === other.use.directive;
  }
}

class FoundGroup implements Group {
  readonly id: string;
  readonly findings: readonly Found[];
  readonly place: Place;
  private readonly result: Result;
  private everywhere: Mend | null | undefined;

  constructor(
    id: string,
    entries: readonly Entry[],
    isNew: (entry: Entry) => boolean,
    result: Result,
  ) {
    this.id = id;
    this.result = result;
    this.findings = entries.map((entry) => new Found(entry, isNew(entry), this));
    const [first] = entries;
    if (first === undefined) throw new Error("a group has at least one finding");
    const { document } = first.report.place;
    const block = blockOf(first.report.place);
    this.place = block === null ? first.report.place : { document, span: block };
  }

  fix(writable: Writable): ProvenFix | null {
    return this.mend(writable)?.fix ?? null;
  }

  /** The fix where everything may be written; worked out once. */
  get mendEverywhere(): Mend | null {
    this.everywhere ??= this.mend(() => true);
    return this.everywhere;
  }

  /** Everything in one fix, else at least the errors. */
  private mend(writable: Writable): Mend | null {
    const entries = this.findings
      .map(({ entry }) => entry)
      .filter(({ report }) => (report.remedies ?? []).length > 0);
    const worst = Math.max(...entries.map(({ severity }) => rank[severity]));
    const attempts = [entries, entries.filter(({ severity }) => rank[severity] === worst)];
    for (const attempt of attempts[0]?.length === attempts[1]?.length ? [entries] : attempts) {
      const fix = this.result.proveFix(attempt, writable);
      if (fix !== null) return { fix, entries: new Set(attempt) };
    }
    return null;
  }
}

/** A proven fix and what it mends. */
interface Mend {
  readonly fix: ProvenFix;
  readonly entries: ReadonlySet<Entry>;
}

class Found implements Finding {
  readonly rule;
  readonly severity;
  readonly message;
  readonly place;
  readonly location;
  readonly related;
  readonly group;
  readonly fingerprint;
  readonly isNew;
  readonly evidence;
  readonly commentable;
  readonly entry: Entry;
  private readonly owner: FoundGroup;

  constructor(entry: Entry, isNew: boolean, owner: FoundGroup) {
    this.entry = entry;
    this.owner = owner;
    this.rule = entry.rule;
    this.severity = entry.severity;
    this.message = entry.report.message;
    this.place = entry.report.place;
    this.location = entry.locations[0]?.name ?? null;
    this.related = entry.related;
    this.group = owner.id;
    this.fingerprint = entry.fingerprint;
    this.isNew = isNew;
    this.evidence = entry.evidence;
    this.commentable = entry.commentable;
  }

  /** The group's fix, at the first of the findings that it mends. */
  get fix(): ProvenFix | null {
    const mend = this.owner.mendEverywhere;
    return mend !== null && this.isCarrier(mend) ? mend.fix : null;
  }

  get fixedBy(): string | null {
    const mend = this.owner.mendEverywhere;
    if (mend === null || !mend.entries.has(this.entry) || this.isCarrier(mend)) return null;
    return this.owner.findings.find(({ entry }) => mend.entries.has(entry))?.fingerprint ?? null;
  }

  private isCarrier({ entries }: Mend): boolean {
    return this.owner.findings.find(({ entry }) => entries.has(entry)) === this;
  }
}

/** One comment is about one block: the innermost around the place that is more than a condition. */
function groupKeyOf({ report: { place } }: Entry): string {
  return `${place.document.path}:${blockOf(place)?.start ?? "top"}`;
}

function blockOf({ document, span }: Place): Directive | null {
  let siblings = document.tree.directives;
  let innermost: Directive | null = null;
  for (;;) {
    const around = siblings.find(
      ({ start, block }) => block !== null && start <= span.start && span.end <= block.end,
    );
    if (around?.block == null) return innermost;
    if (!/^(?:if|limit_except)$/.test(around.name.value)) innermost = around;
    if (span.start < around.block.open.end) return innermost;
    siblings = around.block.directives;
  }
}
