import type { Analysis, Group } from "../analysis.ts";
import type { Document, Level, Place } from "../config/model.ts";
import type { Finding } from "../rules/finding.ts";
import type { Directive, Span } from "../syntax/tree.ts";
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

/**
 * A line of the place that lies in a hunk. Of a block only the lines that belong to it and not to a block inside: first
 * those of `proxy_pass` and `include`, then its head, then lines that are new.
 */
function anchorAt({ document, span }: Place, hunks: readonly Hunk[]): Anchor | null {
  if (hunks.length === 0) return null;
  const first = document.lines.lineAt(span.start);
  const last = document.lines.lineAt(Math.max(span.start, span.end - 1));
  const inner = directiveAt(document.tree.directives, span)?.block?.directives ?? [];
  const telling = inner.filter(({ name }) => /^(?:proxy_pass|include)$/.test(name.value));
  for (const line of [...telling.map(({ start }) => document.lines.lineAt(start)), first]) {
    const hunk = hunkAround(hunks, line, line);
    if (hunk) return { document, hunk, line };
  }
  const isInside = linesInside(document, inner);
  const candidates = hunks.flatMap((hunk) =>
    linesBetween(Math.max(first, hunk.start), Math.min(last, hunk.end))
      .filter((line) => !isInside(line))
      .map((line) => ({ document, hunk, line })),
  );
  return candidates.find(({ hunk, line }) => hunk.added.has(line)) ?? candidates[0] ?? null;
}

function linesInside(
  { lines }: Document,
  directives: readonly Directive[],
): (line: number) => boolean {
  const blocks = directives.flatMap(({ block }) =>
    block ? [{ first: lines.lineAt(block.start), last: lines.lineAt(block.end) }] : [],
  );
  return (line) => blocks.some(({ first, last }) => first <= line && line <= last);
}

function linesBetween(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

/** The directive that is exactly this span. */
function directiveAt(directives: readonly Directive[], span: Span): Directive | undefined {
  const found = directives.find(({ start, end }) => start <= span.start && span.end <= end);
  if (!found || (found.start === span.start && found.end === span.end)) return found;
  return directiveAt(found.block?.directives ?? [], span);
}
