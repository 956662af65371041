import { Layout } from "./layout.ts";
import { standIn } from "../syntax/opaque.ts";
import type { Span } from "../syntax/tree.ts";
import type { Switch } from "./source.ts";
import type { Tag } from "./tag.ts";

export interface Masked {
  readonly text: string;
  readonly switches: readonly Switch[];
  /** The contents of macros, by name. */
  readonly macros: ReadonlyMap<string, Span>;
  /** Why the template's statements do not fit the blocks of the configuration; null where they do. */
  readonly unreadable: string | null;
}

/** More than any real template has. */
const MOST_TAGS = 5000;

/** A condition from its first tag to its last, with what it writes. */
interface Region extends Span {
  readonly tags: readonly Tag[];
}

/**
 * Makes text that nginx's parser reads out of a template of the same length: tags that write something become words, or
 * parts of words, tags that steer become blanks, and a tag in a line of its own becomes a directive that nobody knows.
 */
export function maskTags(text: string, tags: readonly Tag[]): Masked {
  if (tags.length === 0) {
    return { text, switches: [], macros: new Map(), unreadable: null };
  }
  if (tags.length > MOST_TAGS) {
    const unreadable = `it is a template with more than ${MOST_TAGS} tags`;
    return { text: masked(text, tags, []), switches: [], macros: new Map(), unreadable };
  }
  const { regions, unbalanced } = regionsOf(tags);
  const joined = withoutInlineConditions(text, tags, regions);
  const chosen = withoutTornBranches(joined);
  const cut =
    joined.cut ?? chosen.cut ?? chosen.regions.find((region) => !isWhole(region, chosen.layout));
  const macros = macrosOf(text, chosen.regions, chosen.layout);
  const bodies = new Set(macros.values());
  return {
    text: withSemicolons(chosen.text, chosen.layout.loose),
    switches: chosen.regions.filter((region) => !bodies.has(region)).map(switchOf),
    macros: new Map([...macros].map(([name, region]) => [name, contentOf(region)])),
    unreadable: whyUnreadable(text, unbalanced, cut),
  };
}

function whyUnreadable(
  text: string,
  unbalanced: Tag | null,
  cut: Region | undefined,
): string | null {
  if (unbalanced !== null) {
    return `it is a template, and its tag ${shortened(text, unbalanced)} has no counterpart`;
  }
  return cut === undefined
    ? null
    : `it is a template, and its tag ${shortened(text, cut.tags[0] ?? cut)} cuts a block or directive apart`;
}

/** What a pass makes of the text, and the conditions that it leaves. */
interface Pass {
  readonly text: string;
  readonly layout: Layout;
  readonly regions: readonly Region[];
  /** A condition that cuts a block or directive apart. */
  readonly cut: Region | undefined;
}

/** First pass: a condition within a directive makes a part of it unknown, whatever it writes. */
function withoutInlineConditions(
  text: string,
  tags: readonly Tag[],
  regions: readonly Region[],
): Pass {
  const layout = new Layout(masked(text, tags, []));
  const inline = outermost(regions.filter((region) => layout.isInDirective(region.start)));
  const joined = masked(
    text,
    tags.filter((tag) => !isWithin(tag, inline)),
    inline,
  );
  return {
    text: joined,
    layout: inline.length === 0 ? layout : new Layout(joined),
    regions: regions.filter((region) => !isWithin(region, inline)),
    cut: inline.find((region) => !layout.holds(region)),
  };
}

/**
 * Second pass: where branches open a block in different ways and close it together, the first is taken for all, unless another
 * decides on a request's way.
 */
function withoutTornBranches({ text, layout, regions }: Pass): Pass {
  const torn = regions.filter((region) => !isWhole(region, layout));
  if (torn.length === 0) {
    return { text, layout, regions, cut: undefined };
  }
  const dropped = torn.flatMap((region) => contentsOf(region).slice(1));
  const whole = blanked(text, dropped);
  return {
    text: whole,
    layout: new Layout(whole),
    regions: regions.filter((region) => !torn.includes(region) && !isWithin(region, dropped)),
    cut: torn.find((region) =>
      contentsOf(region)
        .slice(1)
        .some((span) => decisive.test(text.slice(span.start, span.end))),
    ),
  };
}

/** Third pass: a tag in a line of its own ends in a `;` in place of its last character. */
function withSemicolons(text: string, ends: readonly number[]): string {
  const pieces: string[] = [];
  let from = 0;
  for (const end of ends) {
    pieces.push(text.slice(from, end - 1), ";");
    from = end;
  }
  pieces.push(text.slice(from));
  return pieces.join("");
}

/** Whether each branch has nothing but whole directives and blocks. */
function isWhole(region: Region, layout: Layout): boolean {
  return contentsOf(region).every((span) => layout.isWhole(span));
}

/** The macros that the text calls and that stand outside of all blocks: nothing is written where they are. */
function macrosOf(text: string, regions: readonly Region[], layout: Layout): Map<string, Region> {
  const found = new Map<string, Region>();
  const called = new Set(
    Array.from(text.matchAll(/\{\{[-+]?\s*(\w+)\(/g), ([, name = ""]) => name),
  );
  for (const region of regions) {
    const [tag = region] = region.tags;
    const name = /^\{%[-+]?\s*macro\s+(\w+)/.exec(text.slice(tag.start, tag.end))?.[1];
    if (name !== undefined && called.has(name) && layout.isOutermost(region)) {
      found.set(name, region);
    }
  }
  return found;
}

function contentOf(region: Region): Span {
  return contentsOf(region)[0] ?? region;
}

/** What in a branch decides on a request's way, so that one branch cannot stand for another. */
const decisive = /\b(?:(?:proxy|grpc|uwsgi|scgi|fastcgi)_\w+|include|return|rewrite|set)\b/;

function blanked(text: string, spans: readonly Span[]): string {
  return spans.reduce(
    (result, { start, end }) =>
      result.slice(0, start) + filled(result, start, end, " ") + result.slice(end),
    text,
  );
}

function shortened(text: string, { start, end }: Span): string {
  const tag = text.slice(start, end).replace(/\s+/g, " ");
  return tag.length > 40 ? `${tag.slice(0, 39)}…` : tag;
}

function isWithin(span: Span, outer: readonly Span[]): boolean {
  return outer.some(({ start, end }) => start <= span.start && span.end <= end);
}

function outermost(regions: readonly Region[]): Region[] {
  return regions.filter(
    (region) =>
      !regions.some(
        (other) => other !== region && other.start <= region.start && region.end <= other.end,
      ),
  );
}

function masked(text: string, tags: readonly Tag[], opaque: readonly Span[]): string {
  const pieces: string[] = [];
  let from = 0;
  const spans = [
    ...tags.map(({ start, end, kind }) => ({ start, end, fill: kind === "value" ? standIn : " " })),
    ...opaque.map(({ start, end }) => ({ start, end, fill: standIn })),
  ].toSorted((a, b) => a.start - b.start);
  for (const { start, end, fill } of spans) {
    pieces.push(text.slice(from, start), filled(text, start, end, fill));
    from = end;
  }
  pieces.push(text.slice(from));
  return pieces.join("");
}

/** As many characters of one kind as the text has there; line endings stay. */
export function filled(text: string, start: number, end: number, fill: string): string {
  return text.slice(start, end).replace(/[^\r\n]/g, fill);
}

/** The conditions of a template; `unbalanced` is the first tag without a counterpart. */
function regionsOf(tags: readonly Tag[]): { regions: Region[]; unbalanced: Tag | null } {
  const regions: Region[] = [];
  const open: (readonly [Tag, ...Tag[]])[] = [];
  let unbalanced: Tag | null = null;
  for (const tag of tags) {
    if (tag.kind === "open" || tag.kind === "group") {
      open.push([tag]);
      continue;
    }
    if (tag.kind !== "else" && tag.kind !== "close") {
      continue;
    }
    const innermost = open.pop();
    if (innermost === undefined) {
      unbalanced ??= tag;
    } else if (tag.kind === "else") {
      open.push([...innermost, tag]);
    } else if (innermost[0].kind === "open") {
      regions.push({ start: innermost[0].start, end: tag.end, tags: [...innermost, tag] });
    }
  }
  return { regions, unbalanced: unbalanced ?? open[0]?.[0] ?? null };
}

function contentsOf({ tags }: Region): Span[] {
  return tags.slice(1).map((tag, index) => ({ start: tags[index]?.end ?? 0, end: tag.start }));
}

function switchOf(region: Region): Switch {
  const conditions = region.tags.filter(
    ({ kind, condition }, index) => index === 0 || (kind === "else" && condition !== ""),
  );
  const spans = contentsOf(region);
  const contents = new Map<number, Span>();
  const questions: string[] = [];
  for (const [index, span] of spans.entries()) {
    const tag = region.tags[index];
    if (tag !== undefined && conditions.includes(tag)) {
      contents.set(questions.length, span);
      questions.push(tag.condition);
    } else {
      contents.set(conditions.length, span);
    }
  }
  const [only = ""] = questions;
  if (questions.length > 1 || !only.startsWith("!")) {
    return { key: questions.join(" | "), choices: questions.length + 1, contents };
  }
  const turned = new Map([...contents].map(([choice, span]) => [1 - choice, span]));
  return { key: only.replace(/^!/, ""), choices: 2, contents: turned };
}
