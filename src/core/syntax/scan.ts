import type { Problems } from "./problems.ts";
import { fitsInBytes } from "./utf8.ts";
import { unescaped } from "./unescape.ts";
import { luaBodyEnd } from "./lua.ts";
import { tagged } from "./opaque.ts";
import type { TokenKind, Word } from "./tree.ts";

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const HASH = 0x23;
const DOLLAR = 0x24;
const SINGLE_QUOTE = 0x27;
const CLOSE_PARENTHESIS = 0x29;
const SEMICOLON = 0x3b;
const BACKSLASH = 0x5c;
const SMALL_K = 0x6b;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const BYTE_ORDER_MARK = 0xfeff;

/** Bytes in nginx's read buffer (NGX_CONF_BUFFER in ngx_conf_file.c). */
const BUFFER_BYTES = 4096;

/** No text shorter than this, in UTF-16 units, can fill the buffer: a unit is at most three bytes. */
const FEWEST_UNITS_TO_FILL_BUFFER = Math.floor(BUFFER_BYTES / 3);

const LUA_BLOCK_SUFFIX = "_by_lua_block";

/**
 * Reads one token after the other the way nginx does (ngx_conf_read_token in ngx_conf_file.c, the
 * same in 1.22 and 1.31). White space is not reported: it is what lies between two tokens.
 *
 * The scanner itself describes the current token, so that reading allocates nothing.
 */
export class Scanner {
  readonly text: string;
  readonly #problems: Problems;

  kind: Exclude<TokenKind, "space"> | "end" = "end";
  start = 0;
  end = 0;

  /** Of the current word: its quote, and where the text between the quotes starts and ends. */
  quote: Word["quote"] = "";
  contentStart = 0;
  contentEnd = 0;
  #hasBackslash = false;
  /** Whether a quote is missing or one too many, so that where it should end is a guess. */
  #isCut = false;

  #inDirective = false;
  #luaBlockNamed = false;
  #luaBodyNext = false;

  constructor(text: string, problems: Problems) {
    this.text = text;
    this.#problems = problems;
    if (text.charCodeAt(0) === BYTE_ORDER_MARK) {
      this.end = 1;
      problems.report(
        "byte-order-mark",
        0,
        1,
        "unknown directive: the file starts with a byte order mark, which nginx takes for a part of the first name",
      );
    }
  }

  /** Moves to the next token and returns its kind; `end` at the end of the text, again and again. */
  next(): Scanner["kind"] {
    if (this.#luaBodyNext) {
      return this.#luaBody();
    }
    const text = this.text;
    const length = text.length;
    let at = this.end;
    while (at < length && isSpace(text.charCodeAt(at))) {
      at++;
    }
    this.start = at;
    if (at >= length) {
      this.end = length;
      return (this.kind = "end");
    }
    this.#isCut = false;
    const code = text.charCodeAt(at);
    switch (code) {
      case SEMICOLON:
        this.#inDirective = false;
        this.#luaBlockNamed = false;
        this.end = at + 1;
        return (this.kind = "semicolon");
      case OPEN_BRACE:
        this.#inDirective = false;
        this.#luaBodyNext = this.#luaBlockNamed;
        this.#luaBlockNamed = false;
        this.end = at + 1;
        return (this.kind = "open");
      case CLOSE_BRACE:
        this.#inDirective = false;
        this.#luaBlockNamed = false;
        this.end = at + 1;
        return (this.kind = "close");
      case HASH:
        return this.#comment();
      case DOUBLE_QUOTE:
        this.#quoted(DOUBLE_QUOTE, '"');
        break;
      case SINGLE_QUOTE:
        this.#quoted(SINGLE_QUOTE, "'");
        break;
      default:
        this.#bare();
    }
    if (text.charCodeAt(this.contentEnd - 1) === SMALL_K) {
      this.#noticeLuaBlock();
    }
    this.#inDirective = true;
    return (this.kind = "word");
  }

  /** What nginx keeps of the current word; something unknown where a quote is missing or one too many. */
  value(): string {
    if (this.#isCut) {
      return tagged(this.text.slice(this.start, this.end));
    }
    const content = this.text.slice(this.contentStart, this.contentEnd);
    return this.#hasBackslash ? unescaped(content) : content;
  }

  #luaBody(): "lua" {
    this.#luaBodyNext = false;
    this.start = this.end;
    this.end = luaBodyEnd(this.text, this.start);
    return (this.kind = "lua");
  }

  #comment(): "comment" {
    const lineFeed = this.text.indexOf("\n", this.start);
    this.end = lineFeed === -1 ? this.text.length : lineFeed;
    this.quote = "";
    this.#checkLength(this.start, this.end);
    return (this.kind = "comment");
  }

  #bare(): void {
    const text = this.text;
    const length = text.length;
    let hasBackslash = false;
    let at = this.start;
    scan: for (; at < length; at++) {
      switch (text.charCodeAt(at)) {
        case SPACE:
        case TAB:
        case CARRIAGE_RETURN:
        case LINE_FEED:
        case SEMICOLON:
        case OPEN_BRACE:
          break scan;
        case BACKSLASH:
          hasBackslash = true;
          at++;
          break;
        case DOLLAR:
          // Braces directly after a $ are part of the word: that is how ${name} is read.
          while (text.charCodeAt(at + 1) === OPEN_BRACE) {
            at++;
          }
          break;
        default:
      }
    }
    const end = Math.min(at, length);
    this.end = end;
    this.quote = "";
    this.contentStart = this.start;
    this.contentEnd = end;
    this.#hasBackslash = hasBackslash;
    this.#checkLength(this.start, isSpace(text.charCodeAt(end)) ? end + 1 : end);
  }

  /**
   * A quoted word ends at its quote, on whatever line. Where nginx gives up on it and it was not
   * closed on its first line, the closing quote was most likely forgotten there: the word then ends
   * with that line, so that what follows is still read.
   */
  #quoted(quoteCode: number, quote: '"' | "'"): void {
    const text = this.text;
    const content = this.start + 1;
    let limit = text.length;
    let firstLineEnd = -1;
    let hasBackslash = false;
    let at = content;
    for (; at < limit; at++) {
      let code = text.charCodeAt(at);
      if (code === quoteCode) {
        break;
      }
      if (code === BACKSLASH) {
        hasBackslash = true;
        at++;
        code = text.charCodeAt(at);
      }
      if (code === LINE_FEED && firstLineEnd === -1) {
        firstLineEnd = at;
        limit = Math.min(limit, content + BUFFER_BYTES);
      }
    }
    this.quote = quote;
    this.contentStart = content;
    this.#hasBackslash = hasBackslash;

    if (at >= limit) {
      const reason = fitsInBytes(text, content, text.length, BUFFER_BYTES)
        ? 'unexpected end of file, expecting ";" or "}"'
        : tooLongQuoted(quote);
      this.#unterminated(quote, firstLineEnd, reason);
      return;
    }
    const after = at + 1;
    const next = text.charCodeAt(after);
    const legal = after === text.length || mayFollowQuote(next);
    if (!legal && firstLineEnd !== -1) {
      this.#unterminated(quote, firstLineEnd, `unexpected "${characterAt(text, after)}"`);
      return;
    }
    this.end = after;
    this.contentEnd = at;
    this.#checkLength(content, isSpace(next) ? after + 1 : after);
    // A closing brace here is a missing semicolon, which the parser reports.
    if (!legal && next !== CLOSE_BRACE) {
      this.#isCut = true;
      const found = characterAt(text, after);
      this.#problems.report(
        "unexpected-character",
        after,
        after + found.length,
        `unexpected "${found}", expecting a space, ";" or "{" after the closing ${quote}`,
      );
    }
  }

  #unterminated(quote: '"' | "'", firstLineEnd: number, reason: string): void {
    const { text, start } = this;
    let end = trimmedEnd(text, start + 1, firstLineEnd === -1 ? text.length : firstLineEnd);
    const last = text.charCodeAt(end - 1);
    const before = text.charCodeAt(end - 2);
    if (end > start + 1 && (last === SEMICOLON || (last === OPEN_BRACE && before !== DOLLAR))) {
      end = trimmedEnd(text, start + 1, end - 1);
    }
    this.end = end;
    this.contentEnd = end;
    this.#isCut = true;
    this.#problems.report(
      "unterminated-quote",
      start,
      start + 1,
      `${reason}: expecting a closing ${quote} on this line`,
    );
  }

  /**
   * nginx keeps a word or comment line in its buffer from its first byte (`from`) until it has read
   * the byte with which the next one begins or the directive ends (`until`). It gives up when the
   * buffer is full before that and the file has more.
   */
  #checkLength(from: number, until: number): void {
    if (until - from >= FEWEST_UNITS_TO_FILL_BUFFER) {
      this.#reportIfTooLong(from, until);
    }
  }

  #reportIfTooLong(from: number, until: number): void {
    const text = this.text;
    const room = until < text.length ? BUFFER_BYTES - 1 : BUFFER_BYTES;
    if (fitsInBytes(text, from, until, room)) {
      return;
    }
    const { quote, contentEnd } = this;
    const reason =
      quote === "" || fitsInBytes(text, from, contentEnd, BUFFER_BYTES - 1)
        ? `too long parameter "${text.slice(from, from + 10)}..." started`
        : tooLongQuoted(quote);
    this.#problems.report(
      "too-long",
      this.start,
      this.end,
      `${reason}, expecting its end within ${BUFFER_BYTES} bytes`,
    );
  }

  /**
   * A `{` after a directive with such a name opens Lua. The name also counts where it is first on
   * its line: then the `;` before it is missing, and its body must not be read as directives.
   */
  #noticeLuaBlock(): void {
    const { text, contentStart, contentEnd } = this;
    const suffix = contentEnd - LUA_BLOCK_SUFFIX.length;
    if (
      suffix >= contentStart &&
      text.startsWith(LUA_BLOCK_SUFFIX, suffix) &&
      (!this.#inDirective || isFirstOnLine(text, this.start))
    ) {
      this.#luaBlockNamed = true;
    }
  }
}

/** Whether only blanks stand between the line's start and the offset. */
export function isFirstOnLine(text: string, offset: number): boolean {
  let at = offset - 1;
  while (at >= 0 && text.charCodeAt(at) !== LINE_FEED && isSpace(text.charCodeAt(at))) {
    at--;
  }
  return at < 0 || text.charCodeAt(at) === LINE_FEED;
}

function isSpace(code: number): boolean {
  return code === SPACE || code === LINE_FEED || code === TAB || code === CARRIAGE_RETURN;
}

function mayFollowQuote(code: number): boolean {
  return code === SEMICOLON || isSpace(code) || code === OPEN_BRACE || code === CLOSE_PARENTHESIS;
}

function trimmedEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(text.charCodeAt(at - 1))) {
    at--;
  }
  return at;
}

function tooLongQuoted(quote: string): string {
  return `too long parameter, probably missing terminating "${quote}" character`;
}

function characterAt(text: string, offset: number): string {
  return String.fromCodePoint(text.codePointAt(offset) ?? 0);
}
