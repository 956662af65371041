import type { Analysis, Group, LocationReport, ProvenFix } from "./analysis.ts";
import { type EntryGroup, groupsOf } from "./check/group.ts";
import { type Mend, Mender } from "./check/mend.ts";
import type { Located } from "./check/locations.ts";
import { type Entry, run, type Run } from "./check/run.ts";
import { hearingOf } from "./check/silence.ts";
import { groupBy } from "./collections.ts";
import { Documents } from "./config/documents.ts";
import type { Files, Place } from "./config/model.ts";
import { repositoryVersion, versionsInQuestion } from "./config/version.ts";
import type { TextEdit } from "./fix/edit.ts";
import type { Writable } from "./fix/remedy.ts";
import { definitions } from "./handshake/definitions.ts";
import type { Policy } from "./policy/policy.ts";
import { fingerprintOf } from "./check/fingerprint.ts";
import type { ChangedFile } from "./review/review.ts";
import type { Finding, LocationName, Severity } from "./rules/finding.ts";

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
    policy.nginxVersion ?? repositoryVersion(files, (path) => documents.wanted.add(path));
  const versions = versionsInQuestion(version);
  const of = run({ documents, policy: { ...policy, nginxVersion: version }, paths, versions });
  return new Result(of, () => true);
}

/**
 * The head's analysis with only that marked as new which the base lacks: a fingerprint that the base does not have, or
 * has for fewer locations or less severely. A file or server under another name keeps its findings. A comment that
 * silences, or says that a location serves no WebSockets, does not count where the base lacks it, and one of the base
 * that says that it serves them counts where the head lacks it, unless the policy says so.
 *
 * @param changes what differs between the two sides
 */
export function compare(head: Analysis, base: Analysis, changes: readonly ChangedFile[]): Analysis {
  const renamed = new Map(
    changes.flatMap(({ path, previousPath }) =>
      previousPath === null ? [] : [[previousPath, path] as const],
    ),
  );
  const of = heard(withGone(runOf(head), runOf(base), changes), runOf(base), renamed);
  const { entries, located } = runOf(base);
  const then: Renames = { paths: renamed, servers: renamedServers(of.located, located, renamed) };
  const before = new Map(entries.map((entry) => [identityOf(entry, then), weightOf(entry, then)]));
  return new Result(of, (entry) => {
    const known = before.get(identityOf(entry, now));
    if (known === undefined) return true;
    const weight = weightOf(entry, now);
    const { severity, locations } = known;
    return weight.severity > severity || [...weight.locations].some((each) => !locations.has(each));
  });
}

/** The head's run where the change took away what is still asked for: nobody will put that there later. */
function withGone(head: Run, base: Run, changes: readonly ChangedFile[]): Run {
  const paths = gonePaths(head, base, changes);
  const variables = goneVariables(head, base);
  return paths.size + variables.size === 0
    ? head
    : run({ ...head.request, documents: head.request.documents.withGone({ paths, variables }) });
}

/** Files that are still included. */
function gonePaths(head: Run, base: Run, changes: readonly ChangedFile[]): ReadonlySet<string> {
  const { documents } = head.request;
  const taken = new Set(
    changes.flatMap(({ path, previousPath, status }) =>
      status === "removed" ? path : status === "renamed" ? (previousPath ?? []) : [],
    ),
  );
  // A link that stands there now leads to what nobody follows.
  const stay = changes.filter(({ status }) => status !== "removed").map(({ path }) => path);
  return new Set(
    [...documents.missed].filter(
      (path) =>
        taken.has(path) &&
        base.request.documents.has(path) &&
        !stay.some((other) => path === other || path.startsWith(`${other}/`)),
    ),
  );
}

/**
 * Variables that each program of the base defines and that of the head does not, where no part of the head's is hidden
 * that the base showed.
 */
function goneVariables(head: Run, base: Run): ReadonlyMap<string, ReadonlySet<string>> {
  const before = new Map(base.configs.map((config) => [config.root, config]));
  return new Map(
    head.configs.flatMap((config) => {
      const known = before.get(config.root);
      const isComparable =
        known !== undefined &&
        config.incomplete.length > 0 &&
        config.incomplete.every((why) => known.incomplete.includes(why));
      if (!isComparable) return [];
      const renderings = [config, ...config.alternatives].map((each) => definitions(each));
      const lost = [...definitions(known).keys()].filter((name) =>
        renderings.every((defined) => !defined.has(name)),
      );
      return lost.length === 0 ? [] : [[config.root, new Set(lost)] as const];
    }),
  );
}

/** The head's run without what the change does to comments and does not count yet. */
function heard(head: Run, base: Run, renamed: Renames["paths"]): Run {
  const { documents, policy } = head.request;
  if (policy.silences === "head") return head;
  const hearing = hearingOf(documents, base.request.documents, renamed);
  return hearing === null ? head : run({ ...head.request, hearing });
}

const runs = new WeakMap<Analysis, Run>();

function runOf(analysis: Analysis): Run {
  const found = runs.get(analysis);
  if (found === undefined) throw new Error("the analysis is not one of analyse()");
  return found;
}

/** What the base has under another name than the head. */
interface Renames {
  readonly paths: ReadonlyMap<string, string>;
  /** By the file's new path: the new names of servers whose locations stand in it, by their old ones. */
  readonly servers: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const now: Renames = { paths: new Map(), servers: new Map() };

/** A server under another name keeps its findings too: names that a file has lost are paired with those it has got. */
function renamedServers(
  head: readonly Located[],
  base: readonly Located[],
  renamed: Renames["paths"],
): Renames["servers"] {
  const [after, before] = [serversOf(head, now.paths), serversOf(base, renamed)];
  const servers = new Map<string, ReadonlyMap<string, string>>();
  for (const [path, names] of after) {
    const known = before.get(path) ?? new Set<string>();
    const lost = [...known].filter((name) => !names.has(name));
    const got = [...names].filter((name) => !known.has(name));
    if (lost.length > 0 && lost.length === got.length) {
      servers.set(path, new Map(lost.map((name, index) => [name, got[index] ?? name])));
    }
  }
  return servers;
}

/** The names of the servers that each file's locations belong to, in the order of the text. */
function serversOf(
  located: readonly Located[],
  renamed: Renames["paths"],
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { name } of located) {
    if (name.server === null) continue;
    const { path } = name.place.document;
    const current = renamed.get(path) ?? path;
    const names = found.get(current) ?? new Set();
    found.set(current, names.add(name.server));
  }
  return found;
}

function identityOf({ identity }: Entry, { paths, servers }: Renames): string {
  const path = paths.get(identity.path) ?? identity.path;
  const names = servers.get(path);
  const blockPath =
    names === undefined
      ? identity.blockPath
      : identity.blockPath.replace(
          /\bserver\[([^\]]*)\]/,
          (_, name: string) => `server[${names.get(name) ?? name}]`,
        );
  return JSON.stringify({ ...identity, path, blockPath });
}

const rank: Readonly<Record<Severity, number>> = { notice: 1, warning: 2, error: 3 };

function weightOf(
  { severity, locations }: Entry,
  { paths, servers }: Renames,
): { severity: number; locations: ReadonlySet<string> } {
  const keys = locations.map(({ name }) => {
    const path = paths.get(name.place.document.path) ?? name.place.document.path;
    const server =
      name.server === null ? null : (servers.get(path)?.get(name.server) ?? name.server);
    return JSON.stringify([path, server, name.name]);
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
  readonly pending;
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
  private readonly owner: FoundGroup;

  constructor(entry: Entry, isNew: boolean, owner: FoundGroup) {
    this.entry = entry;
    this.owner = owner;
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
    const mend = this.owner.mend;
    return mend !== null && this.isCarrier(mend) ? mend.fix : null;
  }

  get fixedBy(): string | null {
    const mend = this.owner.mend;
    if (mend === null || !mend.entries.has(this.entry) || this.isCarrier(mend)) return null;
    return this.owner.findings.find(({ entry }) => mend.entries.has(entry))?.fingerprint ?? null;
  }

  private isCarrier({ entries }: Mend): boolean {
    return this.owner.findings.find(({ entry }) => entries.has(entry)) === this;
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
