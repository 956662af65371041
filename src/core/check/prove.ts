import { severityRank } from "../policy/policy.ts";
import type { LocationReport } from "./analysis.ts";
import { groupBy, rememberedOf } from "../basics/collections.ts";
import type { ConfigProblem, Use } from "../config/level.ts";
import type { Place } from "../repository/document.ts";
import { applyEdits, type TextEdit } from "../fix/edit.ts";
import type { Exchange } from "../request/exchange.ts";
import { shown } from "../request/value.ts";
import { carriesToken } from "../request/answer.ts";
import { ruleNamed } from "../rules/catalogue.ts";
import { directivesAround } from "../syntax/find.ts";
import { blocksOf, type EntryGroup, isLocal } from "./group.ts";
import type { Located } from "./locations.ts";
import { type Entry, run, type Run } from "./ask-rules.ts";

/** As rules name it in `fixMayChange`; no header is called so. */
const version = "http-version";
const requestLine = ":request";

/** What must be gone after an edit: findings of one group. Their rules say which headers may change. */
export interface Mended {
  readonly group: EntryGroup;
  readonly entries: readonly Entry[];
  /** Findings of other groups about the same locations that are mended where the group's edits would repeat their cause. */
  readonly repeated?: readonly Entry[];
}

export interface Proof {
  /** The files as they are after the edits. */
  readonly after: Run;
  /**
   * Whether nothing of `mended` is there any more, nothing is found that was not, nginx has no more to refuse, and no other
   * header of any use and probe has changed.
   */
  readonly holds: boolean;
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
  const roots = new Set(after.configs.map(({ root }) => root));
  const holds =
    isGone(
      before,
      after,
      mended.flatMap(({ entries }) => entries),
    ) &&
    addsNothing(before, after) &&
    refusesNoMore(
      before,
      after,
      roots,
      mended.flatMap(({ entries }) => entries),
    ) &&
    keepsRequests(
      before.located.filter(({ config }) => roots.has(config.root)),
      after.located,
      mended,
      isConfined(edits, mended),
    );
  return { after, holds };
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
  if (after === null) {
    return null;
  }
  const afterByRoot = groupBy(after.located, ({ config }) => config.root);
  const pairs: [LocationReport, LocationReport][] = [];
  for (const [root, old] of groupBy(before.located, ({ config }) => config.root)) {
    const now = afterByRoot.get(root) ?? [];
    if (now.length !== old.length) {
      continue;
    }
    for (const [index, location] of old.entries()) {
      const same = now[index];
      if (same !== undefined) {
        pairs.push([location, same]);
      }
    }
  }
  return new Map(pairs);
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

function isGone(before: Run, after: Run, mended: readonly Entry[]): boolean {
  const [old, now] = [byKind(before.entries), byKind(after.entries)];
  return [...byKind(mended)].every(
    ([kind, { length }]) => (now.get(kind)?.length ?? 0) <= (old.get(kind)?.length ?? 0) - length,
  );
}

/**
 * An edit that makes clear that a location serves WebSockets does no damage by it: what could be said of the location then
 * could have been said before.
 */
function addsNothing(before: Run, after: Run): boolean {
  return isWithin(after.entries, before.entries) || isWithin(after.entries, entriesIfClear(before));
}

/** What would be found if all locations that may serve WebSockets did. */
const entriesIfClear = rememberedOf((of: Run): readonly Entry[] => {
  const hasUnclear = of.located.some(({ intent }) => intent.serves === "unclear");
  return hasUnclear ? run({ ...of.request, takesUnclear: true }).entries : of.entries;
});

/** Whether there is nothing that was not there before, as severe and about the same locations. */
function isWithin(after: readonly Entry[], before: readonly Entry[]): boolean {
  const all = byKind(before);
  return [...byKind(after)].every(([kind, entries]) => {
    const known = all.get(kind) ?? [];
    const most = Math.max(...known.map(({ severity }) => severityRank[severity]));
    const names = new Set(known.flatMap(({ locations }) => locations.map(nameOf)));
    return (
      entries.length <= known.length &&
      entries.every(
        ({ severity, locations }) =>
          severityRank[severity] <= most &&
          locations.every((location) => names.has(nameOf(location))),
      )
    );
  });
}

function nameOf({ name: { place, server, name } }: Located): string {
  return JSON.stringify([place.document.path, server, name]);
}

/**
 * Whatever keeps nginx from starting after the edits kept it from starting before. What it has against a directive that
 * counts as mended is no excuse: a semicolon alone does not give one its value.
 */
function refusesNoMore(
  before: Run,
  after: Run,
  roots: ReadonlySet<string>,
  mended: readonly Entry[],
): boolean {
  const isMended = ({ use }: ConfigProblem): boolean =>
    mended.some(({ report: { place } }) => isTouching(place, use));
  const problemsOf = ({ configs }: Run): { refusal: string; problem: ConfigProblem }[] =>
    configs
      .filter(({ root }) => roots.has(root))
      .flatMap(({ root, problems }) =>
        problems.map((problem) => ({ refusal: `${root} ${problem.message}`, problem })),
      );
  const left = problemsOf(before).flatMap(({ refusal, problem }) =>
    isMended(problem) ? [] : [refusal],
  );
  return problemsOf(after).every(({ refusal }) => {
    const at = left.indexOf(refusal);
    if (at !== -1) {
      left.splice(at, 1);
    }
    return at !== -1;
  });
}

function isTouching({ document, span }: Place, use: Use): boolean {
  const { start, end } = use.directive;
  return document === use.document && start <= span.end && span.start <= end;
}

/** @param confined whether only locations in the mended blocks can have changed */
function keepsRequests(
  before: readonly Located[],
  after: readonly Located[],
  mended: readonly Mended[],
  confined: boolean,
): boolean {
  if (before.length !== after.length) {
    return false;
  }
  const everywhere = mended.filter(({ group }) => !isLocal(group));
  const byBlock = groupBy(
    mended.filter(({ group }) => isLocal(group)),
    ({ group }) => group.block,
  );
  return before.every((located, index) => {
    const own = blocksOf(located).flatMap((block) => byBlock.get(block) ?? []);
    const reaching = [...everywhere, ...own];
    if (confined && reaching.length === 0) {
      return true;
    }
    const now = after[index];
    if (now !== undefined && hurtsOrdinary(now) && !hurtsOrdinary(located)) {
      return false;
    }
    const allowed = allowedChanges(
      reaching.flatMap(({ entries, repeated = [] }) => [...entries, ...repeated]),
    );
    return (
      allowed === null ||
      located.renderings.flat().every((location, which) => {
        const other = after[index]?.renderings.flat()[which];
        return (
          other !== undefined &&
          (["websocket", "plain", "h2c"] as const).every((probe) =>
            isKept(location.exchanges[probe], other.exchanges[probe], allowed),
          )
        );
      })
    );
  });
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

function isKept(before: Exchange, after: Exchange, allowed: ReadonlySet<string>): boolean {
  if (before.outcome !== after.outcome) {
    return false;
  }
  const parts = { before: partsOf(before), after: partsOf(after) };
  const names = new Set([...parts.before.keys(), ...parts.after.keys()]);
  return [...names].every(
    (name) => allowed.has(name) || parts.before.get(name) === parts.after.get(name),
  );
}

/** What a request says, by header name in lower case; the rest of it under names that no header has. */
function partsOf({ upstream, level }: Exchange): Map<string, string> {
  const parts = new Map<string, string>();
  if (upstream === null) {
    return parts;
  }
  parts.set(version, shown(upstream.httpVersion));
  parts.set(requestLine, [upstream.method, upstream.uri, upstream.address].map(shown).join(" "));
  parts.set(":level", level?.context ?? "");
  for (const { name, value } of upstream.headers) {
    const key = name.toLowerCase();
    parts.set(key, `${parts.get(key) ?? ""}${shown(value)}\n`);
  }
  return parts;
}
