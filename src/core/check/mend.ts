import type { Unfixed, Unproven } from "./unfixed.ts";
import { headsOf } from "./heads.ts";
import { layersOf, single, mendable, attempts, isMendable } from "./attempts.ts";
import { counterparts, locationsWith, newEntries, type Proof, prove } from "./prove.ts";
import { candidatesFor, type Candidate } from "./candidates.ts";
import type { LocationReport, ProvenFix } from "./analysis.ts";
import type { Level } from "../config/level.ts";
import type { TextEdit } from "../fix/edit.ts";
import { wholeLines } from "../fix/change.ts";
import type { Writable } from "../rules/remedy.ts";
import type { EntryGroup } from "./group.ts";
import type { Located } from "./locations.ts";
import type { Entry } from "./entries.ts";
import type { Run } from "./run.ts";

/** A proven fix and what it mends. */
export interface Mend {
  readonly fix: ProvenFix;
  readonly entries: ReadonlySet<Entry>;
}

/**
 * As many levels are simulated again to prove fixes: of a program with 20,000 locations all, 25 times. Locations in
 * each other by the hundred, each of them wrong, would take hours.
 */
const MOST_WORK = 2_000_000;

/** Finds fixes for groups, and offers only what simulating again finds good. */
export class Mender {
  readonly #run: Run;
  readonly #groups: readonly EntryGroup[];
  readonly #most: number;
  readonly #offered: Candidate[] = [];
  readonly #givenUp = new Set<EntryGroup>();
  /** The first fix of a group that was simulated and did not hold. */
  readonly #unproven = new Map<EntryGroup, Unproven>();
  #work = 0;
  #everywhere: Map<EntryGroup, Mend | null> | null = null;
  #mentioned: ReadonlySet<string> | null = null;

  constructor(of: Run, groups: readonly EntryGroup[], most = MOST_WORK) {
    this.#run = of;
    this.#groups = groups;
    this.#most = most;
  }

  /** How many levels were simulated again so far: those of each location, and those around it. */
  get work(): number {
    return this.#work;
  }

  /** Groups that may have a fix which was not looked for, because that was too much work. */
  get givenUp(): ReadonlySet<EntryGroup> {
    return this.#givenUp;
  }

  /** Why a finding of a group has no fix, where everything may be written. */
  whyUnfixed(group: EntryGroup, entry: Entry): Unfixed {
    if (!isMendable(entry)) {
      return { kind: "needs-a-person" };
    }
    return (
      this.#unproven.get(group) ??
      (this.#givenUp.has(group) ? { kind: "too-much-work" } : { kind: "not-writable" })
    );
  }

  /** The best fix within `writable`, which is asked for whole lines, that holds. */
  mend(group: EntryGroup, writable: Writable): Mend | null {
    const known = this.everywhere(group);
    const isWritable = known?.fix.edits.every((edit) => writable(wholeLines(edit))) === true;
    return known === null || isWritable
      ? known
      : this.#search(attempts(mendable(group)), group, writable);
  }

  /** As `mend` where everything may be written; the fixes of all groups are proven together as far as possible. */
  everywhere(group: EntryGroup): Mend | null {
    this.#everywhere ??= this.#mendAll();
    let found = this.#everywhere.get(group);
    if (found === undefined) {
      const entries = mendable(group);
      const tries = [...attempts(entries), ...single(entries)];
      found = this.#search(tries, group, () => true);
      this.#everywhere.set(group, found);
    }
    return found;
  }

  /** The first of several lists of findings that can be mended. */
  #search(
    tries: readonly (readonly Entry[])[],
    group: EntryGroup,
    writable: Writable,
  ): Mend | null {
    for (const entries of tries) {
      const alone = this.#firstThatHolds(candidatesFor(this.#run, group, entries, writable));
      const found =
        alone.mend === null && alone.left.length > 0
          ? this.#firstThatHolds(candidatesFor(this.#run, group, entries, writable, alone.left))
          : alone;
      if (found.mend !== null) {
        return found.mend;
      }
    }
    return null;
  }

  /** The first fix that holds; `left` is what the first leaves to mend in its block, where that is all that it leaves. */
  #firstThatHolds(candidates: Iterable<Candidate>): {
    readonly mend: Mend | null;
    readonly left: readonly Entry[];
  } {
    let left: readonly Entry[] | null = null;
    for (const candidate of candidates) {
      if (this.#givesUp(candidate.group)) {
        break;
      }
      const proof = this.#prove(candidate.fix.edits, [candidate]);
      if (proof?.failure === null) {
        const mended = counterparts(this.#run, proof.after);
        return { mend: this.#offer(withAllGone(candidate, proof.after), mended), left: [] };
      }
      left ??= proof === null ? [] : this.#leftBy(candidate, proof.after);
      if (proof !== null && !this.#unproven.has(candidate.group)) {
        this.#unproven.set(candidate.group, {
          kind: "unproven",
          fix: candidate.fix,
          failure: proof.failure,
        });
      }
    }
    return { mend: null, left: left ?? [] };
  }

  #prove(edits: readonly TextEdit[], mended: readonly Candidate[]): Proof | null {
    const proof = prove(this.#run, edits, mended);
    for (const { level } of proof?.after.located ?? []) {
      this.#work += depthOf(level);
    }
    return proof;
  }

  #givesUp(group: EntryGroup): boolean {
    const isTooMuch = this.#work >= this.#most;
    if (isTooMuch) {
      this.#givenUp.add(group);
    }
    return isTooMuch;
  }

  /**
   * The findings that a fix brings to light where it is made: lines of an outer level that it repeats may be wrong
   * themselves, and an address that is no address hides what else is wrong.
   */
  #leftBy({ entries: [first] }: Candidate, after: Run): readonly Entry[] {
    const found = newEntries(this.#run, after);
    const isHere = ({ identity }: Entry): boolean =>
      identity.path === first?.identity.path && identity.blockPath === first.identity.blockPath;
    return found.every((entry) => isHere(entry) && isMendable(entry)) ? found : [];
  }

  /**
   * Whether fixes that were offered leave nothing of what each mends, and break nothing, when all are applied. They are
   * worth as much work again as it took to find them; what is not proven by then does not hold.
   */
  proveTogether(edits: readonly TextEdit[]): boolean {
    const given = new Set(edits);
    const mended = this.#offered.filter(({ fix }) => fix.edits.every((edit) => given.has(edit)));
    if (this.#work >= 2 * this.#most) {
      for (const { group } of mended) {
        this.#givenUp.add(group);
      }
      return false;
    }
    return this.#prove(edits, mended)?.failure === null;
  }

  /** Locations with edits applied, as {@link locationsWith} gives them. */
  locationsWith(edits: readonly TextEdit[]): ReadonlyMap<LocationReport, LocationReport> | null {
    return locationsWith(this.#run, edits);
  }

  /**
   * What is written in one location cannot change another, unless it defines what that reads already, so that fixes in
   * different locations which hold together hold alone too. Those that do not are tried in halves; a group that is left is
   * tried by itself.
   */
  #mendAll(): Map<EntryGroup, Mend | null> {
    const found = new Map<EntryGroup, Mend | null>();
    const tryTogether = (candidates: readonly Candidate[]): void => {
      if (candidates.length < 2 || this.#work >= this.#most) {
        return;
      }
      const edits = candidates.flatMap(({ fix }) => fix.edits);
      const proof = this.#prove(edits, candidates);
      if (proof?.failure !== null) {
        const middle = candidates.length >>> 1;
        tryTogether(candidates.slice(0, middle));
        tryTogether(candidates.slice(middle));
        return;
      }
      const mended = counterparts(this.#run, proof.after);
      for (const candidate of candidates) {
        found.set(candidate.group, this.#offer(candidate, mended));
      }
    };
    for (const layer of layersOf(this.#groups)) {
      tryTogether(
        layer.flatMap((group) => {
          const [first] = candidatesFor(this.#run, group, mendable(group), () => true);
          return first === undefined || this.#bringsMeaning(first) ? [] : first;
        }),
      );
    }
    return found;
  }

  /** Whether a new map gives a meaning to lines in other places, which read its variable already. */
  #bringsMeaning({ fix }: Candidate): boolean {
    const variables = fix.edits.flatMap(
      ({ text }) => /^\s*map\s+\S+\s+\$(\w+)/.exec(text)?.[1]?.toLowerCase() ?? [],
    );
    if (variables.length === 0) {
      return false;
    }
    this.#mentioned ??= mentionedIn(this.#run);
    return variables.some((variable) => this.#mentioned?.has(variable) === true);
  }

  #offer(candidate: Candidate, mended: ReadonlyMap<Located, Located>): Mend {
    this.#offered.push(candidate);
    const { fix, entries } = candidate;
    return { fix: { ...fix, ...headsOf(entries, mended) }, entries: new Set(entries) };
  }
}

/** A misspelt name hides what its line says: with it other findings of the group may be mended. */
function withAllGone(candidate: Candidate, after: Run): Candidate {
  const { group, entries } = candidate;
  if (!entries.some(({ rule }) => rule === "unknown-directive")) {
    return candidate;
  }
  const left = new Set(after.entries.map(({ kind }) => kind));
  const gone = group.entries.filter((entry) => !entries.includes(entry) && !left.has(entry.kind));
  return { ...candidate, entries: [...entries, ...gone] };
}

/** The names of all variables that stand somewhere in the text, in lower case. */
function mentionedIn({ configs }: Run): ReadonlySet<string> {
  const documents = new Set(configs.flatMap((config) => config.documents));
  const names = new Set<string>();
  for (const { text } of documents) {
    for (const [, name = ""] of text.matchAll(/\$\{?(\w+)/g)) {
      names.add(name.toLowerCase());
    }
  }
  return names;
}

/** How many levels settings may come from. */
function depthOf(level: Level): number {
  let depth = 0;
  for (let at: Level | null = level; at !== null; at = at.parent) {
    depth++;
  }
  return depth;
}
