import type { ProofFailure } from "./unfixed.ts";
import { requestChange } from "./request-change.ts";
import { severityRank } from "../policy/policy.ts";
import type { LocationReport } from "./analysis.ts";
import { groupBy, rememberedOf } from "../basics/collections.ts";
import type { ConfigProblem, Use } from "../config/level.ts";
import type { Place } from "../repository/document.ts";
import { applyEdits, type TextEdit } from "../fix/edit.ts";
import { carriesToken } from "../request/answer.ts";
import { ruleNamed } from "../rules/catalogue.ts";
import { directivesAround } from "../syntax/find.ts";
import { blocksOf, type EntryGroup, isLocal } from "./group.ts";
import type { Located } from "./locations.ts";
import { locationKey } from "./worked.ts";
import type { Entry } from "./entries.ts";
import { run, type Run } from "./run.ts";

/** What must be gone after an edit: findings of one group. Their rules say which headers may change. */
export interface Mended {
  readonly group: EntryGroup;
  readonly entries: readonly Entry[];
  /** Findings of other groups about the same locations that are mended where the group's edits would repeat their cause. */
  readonly repeated?: readonly Entry[];
}

/** What comes of edits. */
export interface Proof {
  /** The files as they are after the edits. */
  readonly after: Run;
  /**
   * Why it does not hold; null where nothing of what is mended is there any more, nothing is found that was not, nginx has no
   * more to refuse, and no other header of any use and probe has changed.
   */
  readonly failure: ProofFailure | null;
}

/** Applies edits and simulates again; null where they cannot be applied. */
export function prove(
  before: Run,
  edits: readonly TextEdit[],
  mended: readonly Mended[],
): Proof | null {
  const after = rerun(before, edits);
  if (after === null) {
    return null;
  }
  const entries = mended.flatMap((each) => each.entries);
  const failure =
    leftOf(before, after, entries) ??
    refusedAfter(before, after, entries) ??
    misspeltIn(after, mended) ??
    addedBy(before, after) ??
    changedRequest(before, after, mended, isConfined(edits, mended));
  return { after, failure };
}

/** What is found after edits and was not before. */
export function newEntries(before: Run, after: Run): Entry[] {
  const known = byKind(before.entries);
  const found = [...byKind(after.entries)].flatMap(([kind, entries]) =>
    entries.slice(known.get(kind)?.length ?? 0),
  );
  const isNew = new Set(found);
  return after.entries.filter((entry) => isNew.has(entry));
}

/**
 * Each location of the programs that the edits reach, and the same use with the edits applied.
 *
 * @returns null where edits overlap
 */
export function locationsWith(
  before: Run,
  edits: readonly TextEdit[],
): ReadonlyMap<LocationReport, LocationReport> | null {
  const after = rerun(before, edits);
  return after === null ? null : counterparts(before, after);
}

/** Each location's use after edits, in the programs where these leave number and order of the locations. */
export function counterparts(before: Run, after: Run): ReadonlyMap<Located, Located> {
  const found = new Map<Located, Located>();
  const afterByRoot = groupBy(after.located, ({ config }) => config.root);
  for (const [root, old] of groupBy(before.located, ({ config }) => config.root)) {
    const now = afterByRoot.get(root) ?? [];
    for (const [index, location] of now.length === old.length ? old.entries() : []) {
      const same = now[index];
      if (same !== undefined) {
        found.set(location, same);
      }
    }
  }
  return found;
}

function rerun(before: Run, edits: readonly TextEdit[]): Run | null {
  const texts = editedTexts(edits);
  if (texts === null) {
    return null;
  }
  return run({
    ...before.request,
    documents: before.request.documents.edited(texts),
    paths: [...texts.keys()],
    known: before.programs,
  });
}

/** Whether all edits lie in locations that they mend, but for maps that are new. */
function isConfined(edits: readonly TextEdit[], mended: readonly Mended[]): boolean {
  const blocks = new Set(mended.map(({ group }) => (isLocal(group) ? group.block : null)));
  return edits.every(
    ({ document, start, end, text }) =>
      (start === end && /^\s*map\s/.test(text)) ||
      directivesAround(document.tree.directives, start).some(
        (block) => blocks.has(block) && block.start < start && end < block.end,
      ),
  );
}

function editedTexts(edits: readonly TextEdit[]): Map<string, string> | null {
  const texts = new Map<string, string>();
  for (const [document, own] of groupBy(edits, (edit) => edit.document)) {
    const text = applyEdits(document.text, own);
    if (text === null) {
      return null;
    }
    texts.set(document.path, text);
  }
  return texts;
}

/** A run's entries by kind; one run is compared with many. */
const byKind = rememberedOf((entries: readonly Entry[]) => groupBy(entries, ({ kind }) => kind));

function leftOf(before: Run, after: Run, mended: readonly Entry[]): ProofFailure | null {
  const [old, now] = [byKind(before.entries), byKind(after.entries)];
  const left = [...byKind(mended)].flatMap(([kind, { length }]) => {
    const entries = now.get(kind) ?? [];
    return entries.length <= (old.get(kind)?.length ?? 0) - length ? [] : entries;
  });
  return failureOf("stays", left);
}

function failureOf(kind: "stays" | "new", entries: readonly Entry[]): ProofFailure | null {
  const [first, ...others] = entries.map(({ rule, report: { place } }) => ({ rule, place }));
  return first === undefined ? null : { kind, found: [first, ...others] };
}

/**
 * An edit that makes clear that a location serves WebSockets does no damage by it: what could be said of the location then
 * could have been said before.
 */
function addedBy(before: Run, after: Run): ProofFailure | null {
  const added = notAmong(before.entries, after.entries);
  return added.length === 0 || notAmong(entriesIfClear(before), after.entries).length === 0
    ? null
    : failureOf("new", added);
}

/** What would be found if all locations that may serve WebSockets did. */
const entriesIfClear = rememberedOf((of: Run): readonly Entry[] => {
  const hasUnclear = of.located.some(({ intent }) => intent.serves === "unclear");
  return hasUnclear ? run({ ...of.request, takesUnclear: true }).entries : of.entries;
});

/** The entries that were not there before, as severe and about the same locations. */
function notAmong(before: readonly Entry[], after: readonly Entry[]): readonly Entry[] {
  const all = byKind(before);
  return [...byKind(after)].flatMap(([kind, entries]) => {
    const known = all.get(kind) ?? [];
    const most = Math.max(...known.map(({ severity }) => severityRank[severity]));
    const names = new Set(
      known.flatMap(({ locations }) => locations.map(({ name }) => locationKey(name))),
    );
    const worse = entries.filter(
      ({ severity, locations }) =>
        severityRank[severity] > most ||
        locations.some((location) => !names.has(locationKey(location.name))),
    );
    return worse.length > 0 ? worse : entries.slice(known.length);
  });
}

/**
 * Whatever keeps nginx from starting after the edits kept it from starting before. What it has against a directive that
 * counts as mended is no excuse: a semicolon alone does not give one its value.
 */
function refusedAfter(before: Run, after: Run, mended: readonly Entry[]): ProofFailure | null {
  const roots = rootsOf(after);
  const isMended = ({ use }: ConfigProblem): boolean =>
    mended.some(({ report: { place } }) => isTouching(place, use));
  const left = before.configs
    .filter(({ root }) => roots.has(root))
    .flatMap(({ root, problems }) =>
      problems.flatMap((problem) => (isMended(problem) ? [] : `${root} ${problem.message}`)),
    );
  for (const { root, problems } of after.configs) {
    for (const { message } of problems) {
      const at = left.indexOf(`${root} ${message}`);
      if (at === -1) {
        return { kind: "refused", message };
      }
      left.splice(at, 1);
    }
  }
  return null;
}

/** A name that nginx does not know still stands in a block that the edits are to mend. */
function misspeltIn(after: Run, mended: readonly Mended[]): ProofFailure | null {
  const blocks = new Set(mended.flatMap(({ entries }) => entries.map(blockOf)));
  const left = after.entries.filter(
    (entry) => entry.rule === "unknown-directive" && blocks.has(blockOf(entry)),
  );
  return failureOf("stays", left);
}

function blockOf({ identity: { path, blockPath } }: Entry): string {
  return `${path} ${blockPath}`;
}

function rootsOf({ configs }: Run): ReadonlySet<string> {
  return new Set(configs.map(({ root }) => root));
}

function isTouching({ document, span }: Place, use: Use): boolean {
  const { start, end } = use.directive;
  return document === use.document && start <= span.end && span.start <= end;
}

/** @param confined whether only locations in the mended blocks can have changed */
function changedRequest(
  before: Run,
  after: Run,
  mended: readonly Mended[],
  confined: boolean,
): ProofFailure | null {
  const roots = rootsOf(after);
  const old = before.located.filter(({ config }) => roots.has(config.root));
  if (old.length !== after.located.length) {
    return { kind: "other-locations" };
  }
  const everywhere = mended.filter(({ group }) => !isLocal(group));
  const byBlock = groupBy(
    mended.filter(({ group }) => isLocal(group)),
    ({ group }) => group.block,
  );
  for (const [index, located] of old.entries()) {
    const own = blocksOf(located).flatMap((block) => byBlock.get(block) ?? []);
    const reaching = [...everywhere, ...own];
    const now = after.located[index];
    if (now !== undefined && (!confined || reaching.length > 0)) {
      const failure = changeAt(located, now, reaching);
      if (failure !== null) {
        return failure;
      }
    }
  }
  return null;
}

/** What changes at one use of a location beside what may. */
function changeAt(located: Located, now: Located, mended: readonly Mended[]): ProofFailure | null {
  const location = located.name;
  if (hurtsOrdinary(now) && !hurtsOrdinary(located)) {
    return { kind: "hurts-ordinary", location };
  }
  const allowed = allowedChanges(
    mended.flatMap(({ entries, repeated = [] }) => [...entries, ...repeated]),
  );
  if (allowed === null) {
    return null;
  }
  const others = now.renderings.flat();
  for (const [which, { exchanges }] of located.renderings.flat().entries()) {
    const other = others[which];
    if (other === undefined) {
      return { kind: "other-locations" };
    }
    for (const probe of ["websocket", "plain", "h2c"] as const) {
      const change = requestChange(exchanges[probe], other.exchanges[probe], allowed);
      if (change !== null) {
        return { kind: "changes", location, probe, change };
      }
    }
  }
  return null;
}

/** Whether ordinary requests ask for an upgrade, where they are not the exception. */
function hurtsOrdinary({ traffic, versions }: Located): boolean {
  return (
    traffic === "mixed" &&
    versions.some(({ exchanges: { plain } }) => {
      return (
        plain.upstream !== null && carriesToken(plain.upstream, "connection", "upgrade") === true
      );
    })
  );
}

/** The names of headers that may change, in lower case; null where everything may. */
function allowedChanges(mended: readonly Entry[]): ReadonlySet<string> | null {
  const allowed = new Set<string>();
  for (const { rule, report } of mended) {
    const { fixMayChange = [] } = ruleNamed(rule) ?? {};
    if (fixMayChange === "everything") {
      return null;
    }
    for (const name of fixMayChange) {
      allowed.add(name);
    }
    for (const remedy of report.remedies ?? []) {
      if (remedy.kind === "header") {
        allowed.add(remedy.name.toLowerCase());
      }
    }
  }
  return allowed;
}
