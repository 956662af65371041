import type { Analysis } from "../check/analysis.ts";
import { groupBy, missingFrom } from "../basics/collections.ts";
import type { Place } from "../repository/document.ts";
import type { ProvenFix } from "../fix/edit.ts";
import type { Finding } from "../check/finding.ts";
import type { Severity } from "../policy/policy.ts";
import { plain, visible } from "./markup.ts";
import { fullMessage } from "./message.ts";
import { countsInWords, numbered, startOf, worstFirst } from "./order.ts";
import { redact } from "./redact.ts";

export interface TextOptions {
  /** Whether the terminal shows ANSI colours. */
  readonly color: boolean;
  /** Columns of the terminal; 80 where nobody knows. */
  readonly width: number;
}

type Style = "error" | "warning" | "notice" | "bold" | "dim" | "good";

const sgr: Readonly<Record<Style, string>> = {
  error: "1;31",
  warning: "1;33",
  notice: "1;36",
  bold: "1",
  dim: "2",
  good: "32",
};

/** The report for a terminal: a code frame for each finding, then one line that sums up. Ends with a line feed. */
export function textReport(
  analysis: Analysis,
  findings: readonly Finding[],
  options: TextOptions,
): string {
  const writer = new Writer(analysis, options);
  const blocks = groupBy(findings, placeKey);
  const framed = [...blocks.values()].map((group) => writer.block(worstFirst(group)));
  return `${[...framed, ...writer.notAnalysed(), writer.summary(findings)].join("\n\n")}\n`;
}

class Writer {
  readonly #analysis: Analysis;
  readonly #color: boolean;
  readonly #width: number;

  constructor(analysis: Analysis, { color, width }: TextOptions) {
    this.#analysis = analysis;
    this.#color = color;
    this.#width = Math.max(40, width);
  }

  /** Findings at one place, the worst first, with one frame. */
  block(findings: readonly Finding[]): string {
    const [first] = findings;
    if (!first) {
      return "";
    }
    const { place, severity } = first;
    const { line, column } = startOf(place);
    const where = this.#style("bold", `${clean(place.document.path)}:${line}:${column}`);
    return [
      `${where}: ${this.#style(severity, countsInWords(findings))}`,
      ...this.#frame(place, severity),
      ...findings.flatMap((finding) => this.#message(finding)),
      ...this.#notes(findings),
    ].join("\n");
  }

  #message(finding: Finding): string[] {
    const { rule, severity } = finding;
    const [first = "", ...more] = this.#wrapped(
      said(fullMessage(finding)),
      `  ${severity} [${rule}] `,
      "    ",
    );
    const title = `${this.#style(severity, severity)} ${this.#style("dim", `[${rule}]`)}`;
    return [first.replace(`${severity} [${rule}]`, title), ...more];
  }

  notAnalysed(): string[] {
    const { files, limits } = this.#analysis;
    const passedOver = files
      .filter(({ analysed }) => !analysed)
      .map(
        ({ path, reason }) => `${clean(path)}: not analysed${reason ? `: ${clean(reason)}` : ""}`,
      );
    return [...passedOver, ...limits.map((sentence) => `${clean(sentence)}.`)];
  }

  summary(findings: readonly Finding[]): string {
    const { files, locations } = this.#analysis;
    const analysed = files.filter((file) => file.analysed).length;
    const found = findings.length === 0 ? "nothing to report" : countsInWords(findings);
    const style = worstFirst(findings)[0]?.severity ?? "good";
    return `${this.#style(style, found)} in ${numbered(analysed, "file")}, ${numbered(locations.length, "proxying location")}`;
  }

  /** The line, the one before it, and a caret below what is meant. */
  #frame({ document, span }: Place, severity: Severity): string[] {
    const { lines, text } = document;
    const line = lines.lineAt(span.start);
    const numberWidth = String(line).length;
    const show = (number: number): string => {
      const source = text.slice(lines.startOf(number), lines.endOf(number));
      const gutter = this.#style("dim", `${String(number).padStart(numberWidth)} |`);
      return `  ${gutter} ${this.#cut(clean(redact(source)), numberWidth + 5)}`.trimEnd();
    };
    const from = span.start - lines.startOf(line);
    const to = Math.min(span.end, lines.endOf(line)) - lines.startOf(line);
    const source = text.slice(lines.startOf(line), lines.endOf(line));
    const frame = line > 1 ? [show(line - 1), show(line)] : [show(line)];
    const caret = carets(source, from, to);
    if (caret && redact(source) === source && caret.length <= this.#width - numberWidth - 5) {
      frame.push(
        `  ${" ".repeat(numberWidth)} ${this.#style("dim", "|")} ${caret.replace(/\^+/, (signs) => this.#style(severity, signs))}`,
      );
    }
    return frame;
  }

  #notes(findings: readonly Finding[]): string[] {
    const related = findings.flatMap((finding) =>
      finding.related.map(({ place, note }) => `see ${clean(positionText(place))}: ${said(note)}`),
    );
    const places = [...new Set(related)];
    const reasoned = findings.filter((finding) => finding.evidence.length > 0);
    const evidence = [...new Set(reasoned.flatMap((finding) => finding.evidence))].map(said);
    const serves = reasoned.every(({ isGuess }) => isGuess) ? "may serve" : "serves";
    const notes = [
      ...places.slice(0, MOST_RELATED),
      ...(places.length > MOST_RELATED ? [`and ${places.length - MOST_RELATED} more`] : []),
      ...(evidence.length > 0 ? [`${serves} WebSockets: ${evidence.join("; ")}`] : []),
      ...new Set(findings.flatMap((finding) => this.#fixOf(finding))),
    ];
    return notes.flatMap((note) => this.#wrapped(note, "  = ", "    "));
  }

  #fixOf({ fix, fixedBy, place, commentable }: Finding): string[] {
    if (fix) {
      const isApplied = fix.safety === "safe" && commentable;
      const how = isApplied ? "--fix applies it" : "not to be applied unseen";
      return [...headChanges(fix), `fix: ${said(fix.title)} (${how})`];
    }
    const other = this.#analysis.findings.find(({ fingerprint }) => fingerprint === fixedBy);
    if (!other || placeKey(other) === placeKey({ place })) {
      return [];
    }
    return [`fix: comes with that of ${other.rule} at ${clean(positionText(other.place))}`];
  }

  /** Words never break, so that names stay whole. */
  #wrapped(text: string, bullet: string, indent: string): string[] {
    const lines: string[] = [];
    let line = bullet;
    let isEmpty = true;
    for (const word of text.split(" ")) {
      const longer = isEmpty ? line + word : `${line} ${word}`;
      if (!isEmpty && longer.length > this.#width) {
        lines.push(line);
        line = indent + word;
      } else {
        line = longer;
      }
      isEmpty = false;
    }
    return [...lines, line];
  }

  #cut(source: string, used: number): string {
    const room = this.#width - used;
    return source.length > room ? `${source.slice(0, Math.max(0, room - 1))}…` : source;
  }

  #style(style: Style, text: string): string {
    return this.#color ? `\u{1b}[${sgr[style]}m${text}\u{1b}[0m` : text;
  }
}

const MOST_RELATED = 5;

function placeKey({ place: { document, span } }: Pick<Finding, "place">): string {
  return `${span.start} ${span.end} ${document.path}`;
}

function positionText(place: Place): string {
  return `${place.document.path}:${startOf(place).line}`;
}

/** What the upstream gets now and with the fix, as far as they differ. */
function headChanges({ probe, now, after }: ProvenFix): string[] {
  const what = probe === "websocket" ? "a handshake" : "an ordinary request";
  const gone = missingFrom(after, now);
  const come = missingFrom(now, after);
  return [
    ...(gone.length > 0 ? [`${what} now sends: ${gone.map(clean).join("; ")}`] : []),
    ...(come.length > 0 ? [`with the fix: ${come.map(clean).join("; ")}`] : []),
  ];
}

/** Text of ours: without the marks around what is code. */
export function said(text: string): string {
  return clean(plain(text));
}

/** Tabs become one blank each, so that carets stand below what they mean; nothing reaches the terminal as a command. */
export function clean(text: string): string {
  return visible(redact(text).replaceAll(/[\r\n\t]/g, " "));
}

/** Null where characters before the caret may not be one column wide each. */
function carets(source: string, from: number, to: number): string | null {
  const before = source.slice(0, from);
  if (!/^[\t -~\u00a1-\u00ac\u00ae-\u024f]*$/.test(before) || to <= from) {
    return null;
  }
  return " ".repeat(from) + "^".repeat(to - from);
}
