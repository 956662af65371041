import { redact } from "./redact.ts";

/**
 * The one place where text from a repository becomes Markdown or HTML for GitHub. Nothing of it may turn into markup, a
 * mention, a reference to an issue, a link or a formula; secrets are the business of `redact`, which comes first.
 */
export { redact };

/** Breaks `@name` and `#12` in two for GitHub, whose filters read the rendered text: escaping alone does not stop them. */
const zeroWidthSpace = "\u{200b}";

/**
 * C0 and C1 controls but tab and the line ends, bidirectional controls, what else has no shape of its own, and U+FFFD, which
 * stands where the bytes were no UTF-8: written back it would change them.
 */
const hidden =
  // oxlint-disable-next-line no-control-regex -- these are the characters to find
  /[\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{61c}\u{180e}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{fffd}\u{e0000}-\u{e007f}]/u;
const everyHidden = new RegExp(hidden.source, "gu");

/** Whether the text has characters that change or hide what a reader sees: such text is never suggested. */
export function hasHiddenCharacters(text: string): boolean {
  return hidden.test(text);
}

/** The text with such characters written out, e.g. `\u{202e}`. */
export function visible(text: string): string {
  return text.replace(everyHidden, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** One line: line ends and tabs become blanks, hidden characters are written out. */
export function oneLine(text: string): string {
  return visible(text.replaceAll(/[\r\n\t]+/g, " "));
}

/** Inline code on one line, e.g. for a file name. Empty text gives an empty string. */
export function code(text: string): string {
  const content = oneLine(text);
  if (content === "") {
    return "";
  }
  const ticks = "`".repeat(longestRun(content, "`") + 1);
  // A blank at each end is taken off again by Markdown, unless everything is blank.
  const pad = /^[` ]|[` ]$/.test(content) && content.trim() !== "" ? " " : "";
  return `${ticks}${pad}${content}${pad}${ticks}`;
}

/**
 * A code block; the fence is longer than any run of backticks inside. Ends without a line feed.
 * @param info the language, or `suggestion`, whose text must have passed {@link hasHiddenCharacters}.
 */
export function fence(text: string, info = ""): string {
  const ticks = "`".repeat(Math.max(3, longestRun(text, "`") + 1));
  const end = text === "" || text.endsWith("\n") ? "" : "\n";
  return `${ticks}${info.replaceAll(/[^\w-]/g, "")}\n${visible(text)}${end}${ticks}`;
}

/**
 * Running text on one line. What stands between backticks, variables, tags of templates, addresses and names with underscores become inline
 * code, which is also what keeps them from being formulas, links or emphasis; every other sign of Markdown is escaped.
 */
export function prose(text: string): string {
  const words =
    /`([^`]+)`|(?<![a-z0-9])(?:[a-z][a-z0-9+.-]{0,20}:\/\/|www\.)(?:\{\{[^`{}]{0,200}\}\}|<%=[^`%]{0,200}%>|[^\s"'`<>|])*(?:\{\{[^`{}]{0,200}\}\}|<%=[^`%]{0,200}%>|[^\s"'`<>|.,;:!?)])|\{[{%][^`{}]{0,200}[%}]\}|<%=?[^`%]{0,200}%>|\$(?:\w+|\{\w+\})|\b[a-z0-9]+(?:_[a-z0-9]+)+\b/gi;
  const line = oneLine(text).trim();
  let result = "";
  let from = 0;
  for (const match of line.matchAll(words)) {
    result += escaped(line.slice(from, match.index)) + code(match[1] ?? match[0]);
    from = match.index + match[0].length;
  }
  result += escaped(line.slice(from));
  return result.replace(/^(?:[-+=]|\d+(?=[.)]))/, (start) =>
    /\d/.test(start) ? `${start}${zeroWidthSpace}` : `\\${start}`,
  );
}

/** Running text for where there is no markup: without the backticks around what is code. */
export function plain(text: string): string {
  return text.replaceAll(/`([^`]+)`/g, "$1");
}

/** Nobody reads on where a name or a message is longer than this. */
const LONGEST_TEXT = 400;

/** The text up to a length that people read. */
export function clip(text: string): string {
  if (text.length <= LONGEST_TEXT) {
    return text;
  }
  // Half of a surrogate pair is no text.
  return `${text.slice(0, LONGEST_TEXT).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** Text of ours that names things of the repository, as running text: without secrets, and not endless. */
export function sentence(text: string): string {
  // What is cut off first cannot leave half of a secret in what is shown in the end.
  return prose(clip(redact(text.slice(0, 10 * LONGEST_TEXT))));
}

/** Markdown for a cell of a table, where a bar would end the cell, even inside inline code. */
export function cell(markdown: string): string {
  return markdown.replaceAll(/\\?\|/g, "\\|").replaceAll("\n", "<br>");
}

/** A table; the cells are Markdown. Empty without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) {
    return "";
  }
  return [row(head), `|${" --- |".repeat(head.length)}`, ...rows.map(row)].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(cell).join(" | ")} |`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("$", "<span>$</span>")
    .replaceAll(/[\\`*_[\]|~]/g, String.raw`\$&`)
    .replaceAll("@", `@${zeroWidthSpace}`)
    .replaceAll("#", `\\#${zeroWidthSpace}`)
    .replaceAll(/\bGH-(?=\d)/gi, (prefix) => prefix + zeroWidthSpace);
}

function longestRun(text: string, character: string): number {
  let longest = 0;
  let run = 0;
  for (const each of text) {
    run = each === character ? run + 1 : 0;
    if (run > longest) {
      longest = run;
    }
  }
  return longest;
}
