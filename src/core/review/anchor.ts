import type { Analysis, Group, LocationReport } from "../check/analysis.ts";
import { groupBy } from "../basics/collections.ts";
import type { Level } from "../config/level.ts";
import type { Document, Place } from "../repository/document.ts";
import { filesOf } from "../config/resolve.ts";
import type { LocationName } from "../rules/finding.ts";
import type { Finding } from "../check/finding.ts";
import { directivesAround } from "../syntax/find.ts";
import type { Directive, Span } from "../syntax/tree.ts";
import { type Hunk, hunkAround } from "./diff.ts";
import type { ReviewComment } from "./review.ts";

/** A line of the diff that a comment can stand on. */
export interface CommentAnchor {
  readonly document: Document;
  readonly hunk: Hunk;
  readonly line: number;
  /** Of the base where the head has no line left. */
  readonly side: ReviewComment["side"];
  /** Whether it is the primary place of one of the findings. */
  readonly isPrimary: boolean;
}

type FoundLine = Omit<CommentAnchor, "isPrimary">;

/** Finds lines of the diff for comments. */
export class Anchors {
  readonly #hunks: ReadonlyMap<string, readonly Hunk[]>;
  readonly #locations: ReadonlyMap<string, readonly LocationReport[]>;
  readonly #settings = new Map<Level, readonly FoundLine[]>();

  constructor(analysis: Analysis, hunks: ReadonlyMap<string, readonly Hunk[]>) {
    this.#hunks = hunks;
    this.#locations = groupBy(analysis.locations, ({ name }) => keyOf(name.place));
  }

  /**
   * Where a comment about these findings stands: at the primary place of the worst one, else at a related place, the
   * location, the group's block, or a line that takes part in the location's settings, a changed one by choice; null
   * where none of them is in the diff.
   */
  find(group: Group, findings: readonly Finding[]): CommentAnchor | null {
    for (const { place } of findings) {
      const found = this.#lineIn(place);
      if (found) {
        return { ...found, isPrimary: true };
      }
    }
    const others = [
      ...findings.flatMap(({ related }) => related.map(({ place }) => place)),
      ...findings.flatMap(({ location }) => location?.place ?? []),
      group.place,
    ];
    for (const place of others) {
      const found = this.#lineIn(place);
      if (found) {
        return { ...found, isPrimary: false };
      }
    }
    const settings = findings.flatMap(({ location }) =>
      location ? this.#settingsOf(location) : [],
    );
    const found = settings.find(isChanged) ?? settings[0];
    return found ? { ...found, isPrimary: false } : null;
  }

  #lineIn(place: Place): FoundLine | null {
    return lineIn(place, this.#hunks.get(place.document.path) ?? []);
  }

  /** The lines in the diff that can have to do with what a location sends, innermost level first. */
  #settingsOf({ place }: LocationName): FoundLine[] {
    const lines: FoundLine[] = [];
    for (const { level: own } of this.#locations.get(keyOf(place)) ?? []) {
      for (let level: Level | null = own; level; level = level.parent) {
        lines.push(...this.#settingsIn(level));
      }
    }
    return lines;
  }

  #settingsIn(level: Level): readonly FoundLine[] {
    const known = this.#settings.get(level);
    if (known) {
      return known;
    }
    const lines = level.uses
      .filter(({ name }) => /^(?:proxy_|include$|set$|map$)/.test(name))
      .flatMap(({ document, directive }) => this.#lineIn({ document, span: directive }) ?? []);
    if (level.context !== "http" && level.context !== "main") {
      const includes = level.uses.filter(({ name }) => name === "include");
      lines.push(...includes.flatMap(filesOf).flatMap((document) => this.#lossIn(document)));
    }
    this.#settings.set(level, lines);
    return lines;
  }

  /** Where a file of settings changes that may have none left that count: what a location lacks may have stood there. */
  #lossIn(document: Document): FoundLine[] {
    if (document.tree.directives.some(({ block }) => block !== null)) {
      return [];
    }
    return (this.#hunks.get(document.path) ?? []).flatMap((hunk) => {
      const [line] = hunk.changed;
      if (hunk.end < hunk.start) {
        return { document, hunk, line: hunk.baseEnd, side: "LEFT" };
      }
      return line === undefined ? [] : { document, hunk, line, side: "RIGHT" };
    });
  }
}

function isChanged({ hunk, line, side }: FoundLine): boolean {
  return side === "LEFT" || hunk.changed.has(line);
}

function keyOf({ document, span }: Place): string {
  return `${span.start} ${document.path}`;
}

/**
 * A line of the place that lies in a hunk. Of a block only the lines that belong to it and not to a block inside: first
 * those of `proxy_pass` and `include`, then its head, then changed lines.
 */
function lineIn({ document, span }: Place, hunks: readonly Hunk[]): FoundLine | null {
  if (hunks.length === 0) {
    return null;
  }
  const first = document.lines.lineAt(span.start);
  const last = document.lines.lineAt(Math.max(span.start, span.end - 1));
  const inner = directiveAt(document.tree.directives, span)?.block?.directives ?? [];
  const telling = inner.filter(({ name }) => /^(?:proxy_pass|include)$/.test(name.value));
  for (const line of [...telling.map(({ start }) => document.lines.lineAt(start)), first]) {
    const hunk = hunkAround(hunks, line, line);
    if (hunk) {
      return { document, hunk, line, side: "RIGHT" };
    }
  }
  let shown: FoundLine | null = null;
  for (const range of rangesOutside(document, inner, { first, last })) {
    for (const hunk of hunks) {
      const from = Math.max(range.first, hunk.start);
      const to = Math.min(range.last, hunk.end);
      if (from > to) {
        continue;
      }
      const changed = [...hunk.changed].find((line) => from <= line && line <= to);
      if (changed !== undefined) {
        return { document, hunk, line: changed, side: "RIGHT" };
      }
      shown ??= { document, hunk, line: from, side: "RIGHT" };
    }
  }
  return shown;
}

interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** What is left of a range of lines without those of the blocks in it. */
function rangesOutside(
  { lines }: Document,
  directives: readonly Directive[],
  whole: LineRange,
): LineRange[] {
  const ranges: LineRange[] = [];
  let { first } = whole;
  for (const { block } of directives) {
    if (!block) {
      continue;
    }
    ranges.push({ first, last: lines.lineAt(block.start) - 1 });
    first = lines.lineAt(block.end) + 1;
  }
  ranges.push({ first, last: whole.last });
  return ranges.filter(({ first: from, last }) => from <= last);
}

/** The directive that is exactly this span. */
function directiveAt(directives: readonly Directive[], span: Span): Directive | undefined {
  return directivesAround(directives, span.start).find(
    ({ start, end }) => start === span.start && end === span.end,
  );
}
