import { RE2JS } from "re2js";
import { isOpaque } from "../syntax/opaque.ts";
import { translate } from "./pcre.ts";

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
