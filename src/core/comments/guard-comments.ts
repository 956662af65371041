import { rememberedOf } from "../basics/collections.ts";
import type { Document } from "../repository/document.ts";
import { didYouMean, quoted } from "../basics/nearest.ts";
import type { Directive, Span } from "../syntax/tree.ts";
import { isAloneInLine } from "./headings.ts";

/** `# nginx-websocket-guard: ignore[rule, rule] reason`. */
export interface Silence {
  /** The comment. */
  readonly span: Span;
  /** As they are written, whether there are such rules or not. */
  readonly rules: readonly string[];
  /** Null where none is given: it silences all the same, and that is worth a notice. */
  readonly reason: string | null;
  /**
   * Findings whose place lies in here are silenced: the directive in whose line it stands, else the next one, with its
   * whole block. Null where nothing follows.
   */
  readonly target: Directive | null;
}

/** `# nginx-websocket-guard: websocket`, or `http` for the contrary. */
export interface Declaration {
  readonly span: Span;
  readonly websocket: boolean;
  /** The location that it is about. */
  readonly target: Directive;
}

/** Which comments count about a change: what would make it pass does not before it is merged. */
export interface Hearing {
  /** Whether a comment that the change leaves or brings counts. */
  counts(document: Document, comment: Silence | Declaration): boolean;
  /** Whether a comment that the change takes away said of this block that it serves WebSockets. */
  promised(document: Document, block: Directive): boolean;
}

/** A comment to us that we do not understand. */
export interface CommentFault {
  readonly span: Span;
  /** What is wrong and what was expected. */
  readonly message: string;
}

export interface GuardComments {
  readonly silences: readonly Silence[];
  readonly declarations: readonly Declaration[];
  readonly faults: readonly CommentFault[];
}

const marker = /^#+\s*nginx-websocket-guard\b\s*:?\s*/i;
const forms = "expected ignore[rule] with a reason, websocket or http";

/** All comments of a file that speak to us, in the order of the text. */
export const guardComments = rememberedOf((document: Document): GuardComments => {
  const result = {
    silences: [] as Silence[],
    declarations: [] as Declaration[],
    faults: [] as CommentFault[],
  };
  for (const span of document.tree.comments) {
    const comment = document.text.slice(span.start, span.end).trimEnd();
    const opening = marker.exec(comment)?.[0];
    if (opening !== undefined) {
      read(document, span, comment.slice(opening.length), result);
    }
  }
  return result;
});

/** The silences of a file; `guardComments` has its other comments and the faulty ones. */
export function silencesOf(document: Document): readonly Silence[] {
  return guardComments(document).silences;
}

interface ReadComments {
  readonly silences: Silence[];
  readonly declarations: Declaration[];
  readonly faults: CommentFault[];
}

function read(document: Document, span: Span, words: string, result: ReadComments): void {
  const target = targetOf(document, span);
  const declaration = /^(websocket|http)\b/i.exec(words)?.[1]?.toLowerCase();
  const silence = /^ignore\s*\[([^\]]*)\](.*)$/i.exec(words);
  if (declaration !== undefined) {
    if (target?.name.value === "location") {
      result.declarations.push({ span, websocket: declaration === "websocket", target });
    } else {
      result.faults.push({
        span,
        message: `${quoted(declaration)} stands above no location: expected one in the next line`,
      });
    }
  } else if (silence !== null) {
    readSilence(span, silence[1] ?? "", silence[2] ?? "", target, result);
  } else if (/^ignore\b/i.test(words)) {
    result.faults.push({
      span,
      message: "ignore names no rule: expected ignore[rule] with a reason",
    });
  } else {
    const [word = ""] = words.split(/[\s[]/);
    const advice = didYouMean(word, ["ignore", "websocket", "http"]);
    result.faults.push({ span, message: `unknown word ${quoted(word)}: ${advice}${forms}` });
  }
}

function readSilence(
  span: Span,
  list: string,
  rest: string,
  target: Directive | null,
  result: ReadComments,
): void {
  const names = list.split(",").map((name) => name.trim());
  const rules = names.filter((name) => name !== "");
  if (rules.length < names.length) {
    const message = "ignore names no rule: expected ignore[rule] with a reason";
    result.faults.push({ span, message });
  }
  if (rules.length > 0) {
    const reason = rest.replace(/^[\s:,.–—-]+/, "").trim();
    result.silences.push({ span, rules, reason: reason === "" ? null : reason, target });
  }
}

/** The directive in whose line the comment stands, else the next one in the same block. */
function targetOf(document: Document, span: Span): Directive | null {
  return isAloneInLine(document, span)
    ? nextDirective(document.tree.directives, span.end)
    : lastOfLine(
        document.tree.directives,
        document.text.lastIndexOf("\n", span.start) + 1,
        span.start,
      );
}

function nextDirective(directives: readonly Directive[], offset: number): Directive | null {
  const next = directives[indexAfter(directives, offset)];
  if (next === undefined) {
    return null;
  }
  const block = next.block;
  return block !== null && block.start < offset ? nextDirective(block.directives, offset) : next;
}

/** The last directive that begins between the two offsets, else the one that reaches into the line. */
function lastOfLine(directives: readonly Directive[], from: number, to: number): Directive | null {
  const starting = directives[indexStarting(directives, to) - 1];
  if (starting === undefined) {
    return null;
  }
  const inside = starting.block === null ? null : lastOfLine(starting.block.directives, from, to);
  if (inside !== null && inside.end > from) {
    return inside;
  }
  return starting.end > from ? starting : null;
}

/** The first directive that ends after the offset. */
function indexAfter(directives: readonly Directive[], offset: number): number {
  return partition(directives, (each) => each.end <= offset);
}

/** The first directive that starts at or after the offset. */
function indexStarting(directives: readonly Directive[], offset: number): number {
  return partition(directives, (each) => each.start < offset);
}

function partition(
  directives: readonly Directive[],
  isBefore: (each: Directive) => boolean,
): number {
  let low = 0;
  let high = directives.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const each = directives[middle];
    if (each !== undefined && isBefore(each)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
