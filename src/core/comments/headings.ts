import { rememberedOf } from "../basics/collections.ts";
import type { Use } from "../config/level.ts";
import type { Document } from "../repository/document.ts";
import { lastBefore } from "../syntax/find.ts";
import type { Span } from "../syntax/tree.ts";

/** What people write of their own; a comment that holds a directive is one that they switched off. */
const directive = /^#+\s*(?:[a-z_]+\s+\S.*;|[a-z_]+\s.*\{|\})\s*(?:#.*)?$/;

/** The index of the first comment that starts at or after the offset. */
function firstFrom(comments: readonly Span[], offset: number): number {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((comments[middle]?.start ?? 0) < offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** The comments in the lines directly above, without a blank line between, nearest last. */
function commentsAbove(document: Document, offset: number): readonly Span[] {
  const { text, tree } = document;
  const found: Span[] = [];
  let below = offset;
  for (let index = firstFrom(tree.comments, offset) - 1; index >= 0; index -= 1) {
    const comment = tree.comments[index];
    if (comment === undefined || !/^\r?\n?[ \t]*$/.test(text.slice(comment.end, below))) {
      break;
    }
    if (!isAloneInLine(document, comment)) {
      break;
    }
    found.unshift(comment);
    below = lineStart(text, comment.start);
  }
  return found;
}

/** Whether nothing but space stands before the comment in its line. */
export function isAloneInLine({ text }: Document, comment: Span): boolean {
  return /^[\s\uFEFF]*$/.test(text.slice(lineStart(text, comment.start), comment.start));
}

const none: readonly string[] = [];

/** What stands directly above a block. */
export const headingsOf = rememberedOf(({ document, directive }: Use): readonly string[] => {
  const above = commentsAbove(document, directive.start);
  return above.length === 0 ? none : wordsIn(document, above);
});

/** What the author says about a block in words: above it and in it, but not in the blocks within. */
export const remarksOn = rememberedOf((use: Use): readonly string[] => {
  const { document, directive: block } = use;
  const { comments } = document.tree;
  const within: Span[] = [];
  for (let index = firstFrom(comments, block.start); index < comments.length; index += 1) {
    const comment = comments[index];
    if (comment === undefined || comment.start >= block.end) {
      break;
    }
    const around = lastBefore(block.block?.directives ?? [], comment.start);
    if (around?.block == null || comment.start >= around.end) {
      within.push(comment);
    }
  }
  const above = commentsAbove(document, block.start);
  if (above.length + within.length === 0) {
    return none;
  }
  return wordsIn(document, [...above, ...within]);
});

function wordsIn({ text }: Document, comments: readonly Span[]): readonly string[] {
  return comments
    .map(({ start, end }) => text.slice(start, end))
    .filter((remark) => !directive.test(remark.trim()));
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}
