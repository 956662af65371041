import type { Analysis, Group, LocationReport, ProvenFix } from "./analysis.ts";
import { type EntryGroup, groupsOf } from "./group.ts";
import { type Mend, Mender } from "./mend.ts";
import type { Unfixed } from "./unfixed.ts";
import type { Entry } from "./entries.ts";
import { run, type Run } from "./run.ts";
import { groupBy } from "../basics/collections.ts";
import { Documents } from "../repository/documents.ts";
import type { Files, Place } from "../repository/document.ts";
import { repositoryVersion, versionsInQuestion } from "../repository/images.ts";
import type { TextEdit } from "../fix/edit.ts";
import type { Writable } from "../rules/remedy.ts";
import type { Policy } from "../policy/policy.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { LocationName } from "../rules/finding.ts";
import type { Finding } from "./finding.ts";

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
  const version =
    policy.nginxVersion ??
    repositoryVersion(files, (path) => documents.wanted.add(path), documents.bound);
  const versions = versionsInQuestion(version);
  const of = run({ documents, policy: { ...policy, nginxVersion: version }, paths, versions });
  return new AnalysedRun(of, () => true);
}

const runs = new WeakMap<Analysis, Run>();

/** What an analysis was made of. @throws Error where it is not one of {@link analyse}. */
export function runOf(analysis: Analysis): Run {
  const found = runs.get(analysis);
  if (found === undefined) {
    throw new Error("the analysis is not one of analyse()");
  }
  return found;
}

/** The analysis of a run. */
export class AnalysedRun implements Analysis {
  readonly nginxVersion: string;
  readonly files;
  readonly documents;
  readonly configs;
  readonly locations;
  readonly wanted;
  readonly pending;
  readonly limits: readonly string[];
  readonly groups: readonly FoundGroup[];
  readonly findings: readonly Finding[];
  readonly #mender: Mender;

  constructor(of: Run, isNew: (entry: Entry) => boolean) {
    const { documents, policy } = of.request;
    this.nginxVersion = policy.nginxVersion ?? "unknown";
    this.files = of.files;
    this.documents = documents.all();
    this.configs = of.configs;
    this.locations = of.located;
    this.wanted = [...documents.wanted];
    this.limits = [...documents.limits];
    const entries = of.entries.filter(({ silence }) => silence === null);
    // A comment that silences several findings is there for each of them.
    const pending = new Map(
      entries.flatMap((entry) => entry.pending.map((each) => [each.place.span, each])),
    );
    this.pending = [...pending.values()];
    const groups = groupsOf(entries);
    const mender = new Mender(of, groups);
    this.groups = groups.map((group) => new FoundGroup(group, isNew, mender));
    const found = new Map(
      this.groups.flatMap(({ findings }) => findings.map((each) => [each.entry, each] as const)),
    );
    this.findings = entries.flatMap((entry) => found.get(entry) ?? []);
    this.#mender = mender;
    runs.set(this, of);
  }

  get findingsGivenUp(): number {
    return [...this.#mender.givenUp].reduce((sum, { entries }) => sum + entries.length, 0);
  }

  proveTogether(edits: readonly TextEdit[]): boolean {
    return this.#mender.proveTogether(edits);
  }

  locationsWith(edits: readonly TextEdit[]): ReadonlyMap<LocationReport, LocationReport> | null {
    return this.#mender.locationsWith(edits);
  }
}

class FoundGroup implements Group {
  readonly id: string;
  readonly findings: readonly Found[];
  readonly place: Place;
  readonly #group: EntryGroup;
  readonly #mender: Mender;

  constructor(group: EntryGroup, isNew: (entry: Entry) => boolean, mender: Mender) {
    this.id = group.key;
    this.place = group.place;
    this.#group = group;
    this.#mender = mender;
    this.findings = group.entries.map((entry) => new Found(entry, isNew(entry), this));
  }

  fix(writable: Writable): ProvenFix | null {
    return this.#mender.mend(this.#group, writable)?.fix ?? null;
  }

  whyUnfixed(entry: Entry): Unfixed {
    return this.#mender.whyUnfixed(this.#group, entry);
  }

  /** The fix where everything may be written. */
  get mend(): Mend | null {
    return this.#mender.everywhere(this.#group);
  }
}

class Found implements Finding {
  readonly rule;
  readonly severity;
  readonly message;
  readonly place;
  readonly location;
  readonly others;
  readonly related;
  readonly group;
  readonly fingerprint;
  readonly isNew;
  readonly evidence;
  readonly isGuess;
  readonly commentable;
  readonly entry: Entry;
  readonly #owner: FoundGroup;

  constructor(entry: Entry, isNew: boolean, owner: FoundGroup) {
    this.entry = entry;
    this.#owner = owner;
    this.rule = entry.rule;
    this.severity = entry.severity;
    this.message = entry.report.message;
    this.place = entry.report.place;
    [this.location = null, ...this.others] = namesOf(entry);
    this.related = entry.related;
    this.group = owner.id;
    this.fingerprint = fingerprintOf(entry.identity);
    this.isNew = isNew;
    this.evidence = entry.evidence;
    this.isGuess = entry.isGuess;
    this.commentable = entry.commentable;
  }

  /** The group's fix, at the first of the findings that it mends. */
  get fix(): ProvenFix | null {
    const mend = this.#owner.mend;
    return mend !== null && this.#isCarrier(mend) ? mend.fix : null;
  }

  get unfixed(): Unfixed | null {
    const mend = this.#owner.mend;
    return mend?.entries.has(this.entry) === true ? null : this.#owner.whyUnfixed(this.entry);
  }

  get fixedBy(): string | null {
    const mend = this.#owner.mend;
    if (mend === null || !mend.entries.has(this.entry) || this.#isCarrier(mend)) {
      return null;
    }
    return this.#owner.findings.find(({ entry }) => mend.entries.has(entry))?.fingerprint ?? null;
  }

  #isCarrier({ entries }: Mend): boolean {
    return this.#owner.findings.find(({ entry }) => entries.has(entry)) === this;
  }
}

/** The names of an entry's locations, each place once. */
function namesOf({ locations }: Entry): LocationName[] {
  const names = groupBy(
    locations.map(({ name }) => name),
    ({ place: { document, span } }) => `${span.start} ${document.path}`,
  );
  return [...names.values()].flatMap(([first]) => first ?? []);
}
