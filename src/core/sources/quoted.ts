import { sourcesPerFile } from "./limits.ts";
import { parse } from "../syntax/parse.ts";
import type { Span } from "../syntax/tree.ts";
import { cutOut, unescaped } from "./cut.ts";
import { isNginxPath, seemsNginx } from "./plain.ts";
import type { Source } from "./source.ts";
import { plainTags, tagsIn } from "./tags.ts";
import type { Tag } from "./tag.ts";

/** A command that writes a text in quotes, or a variable that gets one, up to the quote. */
const opener = /\b(?:(echo|printf)[ \t]+(?:-[a-zA-Z]+[ \t]+)*\$?|(\w+)=)(["'])/g;

/** A command that writes a variable: `echo "$site"`, `printf '%s\n' "$site"`. */
const ofVariable =
  /\b(echo|printf)[ \t]+(?:-[a-zA-Z]+[ \t]+)*(["']%s(?:\\n)?["'][ \t]+)?"?\$(?:\{(\w+)\}|(\w+))"?(?=[ \t]*[>|])/g;

/** Where such a command says that the text goes: `> path`, `| tee path`. */
const target = /^[^\n;&]*?(?:>>?|\|[ \t]*(?:sudo[ \t]+)?tee(?:[ \t]+-a)?)[ \t]*["']?([^\s"';|&]+)/;

/**
 * The nginx configuration that a script or a Dockerfile writes with `echo '…' > /etc/nginx/…` or `printf`, or puts into a
 * variable that it writes so. Its offsets are the file's; no text is suggested, since that would have to be quoted once more.
 */
export function quotedSources(text: string): Source[] {
  const sources: Source[] = [];
  const openers = new RegExp(opener);
  const variables = writtenVariables(text);
  for (let match = openers.exec(text); match !== null; match = openers.exec(text)) {
    const written = writtenText(text, match, variables);
    if (written === null || sources.length > sourcesPerFile.most) {
      continue;
    }
    openers.lastIndex = written.span.end + 1;
    const source = sourceOf(text, written, `quoted${sources.length}/`);
    if (source !== null) {
      sources.push(source);
    }
  }
  return sources;
}

/** A text in quotes that a command writes to a file. */
interface WrittenText extends WrittenVariable {
  /** What stands between the quotes. */
  readonly span: Span;
  readonly isDouble: boolean;
}

/** Null where nothing writes it, or it holds no directive. */
function writtenText(
  text: string,
  match: RegExpExecArray,
  variables: ReadonlyMap<string, WrittenVariable>,
): WrittenText | null {
  const [whole, command, name = "", quote = ""] = match;
  const variable = variables.get(name);
  if (command === undefined && variable === undefined) {
    return null;
  }
  const start = match.index + whole.length;
  const end = closing(text, start, quote);
  if (end === -1 || !text.slice(start, end).includes(";")) {
    return null;
  }
  const path = command === undefined ? variable?.path : targetAt(text, end + 1);
  const isFormat = command === undefined ? variable?.isFormat === true : command === "printf";
  return path === undefined
    ? null
    : { span: { start, end }, path, isFormat, isDouble: quote === '"' };
}

/** The configuration in such a text; null where it is none. */
function sourceOf(text: string, written: WrittenText, name: string): Source | null {
  const { span, path, isFormat, isDouble } = written;
  const body = text.slice(span.start, span.end);
  const values = tagsIn(body, { ...plainTags, interpolation: isDouble ? "shell" : "none" });
  const own = isFormat ? [...values, ...conversionTags(body)] : values;
  const tags = own.toSorted((a, b) => a.start - b.start);
  const replaced = escapes(body, isDouble);
  const plain = cutOut(body, {
    name: "",
    span: { start: 0, end: body.length },
    tags,
    editable: false,
    replaced,
  });
  if (!seemsNginx(parse(plain.masked), isNginxPath(path))) {
    return null;
  }
  const moved = <Part extends Span>(part: Part): Part => ({
    ...part,
    start: part.start + span.start,
    end: part.end + span.start,
  });
  return cutOut(text, {
    name,
    span,
    tags: tags.map(moved),
    editable: false,
    replaced: replaced.map(moved),
  });
}

interface WrittenVariable {
  readonly path: string;
  /** `printf` takes it for its format. */
  readonly isFormat: boolean;
}

/** The variables that a script writes to a file, by name. */
function writtenVariables(text: string): Map<string, WrittenVariable> {
  const found = new Map<string, WrittenVariable>();
  for (const match of text.matchAll(ofVariable)) {
    const [whole, command, format, braced, bare = ""] = match;
    const path = targetAt(text, match.index + whole.length);
    const isFormat = command === "printf" && format === undefined;
    if (path !== undefined) {
      found.set(braced ?? bare, { path, isFormat });
    }
  }
  return found;
}

/** Where a command says that what it writes goes, looking on from the end of the text. */
function targetAt(text: string, end: number): string | undefined {
  return target.exec(text.slice(end, end + 500))?.[1];
}

/**
 * Where the quote ends; -1 where it does not. In single quotes nothing is escaped. In double ones a command has quotes of its
 * own, and a word between two quotes, as in `"… Connection "upgrade";"`, joins what stands before and after.
 */
function closing(text: string, start: number, quote: string): number {
  if (quote === "'") {
    return text.indexOf(quote, start);
  }
  const end = /(?:[^"\\$]|\\[^]|\$(?!\()|\$\((?:[^()\n]|\([^()\n]*\))*\)|"[\w.-]+")*/y;
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
 * `-e`, and nobody means anything else by it. At the end of a line a backslash is for the shell or for Docker. Double quotes
 * within double quotes are the shell's, too.
 */
function escapes(body: string, isDouble: boolean): (Span & { readonly text: string })[] {
  const pattern = isDouble ? /\\(?:\r?\n|.)|"/g : /\\(?:\r?\n|.)/g;
  return Array.from(body.matchAll(pattern), ({ 0: written, index }) => {
    const meaning = written === '"' ? "" : meaningOf(written.slice(1), isDouble);
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
