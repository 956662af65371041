import { parse } from "../syntax/parse.ts";
import type { Span } from "../syntax/tree.ts";
import { cutOut, unescaped } from "./cut.ts";
import { isNginxPath, seemsNginx } from "./plain.ts";
import type { Source } from "./source.ts";
import { plainTags, type Tag, tagsIn } from "./tags.ts";

/** As many texts are looked at in one file. */
const MOST_SOURCES = 200;

/** A command that writes a text in quotes, up to the quote. */
const opener = /\b(echo|printf)[ \t]+(?:-[a-zA-Z]+[ \t]+)*(?:\$?)(["'])/g;

/** Where such a command says that the text goes: `> path`, `| tee path`. */
const target = /^[^\n;&]*?(?:>>?|\|[ \t]*(?:sudo[ \t]+)?tee(?:[ \t]+-a)?)[ \t]*["']?([^\s"';|&]+)/;

/**
 * The nginx configuration that a script or a Dockerfile writes with `echo '…' > /etc/nginx/…` or `printf`. Its offsets are
 * the file's; no text is suggested, since that would have to be quoted once more.
 */
export function quotedSources(text: string): Source[] {
  const sources: Source[] = [];
  const openers = new RegExp(opener);
  for (let match = openers.exec(text); match !== null; match = openers.exec(text)) {
    const [whole, command = "", quote = ""] = match;
    const start = match.index + whole.length;
    const end = closing(text, start, quote);
    if (end === -1) continue;
    const body = text.slice(start, end);
    const [, path = ""] = target.exec(text.slice(end + 1, end + 500)) ?? [];
    if (path === "" || !body.includes(";") || sources.length >= MOST_SOURCES) continue;
    openers.lastIndex = end + 1;
    const isDouble = quote === '"';
    const values = tagsIn(body, { ...plainTags, interpolation: isDouble ? "shell" : "none" });
    const own = command === "printf" ? [...values, ...conversionTags(body)] : values;
    const tags = own.toSorted((a, b) => a.start - b.start);
    const replaced = escapes(body, isDouble);
    const plain = cutOut(body, {
      name: "",
      span: { start: 0, end: body.length },
      tags,
      editable: false,
      replaced,
    });
    if (!seemsNginx(parse(plain.masked), isNginxPath(path))) continue;
    const moved = <Part extends Span>(part: Part): Part => ({
      ...part,
      start: part.start + start,
      end: part.end + start,
    });
    sources.push(
      cutOut(text, {
        name: `quoted${sources.length}/`,
        span: { start, end },
        tags: tags.map(moved),
        editable: false,
        replaced: replaced.map(moved),
      }),
    );
  }
  return sources;
}

/** Where the quote ends; -1 where it does not. In single quotes nothing is escaped. */
function closing(text: string, start: number, quote: string): number {
  if (quote === "'") return text.indexOf(quote, start);
  const end = /(?:[^"\\]|\\[^])*/y;
  end.lastIndex = start;
  end.exec(text);
  return text[end.lastIndex] === quote ? end.lastIndex : -1;
}

/** What `printf` puts a value in place of. */
const conversion = /%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]/g;

function conversionTags(body: string): Tag[] {
  return Array.from(body.matchAll(conversion), ({ 0: written, index }) => ({
    start: index,
    end: index + written.length,
    kind: "value",
    condition: "",
  }));
}

/**
 * What the shell and the command make of backslashes: `echo` of some shells takes `\n` for a new line, of others only with
 * `-e`, and nobody means anything else by it. At the end of a line a backslash is for the shell or for Docker.
 */
function escapes(body: string, isDouble: boolean): (Span & { readonly text: string })[] {
  return Array.from(body.matchAll(/\\(?:\r?\n|.)/g), ({ 0: written, index }) => {
    const meaning = meaningOf(written.slice(1), isDouble);
    const span = { start: index, end: index + written.length };
    return meaning === null
      ? []
      : [{ ...span, text: unescaped(written, meaning, body[index - 1] ?? " ") }];
  }).flat();
}

function meaningOf(character: string, isDouble: boolean): string | null {
  switch (character) {
    case "n":
    case "\n":
    case "\r\n":
      return "\n";
    case "t":
      return " ";
    default:
      return isDouble && /[$`"\\]/.test(character) ? character : null;
  }
}
