import type { Level, Use } from "../config/level.ts";
import type { Document } from "../repository/document.ts";
import type { Directive } from "../syntax/tree.ts";
import {
  type Anchor,
  anchorOffset,
  type Container,
  type Insertion,
  insert,
  lineText,
} from "./block.ts";
import { wholeLines } from "./change.ts";
import type { TextEdit } from "./edit.ts";
import { layOut, type Words } from "./format.ts";
import type { Writable } from "../rules/remedy.ts";

/** Where and beside what new lines go. */
export interface Site {
  readonly container: Container;
  readonly level: Level;
  /** Whether the level has `proxy_set_header` lines of its own, in its text or by an include. */
  readonly hasOwnHeaders: boolean;
  /** Headers of an outer level that are repeated here: their alignment is kept. */
  readonly models: readonly Use[];
  /** Directives that the same fix takes away. */
  readonly removed: ReadonlySet<Directive>;
  readonly writable: Writable;
}

const HEADER = "proxy_set_header";

/** The order of the published block. */
const ranks = ["proxy_http_version", "upgrade", "connection", "host", "", "proxy_read_timeout"];
const otherHeaders = ranks.indexOf("");

function rankOf([name = "", header = ""]: Words): number {
  const index = ranks.indexOf(name === HEADER ? header.toLowerCase() : name);
  return index !== -1 ? index : name === HEADER ? otherHeaders : ranks.length;
}

/**
 * Adds directives to a block, in the order of the published block: after `proxy_pass`, but beside lines that
 * they belong to, and timeouts behind the headers.
 *
 * @returns null where no line of the block may be written
 */
export function addLines(site: Site, lines: readonly Words[]): TextEdit[] | null {
  const { container } = site;
  const anchor = anchors(site).find((candidate) => mayWrite(site, candidate));
  if (lines.length === 0 || anchor === undefined) {
    return lines.length === 0 ? [] : null;
  }
  const ordered = lines.toSorted((left, right) => rankOf(left) - rankOf(right));
  const texts = layOut(container.document, container.directives, site.models, ordered);
  const late = behindHeaders(site, anchor);
  const groups = new Map<string, Insertion>();
  ordered.forEach((words, index) => {
    const place = beside(site, words) ?? (rankOf(words) < otherHeaders ? anchor : late);
    const key = `${place.at} ${anchorOffset(container, place)}`;
    const known = groups.get(key)?.lines ?? [];
    groups.set(key, { anchor: place, lines: [...known, texts[index] ?? ""] });
  });
  return insert(container, [...groups.values()], site.removed);
}

/** All places of the block where lines may be added, best first. */
function anchors({ container, level, removed }: Site): Anchor[] {
  const { document, block, directives } = container;
  const kept = directives.filter((directive) => isKept(directive, removed));
  const named = (name: string): Directive | undefined =>
    kept.findLast((directive) => directive.name.value === name);
  const brought = level.uses.find((use) => use.name === "proxy_pass" && use.document !== document);
  const include = includeInText(brought)?.directive;
  const preferred = [
    named("proxy_pass"),
    kept.find((directive) => directive === include),
    named(HEADER),
    // Before 1.29.7 a balancing method after `keepalive` takes its place (E62).
    level.context === "upstream" ? kept.at(-1) : undefined,
  ].filter((directive) => directive !== undefined);
  const others = kept.filter(
    (directive) => directive.block === null && !preferred.includes(directive),
  );
  const after = (directive: Directive): Anchor => ({ at: "after", directive });
  const open: Anchor[] = block === null ? [] : [{ at: "open" }];
  const close: Anchor[] = (block?.close ?? null) === null ? [] : [{ at: "close" }];
  return [...preferred.map(after), ...open, ...close, ...others.map(after)];
}

/** Whether lines can be added beside the directive: not where it shall go, nor before its `;` is there. */
function isKept(directive: Directive, removed: ReadonlySet<Directive>): boolean {
  return !removed.has(directive) && (directive.block !== null || directive.semicolon !== null);
}

/** The include in the level's own text that led to the use. */
function includeInText(use: Use | undefined): Use | null {
  let include = use?.include ?? null;
  while (include !== null && include.include !== null && include.include.level === include.level) {
    include = include.include;
  }
  return include;
}

function mayWrite({ container, writable }: Site, anchor: Anchor): boolean {
  const { document } = container;
  const at = anchorOffset(container, anchor);
  return writable(wholeLines({ document, start: at, end: at, text: "" }));
}

/** The last header line of the block's own text whose name matches. */
function lastHeader(site: Site, header: RegExp): Directive | undefined {
  return lastOf(
    site,
    ({ name, parameters }) => name.value === HEADER && header.test(parameters[0]?.value ?? ""),
  );
}

function lastOf(
  { container, removed }: Site,
  matches: (directive: Directive) => boolean,
): Directive | undefined {
  return container.directives.findLast(
    (directive) => isKept(directive, removed) && matches(directive),
  );
}

/**
 * The place next to a line that belongs to the new one: `Upgrade`, `Connection` and `Host` stand together, where one of
 * the first two is there already, and so do the two timeouts.
 */
function beside(site: Site, words: Words): Anchor | null {
  const rank = rankOf(words);
  const isTimeout = /^proxy_(?:read|send)_timeout$/.test(words[0] ?? "");
  const isOfPair = rank > 0 && rank < otherHeaders && site.hasOwnHeaders;
  const partner = isTimeout
    ? lastOf(site, ({ name }) => /^proxy_(?:read|send)_timeout$/.test(name.value))
    : isOfPair
      ? lastHeader(site, /^(?:upgrade|connection)$/i)
      : undefined;
  if (partner === undefined) {
    return null;
  }
  const isAbove = ranks[rank] === "upgrade" && !isBelowComment(site.container.document, partner);
  const anchor: Anchor = { at: isAbove ? "before" : "after", directive: partner };
  return mayWrite(site, anchor) ? anchor : null;
}

/** Behind the headers that follow the anchor, where there are some. */
function behindHeaders(site: Site, anchor: Anchor): Anchor {
  const directive = lastHeader(site, /^/);
  if (
    anchor.at !== "after" ||
    anchor.directive.name.value !== "proxy_pass" ||
    directive === undefined ||
    directive.start < anchor.directive.start
  ) {
    return anchor;
  }
  const behind: Anchor = { at: "after", directive };
  return mayWrite(site, behind) ? behind : anchor;
}

function isBelowComment(document: Document, directive: Directive): boolean {
  const line = document.lines.lineAt(directive.start);
  return line > 1 && /^[ \t]*#/.test(lineText(document, line - 1));
}
