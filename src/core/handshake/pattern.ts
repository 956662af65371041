import { RE2JS } from "re2js";

/**
 * A regular expression of the configuration, run by an engine that takes linear time. What PCRE knows and this engine
 * does not (look-around, back-references) is undefined: then the match is unknown.
 */
export interface Pattern {
  /** The groups by number (0 is the whole match) and name, or null where it does not match. */
  match(text: string): ReadonlyMap<string, string> | null;
}

const compiled = new Map<string, Pattern | undefined>();

/** Compiles a PCRE as nginx would; `caseless` for `~*`. Undefined where its meaning is out of reach. */
export function compilePattern(source: string, caseless: boolean): Pattern | undefined {
  const key = `${caseless ? "i" : "s"}${source}`;
  if (!compiled.has(key)) {
    compiled.set(key, compile(source, caseless));
  }
  return compiled.get(key);
}

function compile(source: string, caseless: boolean): Pattern | undefined {
  try {
    const named = source.replace(/\(\?<([A-Za-z_]\w*)>/g, "(?P<$1>");
    const expression = RE2JS.compile(named, caseless ? RE2JS.CASE_INSENSITIVE : 0);
    const names = Object.entries(expression.namedGroups());
    return {
      match(text) {
        const matcher = expression.matcher(text);
        if (!matcher.find()) {
          return null;
        }
        const groups = new Map<string, string>();
        for (let group = 0; group <= matcher.groupCount(); group++) {
          groups.set(String(group), matcher.group(group) ?? "");
        }
        for (const [name, group] of names) {
          groups.set(name.toLowerCase(), matcher.group(group) ?? "");
        }
        return groups;
      },
    };
  } catch {
    return undefined;
  }
}

/** The named groups that a regular expression defines as variables, in lower case. */
export function namedGroups(source: string): string[] {
  return [...source.matchAll(/\(\?(?:P?<|')([A-Za-z_]\w*)[>']/g)].map((match) =>
    (match[1] ?? "").toLowerCase(),
  );
}
