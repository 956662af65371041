import type { Analysis, Group } from "../analysis.ts";
import type { Document, Level, Place } from "../config/model.ts";
import type { Finding } from "../rules/finding.ts";
import type { Directive } from "../syntax/tree.ts";
import type { Hunk } from "./diff.ts";
import { hunkAround } from "./diff.ts";

/** A line of the diff that a comment can stand on. */
export interface Anchor {
  readonly document: Document;
  readonly hunk: Hunk;
  readonly line: number;
}

/**
 * Where a comment about these findings stands: at the primary place of the worst one, else at a related place, the
 * location, the group's block, or a changed line that takes part in the location's settings; null where none of them is
 * in the diff.
 */
export function anchorOf(
  analysis: Analysis,
  group: Group,
  findings: readonly Finding[],
  hunks: ReadonlyMap<string, readonly Hunk[]>,
): Anchor | null {
  for (const place of placesOf(analysis, group, findings)) {
    const anchor = anchorAt(place, hunks.get(place.document.path) ?? []);
    if (anchor) return anchor;
  }
  return null;
}

function* placesOf(
  analysis: Analysis,
  group: Group,
  findings: readonly Finding[],
): Generator<Place> {
  for (const { place } of findings) yield place;
  for (const { related } of findings) yield* related.map(({ place }) => place);
  const locations = findings.flatMap(({ location }) => (location ? [location.place] : []));
  yield* locations;
  yield group.place;
  for (const { name, level } of analysis.locations) {
    if (locations.some((place) => isSamePlace(place, name.place))) yield* settingsOf(level);
  }
}

function isSamePlace(a: Place, b: Place): boolean {
  return a.document === b.document && a.span.start === b.span.start;
}

/** The directives that can have to do with what a location sends, innermost level first. */
function* settingsOf(location: Level): Generator<Place> {
  for (let level: Level | null = location; level; level = level.parent) {
    for (const { name, document, directive } of level.uses) {
      if (/^(?:proxy_|include$|set$|map$)/.test(name)) yield { document, span: directive };
    }
  }
}

/** A line of the place that lies in a hunk; of a block, the one that says most about it. */
function anchorAt({ document, span }: Place, hunks: readonly Hunk[]): Anchor | null {
  const first = document.lines.lineAt(span.start);
  const last = document.lines.lineAt(Math.max(span.start, span.end - 1));
  for (const line of linesOf(document, span.start, span.end, first, last)) {
    const hunk = hunkAround(hunks, line, line);
    if (hunk) return { document, hunk, line };
  }
  for (const hunk of hunks) {
    const from = Math.max(first, hunk.start);
    const to = Math.min(last, hunk.end);
    if (from > to) continue;
    const added = [...hunk.added].find((line) => from <= line && line <= to);
    return { document, hunk, line: added ?? from };
  }
  return null;
}

/** The first line, and in a block the lines of its `proxy_pass` and its includes. */
function* linesOf(
  { tree, lines }: Document,
  start: number,
  end: number,
  first: number,
  last: number,
): Generator<number> {
  if (first < last) {
    const block = directiveAt(tree.directives, start, end)?.block;
    const telling = (block?.directives ?? []).filter(({ name }) =>
      /^(?:proxy_pass|include)$/.test(name.value),
    );
    for (const directive of telling) yield lines.lineAt(directive.start);
  }
  yield first;
}

function directiveAt(
  directives: readonly Directive[],
  start: number,
  end: number,
): Directive | undefined {
  const found = directives.find((directive) => directive.start <= start && end <= directive.end);
  if (!found || found.start === start) return found;
  return directiveAt(found.block?.directives ?? [], start, end);
}
