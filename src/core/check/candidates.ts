import { tagsIn } from "../sources/tags.ts";
import { keepsConnections } from "../request/upstream-block.ts";
import type { Located } from "./locations.ts";
import type { Use, Level } from "../config/level.ts";
import type { Remedy, FixRequest, Writable } from "../rules/remedy.ts";
import { severityIn } from "./active-rules.ts";
import { rules } from "../rules/index.ts";
import type { Policy } from "../policy/policy.ts";
import { isOpaque } from "../syntax/opaque.ts";
import type { TextEdit, Fix } from "../fix/edit.ts";
import { fixCandidates } from "../fix/propose.ts";
import type { Entry } from "./entries.ts";
import type { EntryGroup } from "./group.ts";
import type { Run } from "./run.ts";
import type { Mended } from "./prove.ts";

/** A fix that is worth a proof, and what it is to mend. */
export interface Candidate extends Mended {
  readonly fix: Fix;
}

/**
 * The fixes for findings of a group, best first, as far as they can be written.
 *
 * @param left what an earlier fix left to mend in its block: then both are mended at once
 */
export function* candidatesFor(
  of: Run,
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
  const repeated = repeatedIn(of, left, entries);
  const more = remediesOf(left).flatMap((remedy) => inText(remedy, level) ?? []);
  const locations = entries.flatMap((entry) => entry.locations);
  const request: FixRequest = {
    config: first.config,
    programs: of.configs,
    level,
    beside,
    remedies: distinct([...more, ...remediesOf(entries)]),
    traffic: locations.some(({ traffic }) => traffic === "mixed") ? "mixed" : "websocket",
    keepsConnections: locations.some(isKept),
    ...formsFor(of.request.policy),
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

/** Of findings after an edit those that were there before it, at another place, about a location of `entries`. */
function repeatedIn(of: Run, found: readonly Entry[], entries: readonly Entry[]): readonly Entry[] {
  if (found.length === 0) {
    return [];
  }
  const locations = new Set(entries.flatMap((entry) => entry.locations));
  const known = of.entries.filter((entry) =>
    entry.locations.some((location) => locations.has(location)),
  );
  return found.filter(({ rule }) => known.some((entry) => entry.rule === rule));
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

export function remediesOf(entries: readonly Entry[]): Remedy[] {
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

function isKept({ versions }: Located): boolean {
  return versions.some(({ config, version, exchanges }) => {
    const { upstream } = exchanges.plain;
    return upstream !== null && keepsConnections(config, upstream, version);
  });
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
