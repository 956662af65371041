import type { Directive, SyntaxTree, Word } from "./tree.ts";

/**
 * What stands for each character of a template's tag in the text that is parsed, so that offsets stay: a character of
 * Unicode's private use area, which configuration has no use for.
 */
export const standIn = "\uE000";

/** What stands for a character that is not there once the file is used, such as the backslash of `\$` in a heredoc. */
export const vanishing = "\uE002";

/** Behind what a tag says, in a word's value; `standIn` is before it. */
const afterTag = "\uE001";

const quotation = /\uE000([^\uE001]*)\uE001/g;

/** The value of a word that stands for something that nobody knows. */
export function tagged(what: string): string {
  return `${standIn}${what}${afterTag}`;
}

/** Whether a word's value holds a template's tag, so that nobody knows what nginx sees. */
export function isOpaque(value: string): boolean {
  return value.includes(standIn);
}

/** The first tag in a word's value, as its file writes it; null where there is none. */
export function tagIn(value: string): string | null {
  return /\uE000([^\uE001]*)/.exec(value)?.[1] ?? null;
}

/** What every tag in a word's value says. */
export function tagsIn(value: string): readonly string[] {
  return value.includes(standIn)
    ? Array.from(value.matchAll(quotation), ([, tag = ""]) => tag)
    : [];
}

/** A text as people read it: tags as their files write them, without what marks them. */
export function readable(text: string): string {
  return text.includes(standIn) ? text.replace(quotation, "$1") : text;
}

/** What of a word's value is the file's own. */
export function withoutTags(value: string): string {
  return value.includes(standIn) ? value.replace(quotation, "") : value;
}

/**
 * The tree of a text in which stand-ins are, with words that say what they stand for.
 *
 * @param text of the same length, with the tags
 */
export function withTags(tree: SyntaxTree, text: string): SyntaxTree {
  return /[\uE000\uE002]/.test(tree.text)
    ? { ...tree, directives: tree.directives.map((each) => taggedDirective(each, tree.text, text)) }
    : tree;
}

function taggedDirective(directive: Directive, masked: string, text: string): Directive {
  const { name, parameters, block } = directive;
  return {
    ...directive,
    name: taggedWord(name, masked, text),
    parameters: parameters.map((word) => taggedWord(word, masked, text)),
    block:
      block === null
        ? null
        : {
            ...block,
            directives: block.directives.map((inner) => taggedDirective(inner, masked, text)),
          },
  };
}

function taggedWord(word: Word, masked: string, text: string): Word {
  if (!/[\uE000\uE002]/.test(word.value)) {
    return word;
  }
  const runs = [...masked.slice(word.start, word.end).matchAll(/\uE000+/g)].map((run) => {
    const start = word.start + run.index;
    return text.slice(start, tagEnd(masked, text, start + run[0].length));
  });
  let next = 0;
  const value = word.value
    .replaceAll(vanishing, "")
    .replace(/\uE000+/g, () => tagged(runs[next++] ?? ""));
  return { ...word, value };
}

/** A tag in a line of its own ends in a `;` that its file does not have. */
function tagEnd(masked: string, text: string, end: number): number {
  return masked[end] === ";" && text[end] !== ";" ? end + 1 : end;
}
