import type { Span, Block, Directive } from "./tree.ts";
import { isFirstOnLine } from "./scan.ts";

export type Unfinished<T> = { -readonly [K in keyof T]: T[K] };

export interface OpenBlock {
  readonly directive: Unfinished<Directive>;
  readonly block: Unfinished<Block>;
}

/** A `{` whose `}` is still to come. */
export interface OpenBrace {
  /** Null where no directive precedes the brace: then its content counts as the outer block's. */
  readonly opened: OpenBlock | null;
  /** Where directives go after the `}`. */
  readonly outer: Directive[];
  /** The blanks before the directive; null where it does not begin its line, and where nobody asks. */
  readonly indent: string | null;
}

/** The blanks before what begins a line; null for what does not. */
export function indentOf(text: string, offset: number): string | null {
  return isFirstOnLine(text, offset)
    ? text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset)
    : null;
}

/** A block that ends where it opens, as long as nothing of it was read. */
export function blockOf(open: Span, directives: Block["directives"]): Block {
  return { start: open.start, end: open.end, open, close: null, directives, lua: null };
}
