import type { Span } from "../syntax/tree.ts";
import { vanishing } from "../syntax/opaque.ts";
import { filled, maskTags } from "./mask.ts";
import type { Source } from "./source.ts";
import type { Tag } from "./tag.ts";

/** A part of a file that is configuration. */
export interface Cut {
  readonly name: string;
  readonly span: Span;
  /** The tags of the file; those outside of the span do not count. */
  readonly tags: readonly Tag[];
  readonly editable: boolean;
  readonly dollar?: Source["dollar"];
  readonly isExample?: boolean;
  readonly role?: Source["role"];
  readonly surroundings?: Source["surroundings"];
  readonly erased?: Source["erased"];
  /** Characters of the span that stand for others: as many for as many. */
  readonly replaced?: readonly (Span & { readonly text: string })[];
}

/** Makes a source of a part of a file. */
export function cutOut(text: string, cut: Cut): Source {
  const { name, span, editable, isExample = false, replaced = [] } = cut;
  const { role = null, surroundings = null, dollar = "$" } = cut;
  const pieces: string[] = [filled(text, 0, span.start, " ")];
  let from = span.start;
  for (const { start, end, text: other } of replaced) {
    pieces.push(text.slice(from, start), other);
    from = end;
  }
  pieces.push(text.slice(from, span.end), filled(text, span.end, text.length, " "));
  const tags = cut.tags.filter(({ start, end }) => span.start <= start && end <= span.end);
  const { text: masked, switches, macros, unreadable } = maskTags(pieces.join(""), tags);
  return {
    name,
    span,
    masked,
    tree: null,
    annotations: [],
    switches,
    macros,
    editable,
    dollar,
    isExample,
    role,
    surroundings,
    erased: cut.erased ?? null,
    unreadable,
  };
}

/** What an escaped character stands for, in as many characters. */
export function unescaped(written: string, character: string, before: string): string {
  const fill = /\s/.test(character + before) ? " " : vanishing;
  return fill.repeat(Math.max(0, written.length - character.length)) + character;
}

/** In Terraform `$${` and `%%{` are a plain `${` and `%{`. */
export const terraformEscape = /\$\$(?=\{)|%%(?=\{)/g;

/** What of a text stands for itself without its first character. */
export function unescapedIn(text: string, escape: RegExp): (Span & { readonly text: string })[] {
  return Array.from(text.matchAll(escape), ({ 0: written, index }) => ({
    start: index,
    end: index + written.length,
    text: unescaped(written, written.slice(1), ""),
  }));
}
