import { tooManyWords, missingSemicolon, unclosed, Problems } from "./problems.ts";
import { blockOf, indentOf, type Unfinished, type OpenBrace } from "./open-brace.ts";
import { isFirstOnLine, Scanner } from "./scan.ts";
import type { Block, Directive, Grammar, Span, SyntaxTree, Word } from "./tree.ts";

/** nginx itself has no limit; sixty nested locations are fine. */
const DEEPEST_BLOCK = 512;

/** Where more braces have no counterpart, the indentation is not asked. */
const MOST_UNBALANCED = 10;

/** Blocks whose lines are no directives but a word and what it stands for, and nothing more. */
const tables: ReadonlySet<string> = new Set(["map", "geo"]);

/**
 * Parses nginx configuration text.
 *
 * Never throws, whatever the text: what nginx would refuse is in `problems`, at most the first
 * thousand, in order of their place. Takes time in proportion to the text's length.
 *
 * Recovers so that one mistake does not hide what follows: an unclosed quote ends with its line, a
 * missing `;` is seen before `}`, and, where `grammar` knows the directives, before a directive that
 * begins a line, and so is a missing `{`. Where a `}` is missing or one too many, the indentation says
 * which, if it says so of as many as there are.
 */
export function parse(text: string, grammar?: Grammar): SyntaxTree {
  const parser = new Parser(text, grammar ?? null, false);
  const tree = parser.parse();
  if (grammar === undefined || parser.unbalanced === 0 || parser.unbalanced > MOST_UNBALANCED) {
    return tree;
  }
  const guided = new Parser(text, grammar, true);
  const likely = guided.parse();
  return guided.unbalanced === parser.unbalanced ? likely : tree;
}

class Parser {
  readonly #text: string;
  readonly #grammar: Grammar | null;
  readonly #problems = new Problems();
  readonly #scanner: Scanner;
  readonly #byIndent: boolean;

  /** How many braces have no counterpart. */
  unbalanced = 0;

  readonly #comments: Span[] = [];
  readonly #open: OpenBrace[] = [];
  readonly #topLevel: Directive[] = [];
  /** The directives of the innermost open block. */
  #directives: Directive[] = this.#topLevel;

  /** The name of the directive being read, once that was read. */
  #name: Word | null = null;
  /** Its parameters so far are the first of these: each in an array that grows would take the room of many. */
  readonly #words: Word[] = [];
  #parameterCount = 0;

  /** @param byIndent whether the indentation says where a `}` is missing or one too many */
  constructor(text: string, grammar: Grammar | null, byIndent: boolean) {
    this.#text = text;
    this.#grammar = grammar;
    this.#byIndent = byIndent;
    this.#scanner = new Scanner(text, this.#problems);
  }

  parse(): SyntaxTree {
    const scanner = this.#scanner;
    for (let kind = scanner.next(); kind !== "end"; kind = scanner.next()) {
      switch (kind) {
        case "word":
          this.#word();
          break;
        case "semicolon":
          this.#semicolon();
          break;
        case "open":
          this.#openBrace();
          break;
        case "close":
          this.#closeBrace();
          break;
        case "lua":
          this.#luaBody();
          break;
        case "comment":
          this.#comments.push(this.#span());
          break;
      }
    }
    this.#endOfFile();
    const problems = this.#problems.list.toSorted((a, b) => a.start - b.start);
    return { text: this.#text, directives: this.#topLevel, comments: this.#comments, problems };
  }

  #span(): Span {
    return { start: this.#scanner.start, end: this.#scanner.end };
  }

  #word(): void {
    const { start, end, quote } = this.#scanner;
    const word: Word = { start, end, value: this.#scanner.value(), quote };
    if (this.#name === null) {
      if (this.#byIndent) {
        this.#closeDeeper((indent, own) => indent.startsWith(own));
      }
      this.#name = word;
      this.#parameterCount = 0;
    } else {
      this.#words[this.#parameterCount++] = word;
    }
  }

  #semicolon(): void {
    const semicolon = this.#span();
    if (this.#name === null) {
      const message = 'unexpected ";", expecting a directive';
      this.#problems.report("unexpected-semicolon", semicolon.start, semicolon.end, message);
      return;
    }
    const directive = this.#directive(this.#name, ";");
    directive.semicolon = semicolon;
    directive.end = semicolon.end;
  }

  #openBrace(): void {
    const open = this.#span();
    if (this.#open.length >= DEEPEST_BLOCK) {
      const message = `blocks are nested more than ${DEEPEST_BLOCK} deep: what is in this one is not read`;
      this.#problems.report("too-deep", open.start, open.end, message);
      this.#tooDeepBlock(open);
      return;
    }
    if (this.#name === null) {
      const message = 'unexpected "{", expecting a directive before it';
      this.#problems.report("unexpected-brace", open.start, open.end, message);
      this.#open.push({ opened: null, outer: this.#directives, indent: null });
      return;
    }
    this.#openBlock(this.#directive(this.#name, "{"), open);
  }

  #openBlock(directive: Unfinished<Directive>, open: Span): void {
    const directives: Directive[] = [];
    const block: Block = blockOf(open, directives);
    directive.block = block;
    const indent = this.#byIndent ? indentOf(this.#text, directive.start) : null;
    this.#open.push({ opened: { directive, block }, outer: this.#directives, indent });
    this.#directives = directives;
  }

  #tooDeepBlock(open: Span): void {
    const scanner = this.#scanner;
    let depth = 1;
    while (depth > 0 && scanner.next() !== "end") {
      if (scanner.kind === "open") {
        depth++;
      } else if (scanner.kind === "close") {
        depth--;
      } else if (scanner.kind === "comment") {
        this.#comments.push(this.#span());
      }
    }
    if (this.#name !== null) {
      const { end } = scanner;
      const close = depth === 0 ? this.#span() : null;
      const directive = this.#directive(this.#name, "{");
      directive.block = { ...blockOf(open, []), end, close };
      directive.end = end;
    }
  }

  #closeBrace(): void {
    const close = this.#span();
    if (this.#name !== null) {
      this.#missingSemicolon(this.#directive(this.#name, "}"), 'unexpected "}"');
    }
    if (this.#byIndent) {
      this.#closeDeeper((indent, own) => indent !== own && indent.startsWith(own));
    }
    const brace = this.#isOneTooMany(close) ? undefined : this.#open.pop();
    if (brace === undefined) {
      const message = 'unexpected "}", expecting a directive or the end of the file';
      this.#problems.report("unexpected-brace", close.start, close.end, message);
      this.unbalanced++;
      return;
    }
    this.#directives = brace.outer;
    if (brace.opened !== null) {
      const { directive, block } = brace.opened;
      block.close = close;
      block.end = close.end;
      directive.end = close.end;
    }
  }

  /** Whether a `}` stands deeper in the line than the block that it would close. */
  #isOneTooMany(close: Span): boolean {
    const indent = this.#open.at(-1)?.indent ?? null;
    const own = this.#byIndent ? indentOf(this.#text, close.start) : null;
    return indent !== null && own !== null && own !== indent && own.startsWith(indent);
  }

  /** Closes blocks that have no `}` before what begins this line, as far as their indentation says so. */
  #closeDeeper(isOver: (indent: string, own: string) => boolean): void {
    const own = indentOf(this.#text, this.#scanner.start);
    if (own === null) {
      return;
    }
    for (let brace = this.#open.at(-1); brace; brace = this.#open.at(-1)) {
      const { indent, opened, outer } = brace;
      if (indent === null || opened === null || !isOver(indent, own)) {
        return;
      }
      const { directive, block } = opened;
      block.end = (block.directives.at(-1) ?? block.open).end;
      directive.end = block.end;
      this.#unclosed(block);
      this.#open.pop();
      this.#directives = outer;
    }
  }

  #unclosed(block: Block): void {
    const { start, end } = block.open;
    this.#problems.report("unexpected-end", start, end, unclosed(block));
    this.unbalanced++;
  }

  #luaBody(): void {
    const opened = this.#open.at(-1)?.opened;
    if (opened) {
      opened.block.lua = this.#span();
    }
  }

  #endOfFile(): void {
    const text = this.#text;
    if (this.#name !== null) {
      const { start, end } = this.#directive(this.#name, "");
      const message = 'unexpected end of file, expecting ";" or "}"';
      this.#problems.report("unexpected-end", start, end, message);
    }
    const unclosed = this.#open.flatMap(({ opened }) => opened ?? []);
    for (const { directive, block } of unclosed) {
      block.end = text.length;
      directive.end = text.length;
    }
    const innermost = unclosed.at(-1);
    if (innermost !== undefined) {
      this.#unclosed(innermost.block);
      this.unbalanced += unclosed.length - 1;
    }
  }

  /**
   * Adds the directive that was read, without its end, to the innermost block. Where a `;` or `{` is
   * missing in it, these are several, and the last one is returned.
   */
  #directive(name: Word, before: ";" | "{" | "}" | ""): Unfinished<Directive> {
    const grammar = this.#grammar;
    const parameters = this.#words.slice(0, this.#parameterCount);
    this.#name = null;
    const mayBeSeveral =
      grammar !== null &&
      parameters.length > 0 &&
      (parameters.length > this.#mostOf(name, grammar) ||
        (before === "{" && grammar.opensBlock(name.value) === "never") ||
        ((name.value === "server" || name.value === "if") &&
          parameters.some(({ start }) => isFirstOnLine(this.#text, start))));
    return mayBeSeveral
      ? this.#split(name, parameters, before === "{", grammar)
      : this.#add(name, parameters);
  }

  #mostOf(name: Word, grammar: Grammar): number {
    return this.#table() !== null ? 1 : (grammar.maxParameters(name.value) ?? Infinity);
  }

  /** The name of the innermost block, where its lines are no directives. */
  #table(): string | null {
    const name = this.#open.at(-1)?.opened?.directive.name.value;
    return name !== undefined && tables.has(name) ? name : null;
  }

  #add(name: Word, parameters: Word[]): Unfinished<Directive> {
    const end = (parameters.at(-1) ?? name).end;
    const directive = { start: name.start, end, name, parameters, block: null, semicolon: null };
    this.#directives.push(directive);
    return directive;
  }

  /**
   * What begins a line like a directive ends one that has too many parameters or, before a `{`, no
   * block; it stands in the block of one that should have opened it.
   */
  #split(
    firstName: Word,
    words: readonly Word[],
    hasBlock: boolean,
    grammar: Grammar,
  ): Unfinished<Directive> {
    let name = firstName;
    let first = 0;
    for (const [index, word] of words.entries()) {
      if (!isFirstOnLine(this.#text, word.start)) {
        continue;
      }
      const own = words.slice(first, index);
      const opens = this.#shouldOpen(name, own, grammar);
      const endsInBlock = hasBlock && grammar.opensBlock(name.value) === "never";
      const isOver = endsInBlock || words.length - first > this.#mostOf(name, grammar);
      const mayBegin =
        this.#table() !== null || (opens && tables.has(name.value))
          ? own.length > 0
          : grammar.maxParameters(word.value) !== undefined;
      if (!mayBegin || !(opens || isOver)) {
        continue;
      }
      const directive = this.#add(name, own);
      if (opens) {
        const { start, end } = directive;
        const message = `directive "${name.value}" has no opening "{"`;
        this.#problems.report("missing-brace", start, end, message);
        this.#openBlock(directive, { start: end, end });
      } else {
        this.#missingSemicolon(directive, tooManyWords(name.value, this.#table(), endsInBlock));
      }
      name = word;
      first = index + 1;
    }
    return this.#add(name, words.slice(first));
  }

  /** Whether a `{` is missing behind these words, where a directive follows them. */
  #shouldOpen(name: Word, parameters: readonly Word[], grammar: Grammar): boolean {
    const isNone =
      this.#table() !== null ||
      this.#open.length >= DEEPEST_BLOCK ||
      name.value.endsWith("_by_lua_block");
    const opens = isNone ? "never" : grammar.opensBlock(name.value);
    return opens === "always" || (opens === "somewhere" && parameters.length === 0);
  }

  #missingSemicolon(directive: Directive, cause: string): void {
    const message = missingSemicolon(directive, cause, this.#text);
    this.#problems.report("missing-semicolon", directive.start, directive.end, message);
  }
}
