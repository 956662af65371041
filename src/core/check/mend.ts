import { severityRank, type Policy } from "../policy/policy.ts";
import { rules } from "../rules/index.ts";
import type { LocationReport, ProvenFix } from "./analysis.ts";
import { groupBy } from "../basics/collections.ts";
import type { Level, Use } from "../config/level.ts";
import type { Fix, TextEdit } from "../fix/edit.ts";
import { fixCandidates } from "../fix/plan.ts";
import { wholeLines } from "../fix/change.ts";
import type { FixRequest, Remedy, Writable } from "../rules/remedy.ts";
import { requestHead } from "../handshake/head.ts";
import { keepsConnections } from "../request/upstream-block.ts";
import { tagsIn } from "../sources/tags.ts";
import type { Directive } from "../syntax/tree.ts";
import { isOpaque } from "../syntax/opaque.ts";
import { type EntryGroup, isLocal } from "./group.ts";
import type { Located } from "./locations.ts";
import { locationsWith, type Mended, newEntries, type Proof, prove } from "./prove.ts";
import { type Entry, type Run, severityIn } from "./ask-rules.ts";

/** A proven fix and what it mends. */
export interface Mend {
  readonly fix: ProvenFix;
  readonly entries: ReadonlySet<Entry>;
}

interface Candidate extends Mended {
  readonly fix: Fix;
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
    for (const attempt of tries) {
      if (this.#givesUp(group)) {
        return null;
      }
      const left: Entry[] = [];
      const found =
        this.#firstThatHolds(this.#candidates(group, attempt, writable), left) ??
        (left.length > 0
          ? this.#firstThatHolds(this.#candidates(group, attempt, writable, left), [])
          : null);
      if (found !== null) {
        return found;
      }
    }
    return null;
  }

  /** @param left gets what the first candidate leaves to mend in its block, where that is all that it leaves */
  #firstThatHolds(candidates: Iterable<Candidate>, left: Entry[]): Mend | null {
    let isFirst = true;
    for (const candidate of candidates) {
      if (this.#givesUp(candidate.group)) {
        return null;
      }
      const proof = this.#prove(candidate.fix.edits, [candidate]);
      if (proof?.holds) {
        return this.#offer(candidate, counterparts(this.#run, proof.after));
      }
      if (isFirst && proof !== null) {
        left.push(...this.#leftBy(candidate, proof.after));
      }
      isFirst = false;
    }
    return null;
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

  /** Of findings after an edit those that were there before it, at another place, about a location of `entries`. */
  #repeated(found: readonly Entry[], entries: readonly Entry[]): readonly Entry[] {
    if (found.length === 0) {
      return [];
    }
    const locations = new Set(entries.flatMap((entry) => entry.locations));
    const known = this.#run.entries.filter((entry) =>
      entry.locations.some((location) => locations.has(location)),
    );
    return found.filter(({ rule }) => known.some((entry) => entry.rule === rule));
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
    return this.#prove(edits, mended)?.holds === true;
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
      if (proof?.holds !== true) {
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
          const [first] = this.#candidates(group, mendable(group), () => true);
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

  *#candidates(
    group: EntryGroup,
    entries: readonly Entry[],
    writable: Writable,
    left: readonly Entry[] = [],
  ): Generator<Candidate> {
    const [first] = entries;
    if (first === undefined) {
      return;
    }
    const [beside = null] = entries.flatMap(({ report }) => report.beside ?? []);
    const level = beside?.level ?? levelOf(first);
    const repeated = this.#repeated(left, entries);
    const more = remediesOf(left).flatMap((remedy) => inText(remedy, level) ?? []);
    const locations = entries.flatMap((entry) => entry.locations);
    const request: FixRequest = {
      config: first.config,
      programs: this.#run.configs,
      level,
      beside,
      remedies: distinct([...more, ...remediesOf(entries)]),
      traffic: locations.some(({ traffic }) => traffic === "mixed") ? "mixed" : "websocket",
      keepsConnections: locations.some(isKept),
      ...formsFor(this.#run.request.policy),
    };
    // One location may help itself where the file that it includes must stay as it is.
    const isAlone = beside !== null && new Set(locations).size === 1;
    for (const each of isAlone ? [request, { ...request, beside: null }] : [request]) {
      for (const fix of fixCandidates(each, writable)) {
        if (fix.edits.length > 0 && fix.edits.every(isPossible)) {
          yield { fix: { ...fix, edits: fix.edits.map(asWritten) }, group, entries, repeated };
        }
      }
    }
  }

  #offer(candidate: Candidate, mended: ReadonlyMap<Located, Located>): Mend {
    this.#offered.push(candidate);
    const { fix, entries } = candidate;
    return { fix: { ...fix, ...headsOf(entries, mended) }, entries: new Set(entries) };
  }
}

/** The edit as its file writes what nginx is to see: in some, a `$` is something else's. */
function asWritten(edit: TextEdit): TextEdit {
  const { dollar } = edit.document.source;
  return dollar === "$"
    ? edit
    : { ...edit, text: edit.text.replace(/\$\$|\\\$|\$/g, () => dollar) };
}

/** Whether an edit neither writes nor replaces a template's tag, nor text whose offsets are not the file's. */
function isPossible({ document, start, end, text }: TextEdit): boolean {
  const { masked, editable } = document.source;
  const old = document.text.slice(start, end);
  const isTemplate = masked !== document.text;
  return (
    editable &&
    !isOpaque(text + masked.slice(start, end)) &&
    !(isTemplate && tagsIn(`${text}\n${old}`).length > 0)
  );
}

/** Everything in a group, else at least the worst in it. */
function attempts(entries: readonly Entry[]): (readonly Entry[])[] {
  const least = worst(entries);
  return least.length < entries.length ? [entries, least] : [entries];
}

/** Of what does not break a handshake one is better than nothing, where all that is needed may be written. */
function single(entries: readonly Entry[]): (readonly Entry[])[] {
  const least = worst(entries).filter(({ severity }) => severity !== "error");
  return least.length > 1 ? least.map((entry) => [entry]) : [];
}

function worst(entries: readonly Entry[]): readonly Entry[] {
  const most = Math.max(...entries.map(({ severity }) => severityRank[severity]));
  return entries.filter(({ severity }) => severityRank[severity] === most);
}

/** The forms that the policy's own rules accept: what they would report is no fix. */
function formsFor(policy: Policy): Policy["suggestion"] {
  const { connection, upgrade } = policy.suggestion;
  const demands = rules
    .filter((rule) => severityIn(policy, rule) !== "off")
    .flatMap((rule) => rule.demands ?? []);
  const demanded: Partial<Policy["suggestion"]> = Object.assign({}, ...demands);
  return {
    connection: connection === "auto" ? (demanded.connection ?? connection) : connection,
    upgrade: demanded.upgrade ?? upgrade,
  };
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

/** What is only said of locations that may serve WebSockets is not mended unseen, with what is said of others. */
function mendable({ entries }: EntryGroup): readonly Entry[] {
  const own = entries.filter(isMendable);
  const clear = own.filter(({ commentable }) => commentable);
  return clear.length > 0 ? clear : own;
}

function isMendable(entry: Entry): boolean {
  return remediesOf([entry]).length > 0;
}

function remediesOf(entries: readonly Entry[]): Remedy[] {
  return entries.flatMap(({ report }) => report.remedies ?? []);
}

/** The level whose settings an entry's remedies change. */
function levelOf({ report, locations, config }: Entry): Level {
  return report.level ?? locations[0]?.level ?? config.main;
}

/** A remedy for an edited text as one for the text before the edits; null where that is not the same. */
function inText(remedy: Remedy, level: Level): Remedy | null {
  switch (remedy.kind) {
    case "header":
    case "directive":
      return remedy;
    case "replace":
      return null;
    case "remove": {
      const said = ({ name, parameters }: Use): string => [name, ...parameters].join(" ");
      const [use, ...others] = level.uses.filter((each) => said(each) === said(remedy.use));
      return use === undefined || others.length > 0 ? null : { kind: "remove", use };
    }
  }
}

/** Groups of locations, in layers: no group of one layer holds another one's location. */
function layersOf(groups: readonly EntryGroup[]): Iterable<readonly EntryGroup[]> {
  const around = new Map<unknown, Directive[]>();
  const inOrder = groups.flatMap((group) =>
    isLocal(group) && group.block !== null ? { group, block: group.block } : [],
  );
  const layers = groupBy(
    inOrder.toSorted((a, b) => a.block.start - b.block.start),
    ({ group, block }) => {
      const { document } = group.place;
      const outer = (around.get(document) ?? []).filter(({ end }) => block.start < end);
      around.set(document, [...outer, block]);
      return outer.length;
    },
  );
  return Array.from(layers.values(), (layer) => layer.map(({ group }) => group));
}

/** How many levels settings may come from. */
function depthOf(level: Level): number {
  let depth = 0;
  for (let at: Level | null = level; at !== null; at = at.parent) {
    depth++;
  }
  return depth;
}

function isKept({ versions }: Located): boolean {
  return versions.some(({ config, version, exchanges }) => {
    const { upstream } = exchanges.plain;
    return upstream !== null && keepsConnections(config, upstream, version);
  });
}

type Heads = Pick<ProvenFix, "probe" | "now" | "after">;

/** The first location's request head before and after: the handshake's, or an ordinary one's where only that changes. */
function headsOf(entries: readonly Entry[], mended: ReadonlyMap<Located, Located>): Heads {
  const location = entries.flatMap((entry) => entry.locations)[0];
  if (location === undefined) {
    return { probe: "websocket", now: [], after: [] };
  }
  const same = mended.get(location);
  const head = (located: Located | undefined, probe: Heads["probe"]) => {
    if (located === undefined) {
      return [];
    }
    const [version] = located.versions;
    const { exchanges } = location.failsInFirefox ? version.firefox : version;
    return requestHead(exchanges[probe]);
  };
  const heads = (probe: Heads["probe"]): Heads => {
    return { probe, now: head(location, probe), after: head(same, probe) };
  };
  const [handshake, ordinary] = [heads("websocket"), heads("plain")];
  const saysMore = location.traffic === "mixed" && isSpelling(handshake);
  return isChange(ordinary) && (saysMore || !isChange(handshake)) ? ordinary : handshake;
}

/** Each location's use after the edits, which leave the number and order of a program's locations. */
function counterparts(before: Run, after: Run): ReadonlyMap<Located, Located> {
  const found = new Map<Located, Located>();
  const remaining = groupBy(before.located, ({ config }) => config.root);
  for (const [root, located] of groupBy(after.located, ({ config }) => config.root)) {
    for (const [index, one] of (remaining.get(root) ?? []).entries()) {
      const other = located[index];
      if (other !== undefined) {
        found.set(one, other);
      }
    }
  }
  return found;
}

function isChange({ now, after }: Heads): boolean {
  return now.join("\n") !== after.join("\n");
}

/** Whether nothing but the case of words differs: `Upgrade` and `upgrade` say the same. */
function isSpelling({ now, after }: Heads): boolean {
  return now.join("\n").toLowerCase() === after.join("\n").toLowerCase();
}

function distinct(remedies: readonly Remedy[]): Remedy[] {
  const found: Remedy[] = [];
  for (const remedy of remedies) {
    if (!found.some((other) => isSame(remedy, other))) {
      found.push(remedy);
    }
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
