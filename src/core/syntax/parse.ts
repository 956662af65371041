import { isFirstOnLine, Problems, Scanner } from "./scan.ts";
import type { Block, Directive, Grammar, Span, SyntaxTree, Word } from "./tree.ts";

/** nginx itself has no limit; sixty nested locations are fine. */
const DEEPEST_BLOCK = 512;

/** How much of a word a message repeats, in UTF-16 units. */
const LONGEST_QUOTATION = 60;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface OpenBlock {
  readonly directive: Writable<Directive>;
  readonly block: Writable<Block>;
}

/** A `{` whose `}` is still to come. */
interface OpenBrace {
  /** Null where no directive precedes the brace: then its content counts as the outer block's. */
  readonly opened: OpenBlock | null;
  /** Where directives go after the `}`. */
  readonly outer: Directive[];
}

/**
 * Parses nginx configuration text.
 *
 * Never throws, whatever the text: what nginx would refuse is in `problems`, at most the first
 * thousand, in order of their place. Takes time in proportion to the text's length.
 *
 * Recovers so that one mistake does not hide what follows: an unclosed quote ends with its line, a
 * missing `;` is seen before `}`, and, where `grammar` knows the directives, before a directive that
 * begins a line.
 */
export function parse(text: string, grammar?: Grammar): SyntaxTree {
  return new Parser(text, grammar ?? null).parse();
}

class Parser {
  private readonly text: string;
  private readonly grammar: Grammar | null;
  private readonly problems = new Problems();
  private readonly scanner: Scanner;

  private readonly comments: Span[] = [];
  private readonly open: OpenBrace[] = [];
  private readonly topLevel: Directive[] = [];
  /** The directives of the innermost open block. */
  private directives: Directive[] = this.topLevel;

  /** The name of the directive being read, once that was read. */
  private name: Word | null = null;
  /** Its parameters so far are the first of these: each in an array that grows would take the room of many. */
  private readonly words: Word[] = [];
  private parameterCount = 0;

  constructor(text: string, grammar: Grammar | null) {
    this.text = text;
    this.grammar = grammar;
    this.scanner = new Scanner(text, this.problems);
  }

  parse(): SyntaxTree {
    const scanner = this.scanner;
    for (let kind = scanner.next(); kind !== "end"; kind = scanner.next()) {
      switch (kind) {
        case "word":
          this.word();
          break;
        case "semicolon":
          this.semicolon();
          break;
        case "open":
          this.openBrace();
          break;
        case "close":
          this.closeBrace();
          break;
        case "lua":
          this.luaBody();
          break;
        case "comment":
          this.comments.push(this.span());
          break;
      }
    }
    this.endOfFile();
    const problems = this.problems.list.toSorted((a, b) => a.start - b.start);
    return { text: this.text, directives: this.topLevel, comments: this.comments, problems };
  }

  private span(): Span {
    return { start: this.scanner.start, end: this.scanner.end };
  }

  private word(): void {
    const { start, end, quote } = this.scanner;
    const word: Word = { start, end, value: this.scanner.value(), quote };
    if (this.name === null) {
      this.name = word;
      this.parameterCount = 0;
    } else {
      this.words[this.parameterCount++] = word;
    }
  }

  private semicolon(): void {
    const semicolon = this.span();
    if (this.name === null) {
      const message = 'unexpected ";", expecting a directive';
      this.problems.report("unexpected-semicolon", semicolon.start, semicolon.end, message);
      return;
    }
    const directive = this.directive(this.name);
    directive.semicolon = semicolon;
    directive.end = semicolon.end;
  }

  private openBrace(): void {
    const open = this.span();
    if (this.open.length >= DEEPEST_BLOCK) {
      const message = `blocks are nested more than ${DEEPEST_BLOCK} deep: what is in this one is not read`;
      this.problems.report("too-deep", open.start, open.end, message);
      this.tooDeepBlock(open);
      return;
    }
    if (this.name === null) {
      const message = 'unexpected "{", expecting a directive before it';
      this.problems.report("unexpected-brace", open.start, open.end, message);
      this.open.push({ opened: null, outer: this.directives });
      return;
    }
    const directives: Directive[] = [];
    const block: Block = {
      start: open.start,
      end: open.end,
      open,
      close: null,
      directives,
      lua: null,
    };
    const directive = this.directive(this.name);
    directive.block = block;
    this.open.push({ opened: { directive, block }, outer: this.directives });
    this.directives = directives;
  }

  private tooDeepBlock(open: Span): void {
    const scanner = this.scanner;
    let depth = 1;
    while (depth > 0 && scanner.next() !== "end") {
      if (scanner.kind === "open") {
        depth++;
      } else if (scanner.kind === "close") {
        depth--;
      } else if (scanner.kind === "comment") {
        this.comments.push(this.span());
      }
    }
    if (this.name !== null) {
      const { end } = scanner;
      const close = depth === 0 ? this.span() : null;
      const directive = this.directive(this.name);
      directive.block = { start: open.start, end, open, close, directives: [], lua: null };
      directive.end = end;
    }
  }

  private closeBrace(): void {
    const close = this.span();
    if (this.name !== null) {
      this.missingSemicolon(this.directive(this.name), 'unexpected "}"');
    }
    const brace = this.open.pop();
    if (brace === undefined) {
      const message = 'unexpected "}", expecting a directive or the end of the file';
      this.problems.report("unexpected-brace", close.start, close.end, message);
      return;
    }
    this.directives = brace.outer;
    if (brace.opened !== null) {
      const { directive, block } = brace.opened;
      block.close = close;
      block.end = close.end;
      directive.end = close.end;
    }
  }

  private luaBody(): void {
    const opened = this.open.at(-1)?.opened;
    if (opened) {
      opened.block.lua = this.span();
    }
  }

  private endOfFile(): void {
    const { text } = this;
    if (this.name !== null) {
      const { start, end } = this.directive(this.name);
      const message = 'unexpected end of file, expecting ";" or "}"';
      this.problems.report("unexpected-end", start, end, message);
    }
    const unclosed = this.open.flatMap(({ opened }) => opened ?? []);
    for (const { directive, block } of unclosed) {
      block.end = text.length;
      directive.end = text.length;
    }
    const innermost = unclosed.at(-1);
    if (innermost !== undefined) {
      const { open, lua } = innermost.block;
      const message =
        lua === null
          ? 'unexpected end of file, expecting "}"'
          : "unexpected end of file, expecting terminating characters for lua code block";
      this.problems.report("unexpected-end", open.start, open.end, message);
    }
  }

  /**
   * Adds the directive that was read, without its end, to the innermost block. Where a `;` is missing
   * in it, these are several, and the last one is returned.
   */
  private directive(name: Word): Writable<Directive> {
    const parameters = this.words.slice(0, this.parameterCount);
    this.name = null;
    if (parameters.length > (this.grammar?.maxParameters(name.value) ?? Infinity)) {
      return this.split(name, parameters);
    }
    return this.add(name, parameters);
  }

  private add(name: Word, parameters: Word[]): Writable<Directive> {
    const end = (parameters.at(-1) ?? name).end;
    const directive = { start: name.start, end, name, parameters, block: null, semicolon: null };
    this.directives.push(directive);
    return directive;
  }

  /** A known directive's name that begins a line ends a directive that has too many parameters. */
  private split(firstName: Word, words: Word[]): Writable<Directive> {
    let name = firstName;
    let first = 0;
    let most = this.grammar?.maxParameters(name.value) ?? Infinity;
    for (const [index, word] of words.entries()) {
      if (words.length - first <= most) {
        break;
      }
      if (isFirstOnLine(this.text, word.start)) {
        const mostOfNext = this.grammar?.maxParameters(word.value);
        if (mostOfNext !== undefined) {
          const cause = `invalid number of arguments in "${name.value}" directive`;
          this.missingSemicolon(this.add(name, words.slice(first, index)), cause);
          name = word;
          first = index + 1;
          most = mostOfNext;
        }
      }
    }
    return this.add(name, words.slice(first));
  }

  private missingSemicolon(directive: Directive, cause: string): void {
    const { start, end, name, parameters } = directive;
    const last = parameters.at(-1) ?? name;
    const after = this.text.slice(last.start, Math.min(last.end, last.start + LONGEST_QUOTATION));
    const ellipsis = last.end > last.start + LONGEST_QUOTATION ? "…" : "";
    const message = `${cause}, expecting ";" after ${after}${ellipsis}`;
    this.problems.report("missing-semicolon", start, end, message);
  }
}
