import { doubleBraces, jinja, rubyTags, terraform } from "./tag-statements.ts";
import { nothing, type Tag, type TagMeaning, writes } from "./tag.ts";

export interface TagOptions {
  /** Names in capitals after a bare `$` are replaced, as envsubst does. */
  readonly bareVariables: boolean;
  /** Terraform's and the shell's: `${…}` of any kind, and `%{…}`. */
  readonly interpolation: "none" | "terraform" | "shell";
  /** Whether the configuration itself defines the variable; its name is in lower case. */
  readonly isDefined: (name: string) => boolean;
}

export const plainTags: TagOptions = {
  bareVariables: false,
  interpolation: "none",
  isDefined: () => false,
};

/** As long as a tag may be, in UTF-16 units: what opens like one and does not end is none. */
const LONGEST_TAG = 4000;

const opening = /\{\{|\{%|\{#|<%|%\{|%%\w{1,100}%%|\\?\$\{|\b__[A-Z][A-Z0-9_]{0,100}__/g;

/** The same where a `$` without braces may begin one: nginx's own variables are everywhere. */
const openingOrDollar = new RegExp(`${opening.source}|\\\\?\\$`, "g");

/** Every tag of Jinja, Liquid, Go, Handlebars, ERB and envsubst, and placeholders such as `%%X%%` and `__X__`. */
export function tagsIn(text: string, options: TagOptions = plainTags): Tag[] {
  const tags: Tag[] = [];
  const hasBare = options.bareVariables || options.interpolation === "shell";
  const opener = new RegExp(hasBare ? openingOrDollar : opening);
  /** Where no further end of this kind is: a text full of beginnings is looked through once. */
  const endless = new Set<string>();
  const ending = (mark: string, from: number): number => {
    if (endless.has(mark)) {
      return -1;
    }
    const at = text.indexOf(mark, from);
    if (at === -1) {
      endless.add(mark);
    }
    return at === -1 || at - from > LONGEST_TAG ? -1 : at + mark.length;
  };
  const isJinja = text.includes("{%") || text.includes("{{");
  for (let found = opener.exec(text); found !== null; found = opener.exec(text)) {
    const start = found.index;
    const [mark] = found;
    const tag = tagAt({ text, start, mark, ending, options, isJinja });
    if (tag === null) {
      continue;
    }
    if (mark === "<%" && tag.kind !== "value") {
      const parts = rubyTags(text, tag);
      tags.push(...(writesUnescaped(text, tag, parts) ? [{ ...tag, ...writes }] : parts));
    } else {
      tags.push(tag);
    }
    opener.lastIndex = tag.end;
    const raw = /^\{%[-+]?\s*(raw|verbatim)\s*[-+]?%\}$/.exec(text.slice(start, tag.end))?.[1];
    if (raw !== undefined) {
      const rest = new RegExp(`\\{%[-+]?\\s*end${raw}\\s*[-+]?%\\}`, "g");
      rest.lastIndex = tag.end;
      const close = rest.exec(text);
      if (close !== null) {
        const end = close.index + close[0].length;
        tags.push({ start: close.index, end, kind: "nothing", condition: "" });
        opener.lastIndex = end;
      }
    }
  }
  return tags;
}

/** `<%- url %>` in the middle of a line: EJS writes it as it is, and ERB's `<%-` only takes the indent of a statement away. */
function writesUnescaped(text: string, { start, end }: Tag, parts: readonly Tag[]): boolean {
  const before = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  return (
    text[start + 2] === "-" &&
    before.trim() !== "" &&
    parts.every(({ kind }) => kind === "nothing") &&
    !/[^=!<>]=[^=~>]/.test(text.slice(start + 3, end - 2))
  );
}

/** Where a tag may begin, and what is needed to read it. */
interface Opening {
  readonly text: string;
  readonly start: number;
  readonly mark: string;
  /** The offset behind the next such mark from an offset on; -1 where there is none near enough. */
  readonly ending: (mark: string, from: number) => number;
  readonly options: TagOptions;
  readonly isJinja: boolean;
}

/** How each form of tag is read, by its opening mark; null where what begins like one is none. */
const forms: ReadonlyMap<string, (opening: Opening) => Tag | null> = new Map([
  ["{{", doubleBraceTag],
  ["{%", (at) => closedBy("%}", at, jinja)],
  ["{#", (at) => (at.isJinja ? closedBy("#}", at, () => nothing) : null)],
  ["<%", (at) => closedBy("%>", at, (inside) => (inside.startsWith("=") ? writes : nothing))],
  ["%{", terraformTag],
]);

function tagAt(opening: Opening): Tag | null {
  const { mark, start } = opening;
  const read = forms.get(mark);
  if (read !== undefined) {
    return read(opening);
  }
  if (!mark.includes("$")) {
    return { start, end: start + mark.length, ...writes };
  }
  return mark.startsWith("\\") ? null : dollarTag(opening);
}

function closedBy(
  mark: string,
  { text, start, ending }: Opening,
  meaning: (inside: string) => TagMeaning,
): Tag | null {
  const end = ending(mark, start + 2);
  return end === -1 ? null : { start, end, ...meaning(text.slice(start + 2, end - 2)) };
}

/** Handlebars has a third brace for a value that is not escaped. */
function doubleBraceTag({ text, start, ending }: Opening): Tag | null {
  let end = ending("}}", start + 2);
  while (end !== -1 && text[end] === "}") {
    end++;
  }
  return end === -1 ? null : { start, end, ...doubleBraces(text.slice(start + 2, end - 2)) };
}

function terraformTag({ text, start, options }: Opening): Tag | null {
  const isEscaped = text[start - 1] === "%";
  const end = options.interpolation === "terraform" && !isEscaped ? braceEnd(text, start + 1) : -1;
  return end === -1 ? null : { start, end, ...terraform(text.slice(start + 2, end - 1)) };
}

/** A variable that a renderer fills in: every `${…}` for Terraform, any for a shell, those in capitals for envsubst. */
function dollarTag({ text, start, mark, options }: Opening): Tag | null {
  const braced = mark.endsWith("{");
  switch (options.interpolation) {
    case "terraform": {
      const end = braced && text[start - 1] !== "$" ? braceEnd(text, start + 1) : -1;
      return end === -1 ? null : { start, end, ...writes };
    }
    case "shell": {
      const pattern = new RegExp(braced ? shellBraced : shellBare);
      pattern.lastIndex = start;
      return pattern.test(text) ? { start, end: pattern.lastIndex, ...writes } : null;
    }
    case "none":
      return braced || options.bareVariables ? envsubstTag(text, start, braced, options) : null;
  }
}

function envsubstTag(
  text: string,
  start: number,
  braced: boolean,
  { isDefined }: TagOptions,
): Tag | null {
  const pattern = new RegExp(braced ? capitalsBraced : capitalsBare);
  pattern.lastIndex = start;
  const name = pattern.exec(text)?.[1] ?? "";
  return name === "" || isDefined(name.toLowerCase())
    ? null
    : { start, end: pattern.lastIndex, ...writes };
}

const shellBraced = /\$\{[^}\n]*\}/y;
const shellBare = /\$(?:\w+|\((?:[^()\n]|\([^()\n]*\))*\)|[@*#?!-])/y;

/** Names of nginx's own variables in capitals are a slip, and no renderer's. */
const capitalsBraced =
  /\$\{(?!HTTP_(?:UPGRADE|CONNECTION|SEC_\w+)\})([A-Z][A-Z0-9_]{0,100})(?::?[-=?+][^}\n]{0,300})?\}/y;
const capitalsBare = /\$(?!HTTP_|ARG_|COOKIE_)([A-Z][A-Z0-9_]{1,100})\b(?![({])/y;

/** The end of what a `{` opens, with braces and strings in it. */
function braceEnd(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < Math.min(text.length, open + LONGEST_TAG); at++) {
    const character = text[at];
    if (character === "{") {
      depth++;
    } else if (character === "}" && --depth === 0) {
      return at + 1;
    }
  }
  return -1;
}

/** Where an excerpt leaves something out: anything may stand there. */
export function ellipses(body: string): Tag[] {
  if (!["..", ". .", "…", "[ ", "<snip>"].some((part) => body.includes(part))) {
    return [];
  }
  const pattern =
    /(?<=^|[{;\s])[ \t]?(?:\.(?: ?\.)+|…|\[ *(?:\.{2,}|…) *\]|<snip>)(?=[ \t]*(?:[};#\r\n]|$))|(?<=^[ \t]*)\[ [^\]\r\n;{}]* \](?=[ \t]*$)/gm;
  return Array.from(body.matchAll(pattern), ({ 0: written, index }) => ({
    start: index,
    end: index + written.length,
    kind: written.length < 2 ? "nothing" : "value",
    condition: "",
  }));
}
