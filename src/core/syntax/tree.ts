/** A half-open range of UTF-16 offsets into one text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * `lua` is the body of a `*_by_lua_block`, which lua-nginx-module reads with a lexer of its own.
 * `word` includes its quotes. `space` is what stands between other tokens: space, tab, CR, LF, and a
 * byte order mark at the start of the text.
 */
export type TokenKind = "space" | "comment" | "word" | "semicolon" | "open" | "close" | "lua";

/** Tokens touch each other and cover the text: their texts joined are the text. */
export interface Token extends Span {
  readonly kind: TokenKind;
}

/** A directive's name or one of its parameters. The span includes the quotes. */
export interface Word extends Span {
  /** What nginx keeps of it: quotes removed, `\"` `\'` `\\` `\t` `\r` `\n` replaced. Variables are not expanded. */
  readonly value: string;
  readonly quote: "" | '"' | "'";
}

/**
 * A simple directive, or a block directive when `block` is there. The span ends after `;` or `}`; where
 * these are missing, with the last word or, for a block, with the text.
 */
export interface Directive extends Span {
  readonly name: Word;
  readonly parameters: readonly Word[];
  readonly block: Block | null;
  /** The `;`, or null for a block directive and where it is missing. */
  readonly semicolon: Span | null;
}

/** From `{` to `}`; where `}` is missing, to the end of what it holds. */
export interface Block extends Span {
  /** Empty, behind what should precede it, where it is missing. */
  readonly open: Span;
  /** Null where it is missing. */
  readonly close: Span | null;
  readonly directives: readonly Directive[];
  /** The body of a `*_by_lua_block`, possibly empty; such a block has no directives. */
  readonly lua: Span | null;
}

/**
 * What the parser says about text that nginx would refuse (and, `too-deep`, about blocks it does not
 * follow nginx into).
 *
 * The span is the character at fault, except: `missing-semicolon` and `missing-brace` the directive's own words;
 * `unexpected-end` those of the unfinished directive, or the `{` of the unclosed block;
 * `unterminated-quote` the opening quote; `too-long` the word or comment.
 */
export interface SyntaxProblem extends Span {
  readonly code:
    | "unexpected-character"
    | "unexpected-brace"
    | "unexpected-semicolon"
    | "unexpected-end"
    | "missing-semicolon"
    | "missing-brace"
    | "unterminated-quote"
    | "too-long"
    | "byte-order-mark"
    | "too-deep";
  /** Begins with nginx's own message, where it has one. */
  readonly message: string;
}

export interface SyntaxTree {
  readonly text: string;
  readonly directives: readonly Directive[];
  /** Spans from `#` to before the line feed, in order. */
  readonly comments: readonly Span[];
  /** Ordered by where they start; no more than a thousand. */
  readonly problems: readonly SyntaxProblem[];
}

/** What the parser must know of nginx's directives to see that a `;` or `{` is missing. */
export interface Grammar {
  /** The most parameters that the directive takes; undefined where the name is not a known directive. */
  maxParameters(name: string): number | undefined;
  /** Whether a block follows the directive: wherever it may stand, only somewhere, or never; undefined as above. */
  opensBlock(name: string): "always" | "somewhere" | "never" | undefined;
}
