import { parse } from "../syntax/parse.ts";
import type { Span } from "../syntax/tree.ts";
import { cutOut, unescaped } from "./cut.ts";
import { maskTags } from "./mask.ts";
import { isNginxPath, seemsNginx } from "./plain.ts";
import type { Source } from "./source.ts";
import { plainTags, type TagOptions, tagsIn } from "./tags.ts";

/** As many configurations are looked at in one file. */
const MOST_SOURCES = 200;

interface Heredoc {
  /** The body, from the line after the opening one to the line of the delimiter. */
  readonly span: Span;
  /** The line that opens it, which often names the file that it goes to. */
  readonly opening: string;
  /** Nothing in the body is replaced. */
  readonly isQuoted: boolean;
}

/** `<<EOF`, `<<-'EOF'`, `<<\EOF`, and Terraform's `<<~EOT`; `<<<` is none. */
const opener = /(?<!<)<<([-~]?)[ \t]*(?:(["'])(\w+)\2|(\\?)([A-Za-z_]\w*))/g;

/** The nginx configuration in the heredocs of shell scripts and Dockerfiles; quoting decides what the shell replaces. */
export function shellSources(text: string): Source[] {
  return sourcesIn(text, shellTags, /\\[$`\\]/g);
}

/** The nginx configuration in Terraform's heredocs; `$${` and `%%{` are a plain `${` and `%{`. */
export function terraformSources(text: string): Source[] {
  return sourcesIn(text, terraformTags, /\$\$(?=\{)|%%(?=\{)/g);
}

const shellTags: TagOptions = { ...plainTags, interpolation: "shell" };
const terraformTags: TagOptions = { ...plainTags, interpolation: "terraform" };

function sourcesIn(text: string, options: TagOptions, escape: RegExp): Source[] {
  const sources: Source[] = [];
  for (const { span, opening, isQuoted } of heredocs(text)) {
    const body = text.slice(span.start, span.end);
    const isLiteral = isQuoted && options.interpolation === "shell";
    const own = tagsIn(body, isLiteral ? plainTags : options);
    if (
      sources.length >= MOST_SOURCES ||
      !body.includes(";") ||
      !seemsNginx(parse(maskTags(body, own).text), isNginxPath(opening))
    ) {
      continue;
    }
    const tags = own.map((tag) => ({
      ...tag,
      start: tag.start + span.start,
      end: tag.end + span.start,
    }));
    const replaced = isLiteral
      ? []
      : Array.from(body.matchAll(escape), ({ 0: written, index }) => ({
          start: span.start + index,
          end: span.start + index + written.length,
          text: unescaped(written, written.slice(1), ""),
        }));
    sources.push(
      cutOut(text, {
        name: `heredoc${sources.length}/`,
        span,
        tags,
        editable: true,
        dollar: isLiteral || options.interpolation === "terraform" ? "$" : "\\$",
        replaced,
      }),
    );
  }
  return sources;
}

function heredocs(text: string): Heredoc[] {
  const found: Heredoc[] = [];
  let from = 0;
  const openers = new RegExp(opener);
  for (let match = openers.exec(text); match !== null; match = openers.exec(text)) {
    const [, strip = "", quote, quoted, backslash = "", bare] = match;
    const delimiter = quoted ?? bare ?? "";
    const lineEnd = text.indexOf("\n", match.index);
    if (lineEnd === -1) break;
    // The bodies of one line's heredocs follow each other.
    const start = Math.max(lineEnd + 1, from);
    const end = closing(text, start, delimiter, strip !== "");
    if (end === -1) continue;
    const opening = text.slice(text.lastIndexOf("\n", match.index) + 1, lineEnd);
    found.push({
      span: { start, end },
      opening,
      isQuoted: quote !== undefined || backslash !== "",
    });
    from = text.indexOf("\n", end) + 1 || text.length;
    if (!opener.test(text.slice(match.index + match[0].length, lineEnd))) {
      openers.lastIndex = Math.max(from, openers.lastIndex);
    }
    opener.lastIndex = 0;
  }
  return found;
}

/** Where the line begins that is the delimiter and nothing else; -1 where there is none. */
function closing(text: string, start: number, delimiter: string, isIndented: boolean): number {
  const pattern = new RegExp(`^${isIndented ? "[ \\t]*" : ""}${delimiter}[ \\t]*\\r?$`, "gm");
  pattern.lastIndex = start;
  return pattern.exec(text)?.index ?? -1;
}
