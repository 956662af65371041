import type { Documents } from "./documents.ts";
import { byteOrder } from "./names.ts";

/** What nginx takes for a pattern (`ngx_conf_include`): other paths must exist. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * The files and folders of the repository that a pattern matches, each in the order in which glob(3) gives them: by the
 * bytes of the whole path.
 *
 * As glob(3) without flags: `*` and `?` match neither `/` nor a dot at a name's start, `[…]` may hold ranges, classes such
 * as `[:digit:]` and a leading `!` or `^`, a backslash takes the next character as it is; braces and `**` mean nothing.
 *
 * @param pattern relative to the repository, without `.` and `..`
 */
export function expandGlob(
  documents: Documents,
  pattern: string,
): { readonly files: readonly string[]; readonly folders: readonly string[] } {
  const parts = pattern.split("/");
  const last = parts.pop() ?? "";
  let within = [""];
  for (const part of parts) {
    const matches = nameMatcher(part);
    within = within.flatMap((folder) =>
      [...documents.folder(folder).folders].filter(matches).map((name) => child(folder, name)),
    );
  }
  const matches = nameMatcher(last);
  const expand = (kind: "files" | "folders"): string[] =>
    within
      .flatMap((folder) =>
        [...documents.folder(folder)[kind]].filter(matches).map((name) => child(folder, name)),
      )
      .toSorted(byteOrder);
  return { files: expand("files"), folders: expand("folders") };
}

function child(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

type CharacterTest = (character: string) => boolean;

/** Matches one name; takes time in proportion to the name's length times the pattern's. */
export function nameMatcher(pattern: string): (name: string) => boolean {
  const steps = stepsOf(pattern);
  if (steps === null) {
    return (name) => name === pattern;
  }
  const opensWithDot = pattern.startsWith(".") || pattern.startsWith("\\.");
  return (name) => (!name.startsWith(".") || opensWithDot) && matches(steps, Array.from(name));
}

/** Each step takes one character; null takes any number. */
type Step = CharacterTest | null;

function matches(steps: readonly Step[], name: readonly string[]): boolean {
  let step = 0;
  let at = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (at < name.length) {
    const test = steps[step];
    if (test === null) {
      starAt = step++;
      resumeAt = at;
    } else if (test?.(name[at] ?? "") === true) {
      step++;
      at++;
    } else if (starAt >= 0) {
      // Only the last star needs to be tried again: what is before it matches as early as it can.
      step = starAt + 1;
      at = ++resumeAt;
    } else {
      return false;
    }
  }
  return steps.slice(step).every((rest) => rest === null);
}

/** Null where the pattern is an ordinary name. */
function stepsOf(pattern: string): Step[] | null {
  const characters = Array.from(pattern);
  const steps: Step[] = [];
  let isPlain = true;
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    const set = character === "[" ? characterSet(characters, at) : null;
    if (set !== null) {
      steps.push(set.test);
      at = set.last;
    } else if (character === "*") {
      steps.push(null);
    } else if (character === "?") {
      steps.push(() => true);
    } else {
      const literal = character === "\\" ? (characters[++at] ?? "\\") : character;
      steps.push((other) => other === literal);
      isPlain &&= character !== "\\";
      continue;
    }
    isPlain = false;
  }
  return isPlain ? null : steps;
}

const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /\s/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** The set that opens at `start`, or null where no `]` closes it: then the bracket is an ordinary character. */
function characterSet(
  pattern: readonly string[],
  start: number,
): { readonly test: CharacterTest; readonly last: number } | null {
  let at = start + 1;
  const negated = pattern[at] === "!" || pattern[at] === "^";
  if (negated) {
    at++;
  }
  const tests: CharacterTest[] = [];
  const first = at;
  for (; at < pattern.length; at++) {
    let low = pattern[at] ?? "";
    if (low === "]" && at > first) {
      return { test: (other) => tests.some((test) => test(other)) !== negated, last: at };
    }
    const named = low === "[" && pattern[at + 1] === ":" ? className(pattern, at) : null;
    if (named !== null) {
      tests.push((other) => named.matches.test(other));
      at = named.last;
      continue;
    }
    if (low === "\\" && at + 1 < pattern.length) {
      low = pattern[++at] ?? "";
    }
    let high = low;
    if (pattern[at + 1] === "-" && pattern[at + 2] !== undefined && pattern[at + 2] !== "]") {
      at += 2;
      high = pattern[at] === "\\" ? (pattern[++at] ?? "\\") : (pattern[at] ?? "");
    }
    tests.push((other) => byteOrder(low, other) <= 0 && byteOrder(other, high) <= 0);
  }
  return null;
}

function className(
  pattern: readonly string[],
  start: number,
): { readonly matches: RegExp; readonly last: number } | null {
  const end = pattern.indexOf(":", start + 2);
  const name = pattern.slice(start + 2, end).join("");
  const matches = Object.hasOwn(classes, name) ? classes[name] : undefined;
  return end === -1 || pattern[end + 1] !== "]" || matches === undefined
    ? null
    : { matches, last: end + 1 };
}
