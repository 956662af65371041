import { sourcesPerFile } from "./limits.ts";
import { parse } from "../syntax/parse.ts";
import type { Span } from "../syntax/tree.ts";
import { cutOut } from "./cut.ts";
import { maskTags } from "./mask.ts";
import { seemsNginx } from "./plain.ts";
import type { Source } from "./source.ts";
import { ellipses, tagsIn } from "./tags.ts";

/** What people write after the fence of such a block. */
const languages = /^(?:nginx|nginxconf|conf|config|txt|text|plain|plaintext|)$/i;

/** The nginx configuration in the fenced blocks of a Markdown file. */
export function markdownSources(text: string): Source[] {
  const sources: Source[] = [];
  for (const { span, language } of fences(text)) {
    const body = text.slice(span.start, span.end);
    const own = [...tagsIn(body), ...ellipses(body)].toSorted((a, b) => a.start - b.start);
    if (
      sources.length > sourcesPerFile.most ||
      !languages.test(language) ||
      !seemsNginx(parse(maskTags(body, own).text), /nginx/i.test(language))
    ) {
      continue;
    }
    const tags = own.map((tag) => ({
      ...tag,
      start: tag.start + span.start,
      end: tag.end + span.start,
    }));
    const name = `fence${sources.length}/`;
    sources.push(cutOut(text, { name, span, tags, editable: true, isExample: true }));
  }
  return sources;
}

interface Fence {
  readonly span: Span;
  readonly language: string;
}

function fences(text: string): Fence[] {
  const found: Fence[] = [];
  const opening = /^[ \t>]*(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n`]*$/gm;
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const [whole, fence = "", language = ""] = match;
    const start = match.index + whole.length + 1;
    const closing = new RegExp(`^[ \\t>]*${fence[0] ?? ""}{${fence.length},}[ \\t]*\\r?$`, "gm");
    closing.lastIndex = start;
    const end = closing.exec(text);
    if (end === null) {
      break;
    }
    found.push({ span: { start, end: end.index }, language });
    opening.lastIndex = closing.lastIndex;
  }
  return found;
}
