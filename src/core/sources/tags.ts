import type { Span } from "../syntax/tree.ts";

/** A tag of a template: what it writes, or how it steers what is written. */
export interface Tag extends Span {
  /**
   * `value` writes something. `open`, `else` and `close` part what is written under a condition; `group` and `close` what
   * always is. `nothing` writes nothing.
   */
  readonly kind: "value" | "open" | "group" | "else" | "close" | "nothing";
  /** What an `open` or `else` asks, without white space, `!` before what must not hold; empty for a bare else. */
  readonly condition: string;
}

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
    const tag = tagAt(text, start, mark, ending, options, isJinja);
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

function tagAt(
  text: string,
  start: number,
  mark: string,
  ending: (mark: string, from: number) => number,
  options: TagOptions,
  isJinja: boolean,
): Tag | null {
  const value = (end: number): Tag => ({ start, end, kind: "value", condition: "" });
  switch (mark) {
    case "{{": {
      let end = ending("}}", start + 2);
      while (end !== -1 && text[end] === "}") {
        end++;
      }
      return end === -1 ? null : { start, end, ...doubleBraces(text.slice(start + 2, end - 2)) };
    }
    case "{%": {
      const end = ending("%}", start + 2);
      return end === -1 ? null : { start, end, ...jinja(text.slice(start + 2, end - 2)) };
    }
    case "{#": {
      const end = isJinja ? ending("#}", start + 2) : -1;
      return end === -1 ? null : { start, end, kind: "nothing", condition: "" };
    }
    case "<%": {
      const end = ending("%>", start + 2);
      return end === -1 ? null : { start, end, ...(text[start + 2] === "=" ? writes : nothing) };
    }
    case "%{": {
      if (options.interpolation !== "terraform" || text[start - 1] === "%") {
        return null;
      }
      const end = braceEnd(text, start + 1);
      return end === -1 ? null : { start, end, ...terraform(text.slice(start + 2, end - 1)) };
    }
    default:
      break;
  }
  if (!mark.includes("$")) {
    return value(start + mark.length);
  }
  if (mark.startsWith("\\")) {
    return null;
  }
  const braced = mark.endsWith("{");
  if (options.interpolation === "terraform") {
    if (!braced || text[start - 1] === "$") {
      return null;
    }
    const end = braceEnd(text, start + 1);
    return end === -1 ? null : value(end);
  }
  if (options.interpolation === "shell") {
    const pattern = braced ? /\$\{[^}\n]*\}/y : /\$(?:\w+|\((?:[^()\n]|\([^()\n]*\))*\)|[@*#?!-])/y;
    pattern.lastIndex = start;
    const found = pattern.exec(text);
    return found === null ? null : value(pattern.lastIndex);
  }
  const pattern = braced
    ? /\$\{(?!HTTP_(?:UPGRADE|CONNECTION|SEC_\w+)\})([A-Z][A-Z0-9_]{0,100})(?::?[-=?+][^}\n]{0,300})?\}/y
    : /\$(?!HTTP_|ARG_|COOKIE_)([A-Z][A-Z0-9_]{1,100})\b(?![({])/y;
  pattern.lastIndex = start;
  const [, name = ""] = (braced || options.bareVariables ? pattern.exec(text) : null) ?? [];
  return name === "" || options.isDefined(name.toLowerCase()) ? null : value(pattern.lastIndex);
}

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

type Meaning = Pick<Tag, "kind" | "condition">;
const nothing: Meaning = { kind: "nothing", condition: "" };
const writes: Meaning = { kind: "value", condition: "" };

function asking(kind: "open" | "else", condition: string): Meaning {
  return {
    kind,
    condition: condition
      .trim()
      .replace(/^not\b/, "!")
      .replace(/\s+/g, ""),
  };
}

/** Go's templates and Handlebars have statements in the braces that others have for values. */
function doubleBraces(inside: string): Meaning {
  const code = inside.replace(/^[-~!]?\s*/, "").replace(/\s*[-~]$/, "");
  if (inside.startsWith("!") || code.startsWith("/*")) {
    return nothing;
  }
  const [, sign, block, rest = ""] = /^([#^/])\s*(\w*)\s*(.*)$/s.exec(code) ?? [];
  if (sign !== undefined && block !== undefined) {
    if (sign === "/") {
      return { kind: "close", condition: "" };
    }
    return asking(
      "open",
      sign === "^" || block === "unless" ? `not ${block} ${rest}` : `${block} ${rest}`,
    );
  }
  const [, word = "", condition = ""] = /^(\w+)(?![\w.])\s*(.*)$/s.exec(code) ?? [];
  switch (word) {
    case "if":
    case "with":
    case "range":
      // Jinja has a value before an inline `if`, never the word first.
      return asking("open", `${word === "if" ? "" : word} ${condition}`);
    case "else":
      return asking("else", condition.replace(/^if\b/, ""));
    case "end":
      return { kind: "close", condition: "" };
    case "define":
    case "block":
      return { kind: "group", condition: "" };
    case "break":
    case "continue":
    case "fail":
      return nothing;
    default:
      return /^\$[\w.]*\s*(?:,\s*\$\w+\s*)?:?=/.test(code) || isHeading(code) ? nothing : writes;
  }
}

/** Values that are comments once they are written. */
function isHeading(code: string): boolean {
  return /^ansible_managed\b|\|\s*comment\b/.test(code);
}

function jinja(inside: string): Meaning {
  const code = inside.replace(/^[-+]?\s*/, "").replace(/\s*[-+]?$/, "");
  const [, word = "", rest = ""] = /^(\w+)\s*(.*)$/s.exec(code) ?? [];
  switch (word) {
    case "if":
    case "case":
      return asking("open", rest);
    case "unless":
      return asking("open", `not ${rest}`);
    case "for":
    case "macro":
    case "tablerow":
      return asking("open", `${word} ${rest}`);
    case "else":
      return asking("else", "");
    case "elif":
    case "elsif":
    case "when":
      return asking("else", rest);
    case "block":
    case "with":
    case "filter":
    case "autoescape":
    case "trans":
    case "call":
      return { kind: "group", condition: "" };
    case "set":
      return rest.includes("=") ? nothing : asking("open", "set");
    case "include":
    case "render":
      return writes;
    default:
      return word.startsWith("end") ? { kind: "close", condition: "" } : nothing;
  }
}

/** One tag for each statement of a piece of Ruby that matters; those after the first are empty. */
function rubyTags(text: string, { start, end }: Tag): Tag[] {
  const inside = text.slice(start + 2, end - 2);
  if (/^[#%]/.test(inside)) {
    return [{ start, end, ...nothing }];
  }
  const whole = ruby(inside);
  const meanings = /[\n;]/.test(inside.trim())
    ? inside
        .split(/[\n;]/)
        .map(ruby)
        .filter(({ kind }) => kind !== "nothing")
    : [whole];
  const [first = nothing, ...others] = meanings;
  return [{ start, end, ...first }, ...others.map((meaning) => ({ start: end, end, ...meaning }))];
}

/** ERB, and what looks like it: EJS and EPP, whose blocks have braces. */
function ruby(inside: string): Meaning {
  const code = inside.replace(/^[-_]?\s*/, "").replace(/\s*[-_]?$/, "");
  const [, word = "", rest = ""] = /^(\w+)\b\s*(.*)$/s.exec(code) ?? [];
  if (/^\}\s*(?:else|elsif)\b/.test(code)) {
    return asking("else", code.replace(/^\}\s*(?:else(?:\s*if)?|elsif)\s*/, "").replace(/\{$/, ""));
  }
  if (code.startsWith("}") || (word === "end" && !/\bdo\b/.test(rest))) {
    return { kind: "close", condition: "" };
  }
  if (/^(?:else|elsif|when|in)$/.test(word)) {
    return asking("else", rest.replace(/\bthen$/, ""));
  }
  const opensAndEnds = /(?:^|[\s;])end$/.test(code);
  if (/^(?:if|unless|case|for|while|until)$/.test(word) && !opensAndEnds) {
    const question = rest.replace(/\s*\{$/, "").replace(/\bthen$/, "");
    return asking("open", word === "unless" ? `not ${question}` : question);
  }
  return /\bdo(?:\s*\|[^|]*\|)?$|\{(?:\s*\|[^|]*\|)?$/.test(code) && !opensAndEnds
    ? asking("open", code)
    : nothing;
}

function terraform(inside: string): Meaning {
  const code = inside.replace(/^~?\s*/, "").replace(/\s*~?$/, "");
  const [, word = "", rest = ""] = /^(\w+)\b\s*(.*)$/s.exec(code) ?? [];
  switch (word) {
    case "if":
      return asking("open", rest);
    case "for":
      return asking("open", `for ${rest}`);
    case "else":
      return asking("else", "");
    default:
      return word === "endif" || word === "endfor" ? { kind: "close", condition: "" } : nothing;
  }
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
