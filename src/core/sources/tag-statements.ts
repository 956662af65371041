import { asking, closes, groups, nothing, type Tag, type TagMeaning, writes } from "./tag.ts";

/** What a statement means by its first word, from what follows the word. */
type Statements = ReadonlyMap<string, (rest: string) => TagMeaning>;

const opens = (rest: string): TagMeaning => asking("open", rest);
const branches = (rest: string): TagMeaning => asking("else", rest);
const always =
  (meaning: TagMeaning): (() => TagMeaning) =>
  () =>
    meaning;

/** Go's templates and Handlebars; Jinja has a value before an inline `if`, never the word first. */
const goStatements: Statements = new Map([
  ["if", opens],
  ["with", (rest) => opens(`with ${rest}`)],
  ["range", (rest) => opens(`range ${rest}`)],
  ["else", (rest) => branches(rest.replace(/^if\b/, ""))],
  ["end", always(closes)],
  ["define", always(groups)],
  ["block", always(groups)],
  ["break", always(nothing)],
  ["continue", always(nothing)],
  ["fail", always(nothing)],
]);

/** Jinja, Twig and Liquid. */
const jinjaStatements: Statements = new Map([
  ["if", opens],
  ["case", opens],
  ["unless", (rest) => opens(`not ${rest}`)],
  ["for", (rest) => opens(`for ${rest}`)],
  ["macro", (rest) => opens(`macro ${rest}`)],
  ["tablerow", (rest) => opens(`tablerow ${rest}`)],
  ["else", () => branches("")],
  ["elif", branches],
  ["elsif", branches],
  ["when", branches],
  ["block", always(groups)],
  ["with", always(groups)],
  ["filter", always(groups)],
  ["autoescape", always(groups)],
  ["trans", always(groups)],
  ["call", always(groups)],
  ["set", (rest) => (rest.includes("=") ? nothing : opens("set"))],
  ["include", always(writes)],
  ["render", always(writes)],
]);

const terraformStatements: Statements = new Map([
  ["if", opens],
  ["for", (rest) => opens(`for ${rest}`)],
  ["else", () => branches("")],
  ["endif", always(closes)],
  ["endfor", always(closes)],
]);

/** What stands in `{{ }}`: Go's templates and Handlebars have statements there, the others values. */
export function doubleBraces(inside: string): TagMeaning {
  const code = inside.replace(/^[-~!]?\s*/, "").replace(/\s*[-~]$/, "");
  if (inside.startsWith("!") || code.startsWith("/*")) {
    return nothing;
  }
  const [, sign, block = "", rest = ""] = /^([#^/])\s*(\w*)\s*(.*)$/s.exec(code) ?? [];
  if (sign !== undefined) {
    return sign === "/" ? closes : section(sign, block, rest);
  }
  const [, word = "", condition = ""] = /^(\w+)(?![\w.])\s*(.*)$/s.exec(code) ?? [];
  const isAssignment = /^\$[\w.]*\s*(?:,\s*\$\w+\s*)?:?=/.test(code);
  return (
    goStatements.get(word)?.(condition) ?? (isAssignment || isHeading(code) ? nothing : writes)
  );
}

/** `{{#if x}}`, `{{^x}}`, `{{#unless x}}`. */
function section(sign: string, block: string, rest: string): TagMeaning {
  const isTurned = sign === "^" || block === "unless";
  return opens(isTurned ? `not ${block} ${rest}` : `${block} ${rest}`);
}

/** Values that are comments once they are written. */
function isHeading(code: string): boolean {
  return /^ansible_managed\b|\|\s*comment\b/.test(code);
}

/** What stands in `{% %}`. */
export function jinja(inside: string): TagMeaning {
  const code = inside.replace(/^[-+]?\s*/, "").replace(/\s*[-+]?$/, "");
  const [, word = "", rest = ""] = /^(\w+)\s*(.*)$/s.exec(code) ?? [];
  return jinjaStatements.get(word)?.(rest) ?? (word.startsWith("end") ? closes : nothing);
}

/** What stands in Terraform's `%{ }`. */
export function terraform(inside: string): TagMeaning {
  const code = inside.replace(/^~?\s*/, "").replace(/\s*~?$/, "");
  const [, word = "", rest = ""] = /^(\w+)\b\s*(.*)$/s.exec(code) ?? [];
  return terraformStatements.get(word)?.(rest) ?? nothing;
}

/** One tag for each statement of a piece of Ruby that matters; those after the first are empty. */
export function rubyTags(text: string, { start, end }: Tag): Tag[] {
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
function ruby(inside: string): TagMeaning {
  const code = inside.replace(/^[-_]?\s*/, "").replace(/\s*[-_]?$/, "");
  const [, word = "", rest = ""] = /^(\w+)\b\s*(.*)$/s.exec(code) ?? [];
  if (/^\}\s*(?:else|elsif)\b/.test(code)) {
    return asking("else", code.replace(/^\}\s*(?:else(?:\s*if)?|elsif)\s*/, "").replace(/\{$/, ""));
  }
  if (code.startsWith("}") || (word === "end" && !/\bdo\b/.test(rest))) {
    return closes;
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
