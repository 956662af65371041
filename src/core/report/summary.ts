import type { Analysis, LocationReport } from "../check/analysis.ts";
import { groupBy } from "../basics/collections.ts";
import type { Document, Place } from "../repository/document.ts";
import { applyEdits, type TextEdit } from "../fix/edit.ts";
import type { PolicyProblem } from "../policy/policy.ts";
import type { Finding } from "../check/finding.ts";
import { isAboutHandshakes } from "../rules/catalogue.ts";
import { clip, code, fence, redact, sentence, table } from "./markup.ts";
import { fullMessage } from "./message.ts";
import { numbered, startOf, worstFirst } from "./order.ts";
import { pictureOf } from "./picture.ts";

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
const LONGEST_SUMMARY = 340_000;
const MOST_ROWS = 500;
const MOST_PICTURES = 5;

/** The job summary as Markdown: the verdict first. Ends with a line feed. */
export function summaryReport(input: SummaryInput): string {
  const sections = [
    `## ${sentence(input.title)}`,
    sentence(input.verdictLine),
    policySection(input.policyProblems),
    list("", input.notes.map(sentence)),
    picturesSection(input),
    findingsSection(input),
    locationsSection(input),
    notAnalysedSection(input),
  ];
  return cut(sections.filter((section) => section !== ""));
}

/** Whole rows and pictures only, so that the Markdown stays in shape. */
function cut(sections: readonly string[]): string {
  let text = "";
  let picture: number | null = null;
  for (const section of sections) {
    for (const line of [...section.split("\n"), ""]) {
      if (text.length + line.length > LONGEST_SUMMARY) {
        const whole = text.slice(0, picture ?? text.length);
        return `${whole}\n\n**The rest is cut off: GitHub shows no more than 1 MiB.**\n`;
      }
      if (line === "```mermaid") {
        picture = text.length;
      }
      text += `${line}\n`;
      if (line === "```") {
        picture = null;
      }
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
  if (entries.length === 0) {
    return "";
  }
  const shown = entries.slice(0, MOST_ROWS).map((entry) => `- ${entry}`);
  if (entries.length > MOST_ROWS) {
    shown.push(`- and ${entries.length - MOST_ROWS} more`);
  }
  return [...(title === "" ? [] : [title, ""]), ...shown].join("\n");
}

function findingsSection(input: SummaryInput): string {
  const { findings, unplaced } = input;
  if (findings.length === 0) {
    return "";
  }
  const withoutPlace = new Set(unplaced);
  const rows = worstFirst(findings)
    .slice(0, MOST_ROWS)
    .map((finding) => [
      finding.severity,
      code(positionText(finding.place)),
      code(finding.rule),
      sentence(fullMessage(finding)),
      standing(finding, withoutPlace, input),
    ]);
  const more = findings.length > MOST_ROWS ? [`And ${findings.length - MOST_ROWS} more.`] : [];
  const shown = table(["", "Where", "Rule", "What", "Comment"], rows);
  return ["### Findings", shown, ...more].join("\n\n");
}

/** Where a reader finds the comment, or why there is none. */
function standing(
  finding: Finding,
  unplaced: ReadonlySet<Finding>,
  { live, resolved, leftOut }: SummaryInput,
): string {
  if (resolved.has(finding.fingerprint)) {
    return "resolved by a person; it still counts";
  }
  if (live.has(finding.fingerprint)) {
    return "in the diff";
  }
  if (leftOut?.has(finding)) {
    return "none: max-comments is reached";
  }
  return unplaced.has(finding) ? "no line in the diff" : "";
}

/** A picture of each handshake that breaks, the worst first. */
function picturesSection({ analysis, findings }: SummaryInput): string {
  const causes = worstFirst(findings).filter(
    ({ rule, severity }) => severity !== "notice" && isAboutHandshakes(rule),
  );
  const broken = brokenLocations(analysis?.locations ?? [], causes);
  if (broken.length === 0) {
    return "";
  }
  const pictures = broken.slice(0, MOST_PICTURES).map(([report, own]) => {
    return [`#### ${titleOf(report)}`, fence(pictureOf(report, own), "mermaid")].join("\n\n");
  });
  const more = broken.length - MOST_PICTURES;
  const left = more > 0 ? [`And ${numbered(more, "more location")}.`] : [];
  return ["### Handshakes that break", ...pictures, ...left].join("\n\n");
}

/** Each location once, however often it is included, with the findings that are about it; in the order of these. */
function brokenLocations(
  locations: readonly LocationReport[],
  findings: readonly Finding[],
): (readonly [LocationReport, readonly Finding[]])[] {
  const byPlace = new Map<string, LocationReport>();
  for (const report of locations) {
    const { strict, lenient } = report.verdict;
    const key = placeKey(report.name.place);
    if ((strict === "breaks" || lenient === "breaks") && !byPlace.has(key)) {
      byPlace.set(key, report);
    }
  }
  const about = findings.flatMap((finding) => {
    const places = [finding.location?.place ?? [], finding.related.map(({ place }) => place)];
    const keys = new Set(places.flat().map(placeKey));
    return [...keys].flatMap((key) => {
      const report = byPlace.get(key);
      return report ? [{ report, finding }] : [];
    });
  });
  const grouped = groupBy(about, ({ report }) => report);
  return [...grouped].map(([report, own]) => [report, own.map(({ finding }) => finding)]);
}

function placeKey({ document, span }: Place): string {
  return `${span.start} ${span.end} ${document.path}`;
}

function titleOf({ name, proxyPass }: LocationReport): string {
  const server = name.server === null ? "" : ` of ${code(clip(name.server))}`;
  const upstream = code(clip(redact(proxyPass.parameters[0] ?? "")));
  return `${code(clip(`location ${name.name}`.trim()))}${server} to ${upstream}`;
}

function locationsSection({ analysis, findings }: SummaryInput): string {
  const locations = (analysis?.locations ?? []).filter(({ intent }) => intent.serves !== "no");
  if (!analysis || locations.length === 0) {
    return "";
  }
  const edits = fixesThatGoTogether(findings);
  const changed = edits.length > 0 ? analysis.locationsWith(edits) : null;
  const head = ["Location", "Server", "Where", "Upstream", "Handshake now"];
  if (changed) {
    head.push("With the fixes");
  }
  const worst = [...locations.filter(breaks), ...locations.filter((each) => !breaks(each))];
  const rows = worst
    .slice(0, MOST_ROWS)
    .map((report) => locationRow(report, changed && (changed.get(report) ?? report)));
  const more = locations.length > MOST_ROWS ? [`And ${locations.length - MOST_ROWS} more.`] : [];
  const shown = table([...head, "Closed when idle for"], rows);
  return ["### WebSocket locations", shown, ...more].join("\n\n");
}

function breaks({ verdict: { strict, lenient }, failsInFirefox }: LocationReport): boolean {
  return strict === "breaks" || lenient === "breaks" || failsInFirefox;
}

/** The edits of the findings' fixes, the worst first, without those that overlap others. */
function fixesThatGoTogether(findings: readonly Finding[]): TextEdit[] {
  const all = findings.flatMap(({ fix }) => fix?.edits ?? []);
  const apart = [...groupBy(all, ({ document }) => document)].every(
    ([document, edits]) => applyEdits(document.text, edits) !== null,
  );
  if (apart) {
    return all;
  }
  const together = new Map<Document, TextEdit[]>();
  for (const { fix } of worstFirst(findings)) {
    const documents = groupBy(fix?.edits ?? [], ({ document }) => document);
    const tried = [...documents].map(([document, own]) => {
      const edits = [...(together.get(document) ?? []), ...own];
      return applyEdits(document.text, edits) === null ? null : ([document, edits] as const);
    });
    const fits = tried.filter((each) => each !== null);
    if (fits.length < tried.length) {
      continue;
    }
    for (const [document, edits] of fits) {
      together.set(document, edits);
    }
  }
  return [...together.values()].flat();
}

/** @param after the location with all fixes; null where there are none */
function locationRow(report: LocationReport, after: LocationReport | null): string[] {
  const { name, proxyPass, intent } = report;
  const idle = [...new Set([report, ...(after ? [after] : [])].map(idleText))];
  return [
    code(clip(redact(`location ${name.name}`.trim()))) +
      (intent.serves === "unclear" ? " (perhaps)" : ""),
    code(clip(redact(name.server ?? ""))),
    code(positionText(name.place)),
    code(clip(redact(proxyPass.parameters[0] ?? ""))),
    handshakeText(report),
    ...(after ? [handshakeText(after)] : []),
    idle.join(", then "),
  ];
}

function idleText({ idleTimeoutMs }: LocationReport): string {
  return idleTimeoutMs === null ? "unknown" : `${idleTimeoutMs / 1000} s`;
}

function handshakeText({ verdict: { strict, lenient }, failsInFirefox }: LocationReport): string {
  if (failsInFirefox) {
    return `${strict}, but not with Firefox`;
  }
  if (strict === lenient) {
    return strict;
  }
  return `${strict} with RFC 6455 servers, ${lenient} with lenient ones`;
}

function positionText(place: Place): string {
  return `${place.document.path}:${startOf(place).line}`;
}
