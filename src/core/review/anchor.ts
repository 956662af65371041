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
  /** Whether it is the primary place of one of the findings. */
  readonly isPrimary: boolean;
}

/**
 * Where a comment about these findings stands: at the primary place of the worst one, else at a related place, the
 * location, the group's block, or a line that takes part in the location's settings, a changed one by choice; null where
 * none of them is in the diff.
 */
export function anchorOf(
  analysis: Analysis,
  group: Group,
  findings: readonly Finding[],
  hunks: ReadonlyMap<string, readonly Hunk[]>,
): Anchor | null {
  const find = (place: Place): Omit<Anchor, "isPrimary"> | null =>
    lineIn(place, hunks.get(place.document.path) ?? []);
  for (const { place } of findings) {
    const found = find(place);
    if (found) return { ...found, isPrimary: true };
  }
  for (const place of otherPlaces(group, findings)) {
    const found = find(place);
    if (found) return { ...found, isPrimary: false };
  }
  let other: Anchor | null = null;
  for (const place of settings(analysis, findings)) {
    const found = find(place);
    if (found?.hunk.changed.has(found.line)) return { ...found, isPrimary: false };
    if (found) other ??= { ...found, isPrimary: false };
  }
  return other;
}

function* otherPlaces(group: Group, findings: readonly Finding[]): Generator<Place> {
  for (const { related } of findings) yield* related.map(({ place }) => place);
  for (const { location } of findings) if (location) yield location.place;
  yield group.place;
}

/** The directives that can have to do with what the findings' locations send, innermost level first. */
function* settings(analysis: Analysis, findings: readonly Finding[]): Generator<Place> {
  const locations = findings.flatMap(({ location }) => location?.place ?? []);
  for (const { name, level: own } of analysis.locations) {
    if (!locations.some((place) => isSamePlace(place, name.place))) continue;
    for (let level: Level | null = own; level; level = level.parent) {
      for (const { name: directiveName, document, directive } of level.uses) {
        if (/^(?:proxy_|include$|set$|map$)/.test(directiveName))
          yield { document, span: directive };
      }
    }
  }
}

function isSamePlace(a: Place, b: Place): boolean {
  return a.document === b.document && a.span.start === b.span.start;
}

/**
 * A line of the place that lies in a hunk. Of a block only the lines that belong to it and not to a block inside: first
 * those of `proxy_pass` and `include`, then its head, then changed lines.
 */
function lineIn(
  { document, span }: Place,
  hunks: readonly Hunk[],
): Omit<Anchor, "isPrimary"> | null {
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
  return candidates.find(({ hunk, line }) => hunk.changed.has(line)) ?? candidates[0] ?? null;
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
