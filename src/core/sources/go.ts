import { sourcesPerFile } from "./limits.ts";
import { parse } from "../syntax/parse.ts";
import { cutOut } from "./cut.ts";
import { maskTags } from "./mask.ts";
import { seemsNginx } from "./plain.ts";
import type { Source } from "./source.ts";
import { tagsIn } from "./tags.ts";
import type { Tag } from "./tag.ts";

/** Comments, strings and runes, in which a backtick begins nothing, and raw strings, in which nothing is escaped. */
const token =
  /\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`([^`]*)`/g;

/** What `fmt.Sprintf` puts a value in place of. */
const conversion = /%(?:\[\d+\])?[sdvqt](?!\w)/g;

/** The nginx configuration in the raw strings of a Go file, which is often a template. One that `+` joins is not whole. */
export function goSources(text: string): Source[] {
  const sources: Source[] = [];
  for (const { 0: whole, 1: body, index } of text.matchAll(token)) {
    if (body === undefined || !body.includes(";") || sources.length > sourcesPerFile.most) {
      continue;
    }
    const span = { start: index + 1, end: index + whole.length - 1 };
    const isJoined =
      /\+\s*$/.test(text.slice(Math.max(0, index - 100), index)) ||
      /^\s*\+/.test(text.slice(span.end + 1, span.end + 100));
    const values = tagsIn(body);
    const own = [...values, ...conversions(body, values)].toSorted((a, b) => a.start - b.start);
    if (isJoined || !seemsNginx(parse(maskTags(body, own).text), false)) {
      continue;
    }
    const tags = own.map((tag) => ({
      ...tag,
      start: tag.start + span.start,
      end: tag.end + span.start,
    }));
    sources.push(cutOut(text, { name: `raw${sources.length}/`, span, tags, editable: true }));
  }
  return sources;
}

function conversions(body: string, tags: readonly Tag[]): Tag[] {
  return Array.from(body.matchAll(conversion), ({ 0: written, index }) => ({
    start: index,
    end: index + written.length,
    kind: "value" as const,
    condition: "",
  })).filter(({ start, end }) => tags.every((tag) => tag.end <= start || end <= tag.start));
}
