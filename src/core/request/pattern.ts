import { RE2JS } from "re2js";
import { isOpaque } from "../syntax/opaque.ts";

/** What a match gave: each group's text by number (0 is the whole match) and by name in lower case. */
export type Groups = ReadonlyMap<string, string>;

/**
 * A regular expression of the configuration, run by an engine that takes linear time. What PCRE knows and this engine
 * does not (look-around, back-references, atomic groups) has no pattern: then the match is unknown.
 */
export interface Pattern {
  /** The groups, null where it does not match, undefined where the two engines could differ on this text. */
  match(text: string): Groups | null | undefined;
}

const compiled = new Map<string, Pattern | undefined>();

/** At most this many patterns are kept compiled. */
const MOST_COMPILED = 5000;

/** Compiles a PCRE as nginx would; `caseless` for `~*`. Undefined where its meaning is out of reach. */
export function compilePattern(source: string, caseless: boolean): Pattern | undefined {
  const key = `${caseless ? "i" : "s"}${source}`;
  if (!compiled.has(key)) {
    if (compiled.size >= MOST_COMPILED) {
      compiled.clear();
    }
    compiled.set(key, compile(source, caseless));
  }
  return compiled.get(key);
}

function compile(source: string, caseless: boolean): Pattern | undefined {
  if (isOpaque(source)) {
    return undefined;
  }
  const translated = translate(bytes(source));
  if (translated === undefined) {
    return undefined;
  }
  let expression: RE2JS;
  try {
    expression = RE2JS.compile(translated.source, caseless ? RE2JS.CASE_INSENSITIVE : 0);
  } catch {
    return undefined;
  }
  const names = Object.entries(expression.namedGroups());
  const folds = caseless || /\(\?[a-zA-Z]*i/.test(source);
  return {
    match(text) {
      const subject = bytes(text);
      if (
        (translated.hasDollar && subject.endsWith("\n")) ||
        subject.includes("\u000b") ||
        (folds && /[\u0080-\u00ff]/.test(subject + source))
      ) {
        return undefined;
      }
      const matcher = expression.matcher(subject);
      if (!matcher.find()) {
        return null;
      }
      const groups = new Map<string, string>();
      for (let group = 0; group <= matcher.groupCount(); group++) {
        groups.set(String(group), fromBytes(matcher.group(group) ?? ""));
      }
      for (const [name, group] of names) {
        groups.set(name.toLowerCase(), fromBytes(matcher.group(group) ?? ""));
      }
      return groups;
    },
  };
}

/** Escapes that mean the same to both engines, beside punctuation. */
const sharedEscapes = /^[dDwWsSbBAzQEtnrfa]$/;

/**
 * Writes a PCRE so that the other engine reads the same in it: names of groups in its own way, escapes that it would
 * read otherwise refused. `hasDollar`: a `$` may match before a last line feed in PCRE, and only there do they differ.
 */
function translate(pcre: string): { source: string; hasDollar: boolean } | undefined {
  let source = "";
  let hasDollar = false;
  let inClass = false;
  /** For each group that is open, whether it captures. */
  const open: boolean[] = [];
  for (let at = 0; at < pcre.length; at++) {
    const character = pcre[at] ?? "";
    if (character === "\\") {
      const next = pcre[++at] ?? "";
      const isPunctuation = /^[\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e ]$/.test(next);
      const isByte = next === "x" && /^[0-9a-f]{2}/i.test(pcre.slice(at + 1, at + 3));
      if (!isPunctuation && !isByte && !sharedEscapes.test(next)) {
        return undefined;
      }
      if (next === "Q" || (inClass && /[bBAz]/.test(next))) {
        return undefined;
      }
      source += character + next;
    } else if (inClass) {
      if (character === "[" && /^\[[:.=]/.test(pcre.slice(at))) {
        const end = pcre.indexOf(":]", at + 2);
        if (pcre[at + 1] !== ":" || end < 0) {
          return undefined;
        }
        source += pcre.slice(at, end + 2);
        at = end + 1;
        continue;
      }
      inClass = character !== "]";
      source += character;
    } else if (character === "[") {
      const opening = /^\[\^?\]?/.exec(pcre.slice(at, at + 3))?.[0] ?? "[";
      inClass = true;
      source += opening.endsWith("]") ? `${opening.slice(0, -1)}\\]` : opening;
      at += opening.length - 1;
    } else if (character === "(" && pcre[at + 1] === "?") {
      const named = /^\(\?P?(?:<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/.exec(pcre.slice(at, at + 80));
      if (named !== null) {
        source += `(?P<${named[1] ?? named[2] ?? ""}>`;
        at += named[0].length - 1;
      } else {
        source += character;
      }
      open.push(named !== null);
    } else {
      if (character === "(") {
        open.push(true);
      } else if (character === ")" && open.pop() === true) {
        // What a group holds that is repeated and may be empty is told differently.
        if (/[*+{]/.test(pcre[at + 1] ?? "") && /[*?}|(]/.test(pcre[at - 1] ?? "")) {
          return undefined;
        }
      }
      hasDollar ||= character === "$";
      source += character;
    }
  }
  return { source, hasDollar };
}

/** nginx matches bytes: each becomes a character of its own. */
function bytes(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/^[\u0000-\u007f]*$/.test(text)) {
    return text;
  }
  return encodeURI(text.replace(/\p{Surrogate}/gu, "\ufffd")).replace(
    /%([0-9A-F]{2})/g,
    (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

function fromBytes(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/^[\u0000-\u007f]*$/.test(text)) {
    return text;
  }
  try {
    return decodeURIComponent(
      text.replace(/[%\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`),
    );
  } catch {
    return text;
  }
}

/** The named groups that a regular expression defines as variables, in lower case. */
export function namedGroups(source: string): string[] {
  if (!source.includes("(?")) {
    return [];
  }
  return [...source.matchAll(/\(\?(?:P?<|')([A-Za-z_]\w*)[>']/g)].map((match) =>
    (match[1] ?? "").toLowerCase(),
  );
}
