import type { ProvenFix } from "../analysis.ts";
import { groupBy } from "../collections.ts";
import type { Fix, TextEdit } from "../fix/edit.ts";
import { fixCandidates } from "../fix/plan.ts";
import { wholeLines } from "../fix/change.ts";
import type { Remedy, Writable } from "../fix/remedy.ts";
import { requestHead } from "../handshake/head.ts";
import { keepsConnections } from "../handshake/upstream-request.ts";
import type { Severity } from "../rules/finding.ts";
import { type EntryGroup, isLocal } from "./group.ts";
import type { Located } from "./locations.ts";
import { type Mended, prove } from "./prove.ts";
import type { Entry, Run } from "./run.ts";

/** A proven fix and what it mends. */
export interface Mend {
  readonly fix: ProvenFix;
  readonly entries: ReadonlySet<Entry>;
}

interface Candidate extends Mended {
  readonly fix: Fix;
}

const rank: Readonly<Record<Severity, number>> = { notice: 1, warning: 2, error: 3 };

/** Finds fixes for groups, and offers only what simulating again finds good. */
export class Mender {
  readonly #run: Run;
  readonly #groups: readonly EntryGroup[];
  readonly #offered: Candidate[] = [];
  #everywhere: Map<EntryGroup, Mend | null> | null = null;

  constructor(of: Run, groups: readonly EntryGroup[]) {
    this.#run = of;
    this.#groups = groups;
  }

  /** The best fix within `writable`, which is asked for whole lines, that holds. */
  mend(group: EntryGroup, writable: Writable): Mend | null {
    const known = this.everywhere(group);
    const isWritable = known?.fix.edits.every((edit) => writable(wholeLines(edit))) === true;
    return known === null || isWritable ? known : this.#search(group, writable);
  }

  /** As `mend` where everything may be written; the fixes of all groups are proven together as far as possible. */
  everywhere(group: EntryGroup): Mend | null {
    this.#everywhere ??= this.#mendAll();
    let found = this.#everywhere.get(group);
    if (found === undefined) {
      found = this.#search(group, () => true);
      this.#everywhere.set(group, found);
    }
    return found;
  }

  /** For everything in the group, else at least for the worst in it. */
  #search(group: EntryGroup, writable: Writable): Mend | null {
    const entries = mendable(group);
    const worst = Math.max(...entries.map(({ severity }) => rank[severity]));
    const least = entries.filter(({ severity }) => rank[severity] === worst);
    for (const attempt of least.length === entries.length ? [entries] : [entries, least]) {
      for (const candidate of this.#candidates(group, attempt, writable)) {
        const after = prove(this.#run, candidate.fix.edits, [candidate]);
        if (after !== null) return this.#offer(candidate, after);
      }
    }
    return null;
  }

  /** Whether fixes that were offered leave nothing of what each mends, and break nothing, when all are applied. */
  proveTogether(edits: readonly TextEdit[]): boolean {
    const given = new Set(edits);
    const mended = this.#offered.filter(({ fix }) => fix.edits.every((edit) => given.has(edit)));
    return prove(this.#run, edits, mended) !== null;
  }

  /**
   * What is written in one location cannot change another, so that fixes in different locations which hold together hold
   * alone too. Those that do not are tried in halves; a group that is left is tried by itself.
   */
  #mendAll(): Map<EntryGroup, Mend | null> {
    const found = new Map<EntryGroup, Mend | null>();
    const tryTogether = (candidates: readonly Candidate[]): void => {
      if (candidates.length < 2) return;
      const edits = candidates.flatMap(({ fix }) => fix.edits);
      const after = prove(this.#run, edits, candidates);
      if (after === null) {
        const middle = candidates.length >>> 1;
        tryTogether(candidates.slice(0, middle));
        tryTogether(candidates.slice(middle));
        return;
      }
      for (const candidate of candidates) {
        found.set(candidate.group, this.#offer(candidate, after));
      }
    };
    tryTogether(
      apart(this.#groups).flatMap((group) => {
        const [first] = this.#candidates(group, mendable(group), () => true);
        return first ?? [];
      }),
    );
    return found;
  }

  *#candidates(
    group: EntryGroup,
    entries: readonly Entry[],
    writable: Writable,
  ): Generator<Candidate> {
    const [first] = entries;
    if (first === undefined) return;
    const level = first.report.level ?? first.locations[0]?.level ?? first.config.main;
    const locations = entries.flatMap((entry) => entry.locations);
    const fixes = fixCandidates(
      {
        config: first.config,
        level,
        remedies: distinct(entries.flatMap(({ report }) => report.remedies ?? [])),
        traffic: locations.some(({ traffic }) => traffic === "mixed") ? "mixed" : "websocket",
        keepsConnections: locations.some(isKept),
        ...this.#run.request.policy.suggestion,
      },
      writable,
    );
    for (const fix of fixes) {
      if (fix.edits.length > 0) yield { fix, group, entries };
    }
  }

  #offer(candidate: Candidate, after: Run): Mend {
    this.#offered.push(candidate);
    const { fix, entries } = candidate;
    return { fix: { ...fix, ...headsOf(this.#run, after, entries) }, entries: new Set(entries) };
  }
}

function mendable({ entries }: EntryGroup): readonly Entry[] {
  return entries.filter(({ report }) => (report.remedies ?? []).length > 0);
}

/** Groups of locations that hold no other group's location. */
function apart(groups: readonly EntryGroup[]): EntryGroup[] {
  const local = groups.filter(isLocal);
  const before = new Map<unknown, EntryGroup>();
  const nested = new Set<EntryGroup>();
  // Groups are in the order of the text, so that only the one before can hold another.
  for (const group of local) {
    const { document } = group.place;
    const outer = before.get(document);
    if (outer?.block && group.block && group.block.start < outer.block.end) {
      nested.add(outer).add(group);
    } else {
      before.set(document, group);
    }
  }
  return local.filter((group) => !nested.has(group));
}

function isKept({ versions }: Located): boolean {
  return versions.some(({ config, version, exchanges }) => {
    const { upstream } = exchanges.plain;
    return upstream !== null && keepsConnections(config, upstream, version);
  });
}

type Heads = Pick<ProvenFix, "probe" | "now" | "after">;

/** The first location's request head before and after: the handshake's, or an ordinary one's where only that changes. */
function headsOf(before: Run, after: Run, entries: readonly Entry[]): Heads {
  const location = entries.flatMap((entry) => entry.locations)[0];
  if (location === undefined) return { probe: "websocket", now: [], after: [] };
  const same = counterparts(before, after).get(location);
  const head = (located: Located | undefined, probe: Heads["probe"]) =>
    located === undefined ? [] : requestHead(located.versions[0].exchanges[probe]);
  const heads = (probe: Heads["probe"]): Heads => {
    return { probe, now: head(location, probe), after: head(same, probe) };
  };
  const [handshake, ordinary] = [heads("websocket"), heads("plain")];
  return isChange(handshake) || !isChange(ordinary) ? handshake : ordinary;
}

/** Each location's use after the edits, which leave the number and order of a program's locations. */
function counterparts(before: Run, after: Run): ReadonlyMap<Located, Located> {
  const known = pairs.get(after);
  if (known !== undefined) return known;
  const found = new Map<Located, Located>();
  const remaining = groupBy(before.located, ({ config }) => config.root);
  for (const [root, located] of groupBy(after.located, ({ config }) => config.root)) {
    for (const [index, one] of (remaining.get(root) ?? []).entries()) {
      const other = located[index];
      if (other !== undefined) found.set(one, other);
    }
  }
  pairs.set(after, found);
  return found;
}

/** By the run after the edits, which has one before. */
const pairs = new WeakMap<Run, ReadonlyMap<Located, Located>>();

function isChange({ now, after }: Heads): boolean {
  return now.join("\n") !== after.join("\n");
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
