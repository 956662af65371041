import { parse } from "../../src/core/syntax/parse.ts";
import { tokenize } from "../../src/core/syntax/tokenize.ts";
import { grammar, lossAt } from "./outline.ts";

/** How often each character may be looked at, whatever the text: one with a brace too many or too few is read twice. */
const MOST_STEPS_PER_CHARACTER = 16;

/** What the core reads a text with. */
const READERS = ["charCodeAt", "codePointAt", "charAt", "indexOf", "startsWith"] as const;

/**
 * Counts the characters that an action looks at, instead of measuring time: single characters read,
 * and for a search the distance it covers.
 */
function steps(action: () => unknown): number {
  let count = 0;
  const originals = READERS.map((name) => [name, String.prototype[name]] as const);
  for (const [name, original] of originals) {
    replace(name, function counted(this: string, ...parameters: unknown[]): unknown {
      const result: unknown = Reflect.apply(original, this, parameters);
      if (name === "indexOf") {
        const from = Number(parameters[1] ?? 0);
        count += (result === -1 ? this.length : Number(result)) - from + 1;
      } else {
        count++;
      }
      return result;
    });
  }
  try {
    action();
  } finally {
    for (const [name, original] of originals) {
      replace(name, original);
    }
  }
  return count;
}

function replace(name: (typeof READERS)[number], value: unknown): void {
  Reflect.set(String.prototype, name, value);
}

/**
 * What is wrong with how the text is read: lost characters, more than linear work, or so little work
 * that the count must have missed some (only a character after a backslash is never looked at).
 */
export function faults(text: string, what: string): string[] {
  const most = MOST_STEPS_PER_CHARACTER * (text.length + 16);
  const loss = lossAt(text);
  const tokenizing = steps(() => tokenize(text));
  const parsing = steps(() => parse(text, grammar));
  return [
    ...(loss === undefined ? [] : [`${what}: ${loss}`]),
    ...(tokenizing <= most ? [] : [`${what}: ${tokenizing} steps to tokenize ${text.length}`]),
    ...(tokenizing >= text.length / 2
      ? []
      : [`${what}: only ${tokenizing} steps for ${text.length}`]),
    ...(parsing <= most ? [] : [`${what}: ${parsing} steps to parse ${text.length}`]),
  ];
}
