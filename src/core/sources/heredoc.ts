import { sourcesPerFile } from "./limits.ts";
import { vanishing } from "../syntax/opaque.ts";
import { parse } from "../syntax/parse.ts";
import type { Span } from "../syntax/tree.ts";
import { cutOut, terraformEscape, unescapedIn } from "./cut.ts";
import { erasedUpgrades } from "./erased.ts";
import { maskTags } from "./mask.ts";
import { isNginxPath, seemsNginx } from "./plain.ts";
import { quotedSources } from "./quoted.ts";
import type { Source } from "./source.ts";
import { plainTags, type TagOptions, tagsIn } from "./tags.ts";

interface Heredoc {
  /** The body, from the line after the opening one to the line of the delimiter. */
  readonly span: Span;
  /** The line that opens it, which often names the file that it goes to. */
  readonly opening: string;
  /** Nothing in the body is replaced. */
  readonly isQuoted: boolean;
  /** Blanks that begin its lines are taken away. */
  readonly isStripped: boolean;
  /** It stands in another one. */
  readonly isInner: boolean;
}

/** `<<EOF`, `<<-'EOF'`, `<<\EOF`, and Terraform's `<<~EOT`; `<<<` is none. */
const opener = /(?<!<)<<([-~]?)[ \t]*(?:(["'])(\w+)\2|(\\?)([A-Za-z_]\w*))/g;

/** How a language writes text with values in it. */
interface Language {
  readonly tags: TagOptions;
  /** What stands for a sign that would begin a value. */
  readonly escape: RegExp;
  readonly dollar: Source["dollar"];
}

const shell: Language = {
  tags: { ...plainTags, interpolation: "shell" },
  escape: /\\[$`\\]/g,
  dollar: "\\$",
};

const terraform: Language = {
  tags: { ...plainTags, interpolation: "terraform" },
  escape: terraformEscape,
  dollar: "$",
};

/** What is quoted: no values in it. */
const literal: Language = { tags: plainTags, escape: /(?!)/g, dollar: "$" };

/** The nginx configuration in the heredocs of shell scripts and Dockerfiles; quoting decides what the shell replaces. */
export function shellSources(text: string): Source[] {
  return [
    ...sourcesIn(text, heredocs(text), ({ isQuoted }) => (isQuoted ? literal : shell)),
    ...quotedSources(text),
  ].toSorted((a, b) => a.span.start - b.span.start);
}

/** The nginx configuration in Terraform's heredocs, and in those of scripts that stand in one, as `user_data` does. */
export function terraformSources(text: string): Source[] {
  return sourcesIn(text, heredocs(text), ({ isInner, isQuoted }) =>
    isInner && !isQuoted ? shell : terraform,
  );
}

function sourcesIn(
  text: string,
  found: readonly Heredoc[],
  languageOf: (heredoc: Heredoc) => Language,
): Source[] {
  const sources: Source[] = [];
  const isSet = /http_upgrade["']?\s*:?[-=]/i.test(text);
  for (const heredoc of found) {
    const { span, opening } = heredoc;
    const body = text.slice(span.start, span.end);
    const language = languageOf(heredoc);
    const { tags, escape, dollar } = language;
    const erased = language === shell && !isSet ? erasedUpgrades(body) : [];
    const own = tagsIn(body, tags).filter(({ start }) =>
      erased.every((each) => each.start !== start),
    );
    if (
      sources.length > sourcesPerFile.most ||
      !body.includes(";") ||
      !seemsNginx(parse(maskTags(body, own).text), isNginxPath(opening))
    ) {
      continue;
    }
    sources.push(
      cutOut(text, {
        name: `heredoc${sources.length}/`,
        span,
        tags: own.map((tag) => ({
          ...tag,
          start: tag.start + span.start,
          end: tag.end + span.start,
        })),
        // Other variables of nginx may be lost too, and nginx not start after all.
        editable: erased.length === 0 || !own.some((tag) => isVariable(body, tag)),
        dollar,
        erased: erased.length > 0 ? { by: "shell" } : null,
        replaced: [
          ...unescapedIn(body, escape),
          ...erased.map(({ start, end }) => ({ start, end, text: vanishing.repeat(end - start) })),
        ]
          .toSorted((a, b) => a.start - b.start)
          .map((each) => ({
            ...each,
            start: each.start + span.start,
            end: each.end + span.start,
          })),
      }),
    );
  }
  return sources;
}

/** Whether it reads a variable whose name may be nginx's: those of scripts are mostly in capitals. */
function isVariable(text: string, { start, end }: Span): boolean {
  return /^\$\{?[a-z]/.test(text.slice(start, end));
}

/** Every heredoc, and those of the scripts in them. */
function heredocs(text: string): Heredoc[] {
  return heredocsIn(text, { start: 0, end: text.length }, false).flatMap((outer) => {
    const { span, isStripped } = outer;
    const inner = heredocsIn(text, span, isStripped).map((each) => ({ ...each, isInner: true }));
    return [outer, ...inner];
  });
}

/** @param isStripped whether blanks before a delimiter do not count, since what is around takes them away */
function heredocsIn(text: string, within: Span, isStripped: boolean): Heredoc[] {
  const found: Heredoc[] = [];
  let from = 0;
  const openers = new RegExp(opener);
  openers.lastIndex = within.start;
  for (let match = openers.exec(text); match !== null; match = openers.exec(text)) {
    const [, strip = "", quote, quoted, backslash = "", bare] = match;
    const delimiter = quoted ?? bare ?? "";
    const lineEnd = text.indexOf("\n", match.index);
    if (lineEnd === -1 || lineEnd >= within.end) {
      break;
    }
    // The bodies of one line's heredocs follow each other.
    const start = Math.max(lineEnd + 1, from);
    const end = closing(text, start, delimiter, strip !== "" || isStripped);
    if (end === -1 || end > within.end) {
      continue;
    }
    const opening = text.slice(text.lastIndexOf("\n", match.index) + 1, lineEnd);
    found.push({
      span: { start, end },
      opening,
      isQuoted: quote !== undefined || backslash !== "",
      isStripped: strip !== "",
      isInner: false,
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
