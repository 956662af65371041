const LINE_FEED = 0x0a;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const MINUS = 0x2d;
const EQUALS = 0x3d;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Finds the `}` that ends the body of a `*_by_lua_block`.
 *
 * Braces in strings, long strings and comments do not count. Measured on lua-nginx-module 0.10.23: a
 * quoted string never reaches over a line feed, not even after a backslash; a quote without its
 * partner on the same line is an ordinary character, and braces after it count.
 *
 * @param start The offset after the `{`.
 * @returns The offset of the `}`, or the text's length where there is none.
 */
export function luaBodyEnd(text: string, start: number): number {
  const length = text.length;
  let depth = 1;
  // No string that a quote of this kind opens before these offsets is closed on its line.
  let unpairedDoubleUntil = start;
  let unpairedSingleUntil = start;
  let at = start;
  while (at < length) {
    switch (text.charCodeAt(at)) {
      case OPEN_BRACE:
        depth++;
        at++;
        break;
      case CLOSE_BRACE:
        depth--;
        if (depth === 0) {
          return at;
        }
        at++;
        break;
      case DOUBLE_QUOTE:
        if (at >= unpairedDoubleUntil) {
          const end = stringEnd(text, at, DOUBLE_QUOTE);
          if (end > 0) {
            at = end;
            break;
          }
          unpairedDoubleUntil = -end;
        }
        at++;
        break;
      case SINGLE_QUOTE:
        if (at >= unpairedSingleUntil) {
          const end = stringEnd(text, at, SINGLE_QUOTE);
          if (end > 0) {
            at = end;
            break;
          }
          unpairedSingleUntil = -end;
        }
        at++;
        break;
      case OPEN_BRACKET:
        at = longBracketEnd(text, at) ?? at + 1;
        break;
      case MINUS:
        at = text.charCodeAt(at + 1) === MINUS ? commentEnd(text, at + 2) : at + 1;
        break;
      default:
        at++;
    }
  }
  return length;
}

/** The offset after the closing quote, or minus the offset at which the line ends without one. */
function stringEnd(text: string, open: number, quote: number): number {
  const length = text.length;
  let at = open + 1;
  for (; at < length; at++) {
    let code = text.charCodeAt(at);
    if (code === quote) {
      return at + 1;
    }
    if (code === BACKSLASH) {
      at++;
      code = text.charCodeAt(at);
    }
    if (code === LINE_FEED) {
      return -at;
    }
  }
  return -length;
}

function commentEnd(text: string, start: number): number {
  const end = longBracketEnd(text, start);
  if (end !== null) {
    return end;
  }
  const lineFeed = text.indexOf("\n", start);
  return lineFeed === -1 ? text.length : lineFeed + 1;
}

/**
 * The offset after `[[…]]`, `[=[…]=]` and so on (the text's length where it is not closed), or null
 * where no long bracket opens.
 */
function longBracketEnd(text: string, start: number): number | null {
  if (text.charCodeAt(start) !== OPEN_BRACKET) {
    return null;
  }
  let open = start + 1;
  while (text.charCodeAt(open) === EQUALS) {
    open++;
  }
  if (text.charCodeAt(open) !== OPEN_BRACKET) {
    return null;
  }
  const close = `]${text.slice(start + 1, open)}]`;
  const end = text.indexOf(close, open + 1);
  return end === -1 ? text.length : end + close.length;
}
