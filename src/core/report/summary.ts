import type { Analysis, LocationReport } from "../analysis.ts";
import type { Place } from "../config/model.ts";
import type { PolicyProblem } from "../policy/policy.ts";
import type { Finding } from "../rules/finding.ts";
import { clip, code, redact, sentence, table } from "./markup.ts";
import { startOf, worstFirst } from "./order.ts";

export interface SummaryInput {
  readonly title: string;
  /** What came out, as one sentence. */
  readonly verdictLine: string;
  /** Null where no nginx configuration was there to analyse. */
  readonly analysis: Analysis | null;
  /** What the gate looks at. */
  readonly findings: readonly Finding[];
  /** Those of them that have no place in the diff. */
  readonly unplaced: readonly Finding[];
  /** Those that have one, but no comment, because there are enough. */
  readonly leftOut?: ReadonlySet<Finding>;
  /** Fingerprints that an open comment names. */
  readonly live: ReadonlySet<string>;
  /** Fingerprints whose comment a person resolved: they count all the same. */
  readonly resolved: ReadonlySet<string>;
  /** What was not done and why, and what else a reader should know; whole sentences. */
  readonly notes: readonly string[];
  /** What was not analysed and why; whole sentences. */
  readonly incomplete: readonly string[];
  readonly policyProblems: readonly PolicyProblem[];
}

/** GitHub takes 1 MiB per step. In characters of at most three bytes in UTF-8 each; four bytes are two characters. */
const longestSummary = 340_000;
const mostRows = 500;

/** The job summary as Markdown: the verdict first. Ends with a line feed. */
export function summaryReport(input: SummaryInput): string {
  const sections = [
    `## ${sentence(input.title)}`,
    sentence(input.verdictLine),
    policySection(input.policyProblems),
    list("", input.notes.map(sentence)),
    findingsSection(input),
    locationsSection(input.analysis),
    notAnalysedSection(input),
  ];
  return cut(sections.filter((section) => section !== ""));
}

/** Whole sections and rows only, so that the Markdown stays in shape. */
function cut(sections: readonly string[]): string {
  let text = "";
  for (const section of sections) {
    for (const line of [...section.split("\n"), ""]) {
      if (text.length + line.length > longestSummary) {
        return `${text}\n\n**The rest is cut off: GitHub shows no more than 1 MiB.**\n`;
      }
      text += `${line}\n`;
    }
  }
  return `${text.trimEnd()}\n`;
}

function policySection(problems: readonly PolicyProblem[]): string {
  const entries = problems.map(
    ({ file, line, column, message }) =>
      `${code(`${file}:${line}:${column}`)}: ${sentence(message)}`,
  );
  return list("### Policy file", entries);
}

function notAnalysedSection({ analysis, incomplete }: SummaryInput): string {
  const files = (analysis?.files ?? [])
    .filter(({ analysed }) => !analysed)
    .map(({ path, reason }) => `${code(path)}${reason ? `: ${sentence(reason)}` : ""}`);
  return list("### Not analysed", [...incomplete.map(sentence), ...files]);
}

/** The entries are Markdown. Empty without any. */
function list(title: string, entries: readonly string[]): string {
  if (entries.length === 0) return "";
  const shown = entries.slice(0, mostRows).map((entry) => `- ${entry}`);
  if (entries.length > mostRows) shown.push(`- and ${entries.length - mostRows} more`);
  return [...(title === "" ? [] : [title, ""]), ...shown].join("\n");
}

function findingsSection(input: SummaryInput): string {
  const { findings, unplaced } = input;
  if (findings.length === 0) return "";
  const withoutPlace = new Set(unplaced);
  const rows = worstFirst(findings)
    .slice(0, mostRows)
    .map((finding) => [
      finding.severity,
      code(positionText(finding.place)),
      code(finding.rule),
      sentence(finding.message),
      standing(finding, withoutPlace, input),
    ]);
  const more = findings.length > mostRows ? [`And ${findings.length - mostRows} more.`] : [];
  const shown = table(["", "Where", "Rule", "What", "Comment"], rows);
  return ["### Findings", shown, ...more].join("\n\n");
}

/** Where a reader finds the comment, or why there is none. */
function standing(
  finding: Finding,
  unplaced: ReadonlySet<Finding>,
  { live, resolved, leftOut }: SummaryInput,
): string {
  if (resolved.has(finding.fingerprint)) return "resolved by a person; it still counts";
  if (live.has(finding.fingerprint)) return "in the diff";
  if (leftOut?.has(finding)) return "none: max-comments is reached";
  return unplaced.has(finding) ? "no line in the diff" : "";
}

function locationsSection(analysis: Analysis | null): string {
  const locations = (analysis?.locations ?? []).filter(({ intent }) => intent.serves !== "no");
  if (locations.length === 0) return "";
  const head = ["Location", "Server", "Where", "Upstream", "Handshake now", "Closed when idle for"];
  const shown = table(head, locations.slice(0, mostRows).map(locationRow));
  const more = locations.length > mostRows ? [`And ${locations.length - mostRows} more.`] : [];
  return ["### WebSocket locations", shown, ...more].join("\n\n");
}

function locationRow(report: LocationReport): string[] {
  const { name, proxyPass, intent, verdict, idleTimeoutMs } = report;
  return [
    code(clip(redact(`location ${name.name}`.trim()))) +
      (intent.serves === "unclear" ? " (perhaps)" : ""),
    code(clip(redact(name.server ?? ""))),
    code(positionText(name.place)),
    code(clip(redact(proxyPass.parameters[0] ?? ""))),
    handshakeText(verdict),
    idleTimeoutMs === null ? "unknown" : `${idleTimeoutMs / 1000} s`,
  ];
}

function handshakeText({ strict, lenient }: LocationReport["verdict"]): string {
  if (strict === lenient) return strict;
  return `${strict} with RFC 6455 servers, ${lenient} with lenient ones`;
}

function positionText(place: Place): string {
  return `${place.document.path}:${startOf(place).line}`;
}
