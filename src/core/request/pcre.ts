/** A PCRE as the other engine reads the same in it. */
export interface Translation {
  readonly source: string;
  /** A `$` may match before a last line feed in PCRE, and only there do the engines differ. */
  readonly hasDollar: boolean;
}

/**
 * Writes a PCRE so that an engine of RE2's grammar reads the same in it: names of groups in its own way. Undefined where it
 * would read something else: look-around, back-references, escapes of PCRE's own.
 */
export function translate(pcre: string): Translation | undefined {
  const translator = new Translator(pcre);
  return translator.run()
    ? { source: translator.source, hasDollar: translator.hasDollar }
    : undefined;
}

/** Escapes that mean the same to both engines, beside punctuation. */
const sharedEscapes = /^[dDwWsSbBAzEtnrfa]$/;
const punctuation = /^[\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e ]$/;

class Translator {
  readonly #pcre: string;
  #at = 0;
  #inClass = false;
  /** For each group that is open, whether it captures. */
  readonly #open: boolean[] = [];
  source = "";
  hasDollar = false;

  constructor(pcre: string) {
    this.#pcre = pcre;
  }

  /** Whether all of it could be written. */
  run(): boolean {
    while (this.#at < this.#pcre.length) {
      if (!this.#one(this.#pcre[this.#at] ?? "")) {
        return false;
      }
    }
    return true;
  }

  /** Translates what begins here; false where that cannot be done. */
  #one(character: string): boolean {
    if (character === "\\") {
      return this.#escape();
    }
    if (this.#inClass) {
      return this.#classMember(character);
    }
    switch (character) {
      case "[":
        return this.#classStart();
      case "(":
        return this.#groupStart();
      case ")":
        return this.#groupEnd();
      default:
        this.hasDollar ||= character === "$";
        return this.#write(character);
    }
  }

  #write(text: string, length = text.length): true {
    this.source += text;
    this.#at += length;
    return true;
  }

  #escape(): boolean {
    const next = this.#pcre[this.#at + 1] ?? "";
    const digits = this.#pcre.slice(this.#at + 2, this.#at + 4);
    const isByte = next === "x" && /^[0-9a-f]{2}/i.test(digits);
    const isShared = punctuation.test(next) || isByte || sharedEscapes.test(next);
    const isAssertion = this.#inClass && /[bBAz]/.test(next);
    return isShared && !isAssertion && this.#write(`\\${next}`);
  }

  #classStart(): true {
    const opening = /^\[\^?\]?/.exec(this.#pcre.slice(this.#at, this.#at + 3))?.[0] ?? "[";
    this.#inClass = true;
    // A bracket that comes first is a member.
    const written = opening.endsWith("]") ? `${opening.slice(0, -1)}\\]` : opening;
    return this.#write(written, opening.length);
  }

  #classMember(character: string): boolean {
    const isNamed = character === "[" && /^\[[:.=]/.test(this.#pcre.slice(this.#at, this.#at + 2));
    if (!isNamed) {
      this.#inClass = character !== "]";
      return this.#write(character);
    }
    const end = this.#pcre.indexOf(":]", this.#at + 2);
    const isPosix = this.#pcre[this.#at + 1] === ":" && end >= 0;
    return isPosix && this.#write(this.#pcre.slice(this.#at, end + 2));
  }

  #groupStart(): true {
    if (this.#pcre[this.#at + 1] !== "?") {
      this.#open.push(true);
      return this.#write("(");
    }
    const start = this.#pcre.slice(this.#at, this.#at + 80);
    const named = /^\(\?P?(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/.exec(start);
    this.#open.push(named !== null);
    return named === null
      ? this.#write("(")
      : this.#write(`(?P<${named[1] ?? named[2] ?? ""}>`, named[0].length);
  }

  #groupEnd(): boolean {
    // What a group holds that is repeated and may be empty is told differently.
    const isRepeated = /[*+{]/.test(this.#pcre[this.#at + 1] ?? "");
    const mayBeEmpty = /[*?}|(]/.test(this.#pcre[this.#at - 1] ?? "");
    const captures = this.#open.pop() === true;
    return !(captures && isRepeated && mayBeEmpty) && this.#write(")");
  }
}
