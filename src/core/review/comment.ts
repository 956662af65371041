import type { Analysis, Group, LocationReport, ProvenFix } from "../analysis.ts";
import type { Document, Place } from "../config/model.ts";
import type { TextEdit } from "../fix/edit.ts";
import type { Value } from "../handshake/model.ts";
import { code, fence, html, prose, redact } from "../report/markup.ts";
import { groupedBy, numbered, startOf } from "../report/order.ts";
import { tool } from "../report/tool.ts";
import type { Finding } from "../rules/finding.ts";
import { isRuleId, ruleTable } from "../rules/names.ts";
import type { LineChange } from "./suggestion.ts";
import { lineChange } from "./suggestion.ts";

export interface CommentRequest {
  readonly analysis: Analysis;
  readonly group: Group;
  /** The findings that the comment is about, worst first; at least one. */
  readonly findings: readonly Finding[];
  /** What the suggestion block says; null where none is possible. */
  readonly suggestion: LineChange | null;
  /** The fix that the suggestion carries out, or that is shown as plain code; null where only a person can tell. */
  readonly fix: ProvenFix | null;
}

/** GitHub takes 65,536 characters. */
const longestBody = 65_000;
const mostRelated = 10;
const mostMessages = 10;
const mostPlainBlocks = 8;

/** The comment as Markdown, with the hidden marker that {@link readMarker} reads. */
export function commentBody(request: CommentRequest): string {
  const marker = markerOf(request.findings);
  const essentials = [...opening(request), ...proposal(request)];
  const details = [detailsOf(request)];
  for (const parts of [[...essentials, ...details], essentials, opening(request)]) {
    const body = [...parts.filter((part) => part !== ""), marker].join("\n\n");
    if (body.length <= longestBody) return body;
  }
  return [`**${prose(request.findings[0]?.rule ?? "")}**`, marker].join("\n\n");
}

/** More fingerprints than this do not help to recognise a comment. */
const mostFingerprints = 1000;

function markerOf(findings: readonly Finding[]): string {
  const fingerprints = findings.slice(0, mostFingerprints).map(({ fingerprint }) => fingerprint);
  return `<!-- ${tool.name} fp=${fingerprints.join(",")} -->`;
}

/**
 * The fingerprints that a comment of ours names, or null where it has no marker. Only its end counts: what stands before
 * it may quote the repository.
 */
export function readMarker(body: string): readonly string[] | null {
  const match = /<!-- nginx-websocket-guard fp=([\da-f]{1,64}(?:,[\da-f]{1,64})*) -->\s*$/.exec(
    body,
  );
  return match?.[1]?.split(",") ?? null;
}

/** What is wrong, and what reaches the upstream. */
function opening(request: CommentRequest): string[] {
  return [
    ...headline(request),
    heads(request),
    whyWebsockets(request.findings),
    victims(request.findings),
  ];
}

function headline({ analysis, findings }: CommentRequest): string[] {
  const said = unique(
    findings.map((finding) => `${prose(redact(finding.message))} ${code(finding.rule)}`),
  );
  const [only = ""] = said;
  if (said.length === 1) return [`**${severityWord(findings)}** ${only}`];
  const shown = said.slice(0, mostMessages).map((message) => `- ${message}`);
  if (said.length > mostMessages) shown.push(`- and ${said.length - mostMessages} more`);
  return [`**${summary(analysis, findings)}**`, shown.join("\n")];
}

function severityWord([worst]: readonly Finding[]): string {
  switch (worst?.severity) {
    case "error":
      return "This breaks.";
    case "warning":
      return "This will hurt.";
    case "notice":
    case undefined:
      return "Worth a look.";
  }
}

/** The headline of several findings. */
function summary(analysis: Analysis, findings: readonly Finding[]): string {
  const where = whereOf(findings);
  const verdicts = reportsOf(analysis, findings).map(({ verdict }) => verdict);
  const fails = findings.some(isHandshakeError);
  if (fails && verdicts.some(({ lenient }) => lenient === "breaks")) {
    return `WebSocket handshakes${where} fail.`;
  }
  if (fails && verdicts.some(({ strict }) => strict === "breaks")) {
    return `WebSocket handshakes${where} fail with servers that follow RFC 6455.`;
  }
  return `${numbered(findings.length, "finding")}${where}.`;
}

function isHandshakeError({ rule, severity }: Finding): boolean {
  return severity === "error" && isRuleId(rule) && ruleTable[rule].group === "handshake";
}

/** " at `location /ws` of `api.example.com`"; empty where the findings are about no location. */
function whereOf(findings: readonly Finding[]): string {
  const locations = new Map(
    findings.flatMap(({ location }) =>
      location ? [[`${location.server ?? ""} ${location.name}`, location] as const] : [],
    ),
  );
  const [first] = locations.values();
  if (!first) return "";
  if (locations.size > 1) return ` at ${locations.size} locations`;
  return ` at ${code(`location ${first.name}`)}${first.server === null ? "" : ` of ${code(first.server)}`}`;
}

/** The use of a location that the comment's request heads are from comes first. */
function reportsOf(analysis: Analysis, findings: readonly Finding[]): LocationReport[] {
  const places = findings.flatMap(({ location }) => (location ? [location.place] : []));
  return analysis.locations.filter(({ name }) =>
    places.some((place) => samePlace(place, name.place)),
  );
}

function samePlace(a: Place, b: Place): boolean {
  return a.document === b.document && a.span.start === b.span.start && a.span.end === b.span.end;
}

/** The request head that reaches the upstream: now, and with the fix. */
function heads({ analysis, findings, fix }: CommentRequest): string {
  const [report] = reportsOf(analysis, findings);
  const to = report ? ` ${code(redact(report.proxyPass.parameters[0] ?? ""))}` : "";
  if (fix && fix.now.join("\n") !== fix.after.join("\n")) {
    const diff = diffOf(fix.now.map(redact), fix.after.map(redact));
    return `What a handshake sends to the upstream${to}, now and after the change:\n${fence(diff, "diff")}`;
  }
  if (!report?.upstream || !findings.some(isHandshakeError)) return "";
  return `What a handshake sends to the upstream${to}:\n${fence(redact(headOf(report)), "http")}`;
}

const linesThatNeverMatter = /^(?:Sec-WebSocket-|Origin:|Accept|User-Agent:)/i;

/** Lines that both have stay where they are; the rest is shown as removed and added. */
function diffOf(now: readonly string[], after: readonly string[]): string {
  const gone = now.filter((line) => !after.includes(line)).map((line) => `- ${line}`);
  const come = after.filter((line) => !now.includes(line)).map((line) => `+ ${line}`);
  const kept = now
    .filter((line) => after.includes(line) && !linesThatNeverMatter.test(line))
    .map((line) => `  ${line}`);
  const changesFirstLine = now[0] !== after[0];
  const lines = changesFirstLine
    ? [...gone.slice(0, 1), ...come.slice(0, 1), ...kept, ...gone.slice(1), ...come.slice(1)]
    : [...kept, ...gone, ...come];
  return lines.join("\n");
}

function headOf({ exchanges, upstream }: LocationReport): string {
  const request = exchanges.websocket.upstream;
  const version = shown(upstream?.httpVersion ?? "");
  const first = `${shown(request?.method ?? "GET")} ${shown(request?.uri ?? "/")} HTTP/${version}`;
  const headers = (upstream?.headers ?? [])
    .map(([name, value]) => `${name}: ${shown(value)}`)
    .filter((line) => !linesThatNeverMatter.test(line));
  return [first, ...headers].join("\n");
}

function shown(value: Value): string {
  return typeof value === "string" ? value : value.text;
}

function whyWebsockets(findings: readonly Finding[]): string {
  const evidence = unique(findings.flatMap((finding) => finding.evidence)).slice(0, 3);
  if (evidence.length === 0) return "";
  return `Why this serves WebSockets: ${evidence.map((piece) => prose(redact(piece))).join("; ")}.`;
}

/** The other places that take part, such as the locations that a line breaks. */
function victims(findings: readonly Finding[]): string {
  const lines = unique(
    findings.flatMap(({ related }) =>
      related.map(({ place, note }) => `- ${code(positionText(place))} ${prose(redact(note))}`),
    ),
  );
  if (lines.length === 0) return "";
  const more = lines.length - mostRelated;
  const rest = more > 0 ? [`- and ${more} more`] : [];
  return ["Also involved:", ...lines.slice(0, mostRelated), ...rest].join("\n");
}

function positionText(place: Place): string {
  return `${place.document.path}:${startOf(place).line}`;
}

/** The suggestion, or what to write where. */
function proposal({ suggestion, fix }: CommentRequest): string[] {
  if (suggestion) return [fence(suggestion.lines.join("\n"), "suggestion")];
  if (!fix || fix.edits.length === 0) return [];
  const blocks = plainBlocks(fix.edits);
  const shownBlocks = blocks.slice(0, mostPlainBlocks);
  const rest =
    blocks.length > shownBlocks.length
      ? [`And ${blocks.length - shownBlocks.length} more places.`]
      : [];
  return [`${prose(redact(fix.title))}:`, ...shownBlocks, ...rest];
}

/** One code block for each stretch of lines that a fix changes. */
function plainBlocks(edits: readonly TextEdit[]): string[] {
  const blocks: string[] = [];
  for (const [document, own] of groupedBy(edits, (edit) => edit.document)) {
    for (const cluster of clustersOf(document, own)) {
      const change = lineChange(document, cluster);
      if (change) blocks.push(`${instruction(document, change)}${blockOf(change)}`);
    }
  }
  return blocks;
}

function blockOf({ lines }: LineChange): string {
  return lines.length === 0 ? "" : `\n${fence(redact(lines.join("\n")), "nginx")}`;
}

function instruction({ path }: Document, { startLine, line, lines }: LineChange): string {
  const file = code(path);
  if (startLine > line) {
    return line === 0 ? `At the top of ${file}, add:` : `In ${file}, after line ${line}, add:`;
  }
  const range = startLine === line ? `line ${line}` : `lines ${startLine} to ${line}`;
  return lines.length === 0 ? `In ${file}, remove ${range}.` : `In ${file}, replace ${range} with:`;
}

/** Edits whose lines are near each other are shown together. */
function clustersOf({ lines }: Document, edits: readonly TextEdit[]): TextEdit[][] {
  const clusters: TextEdit[][] = [];
  let last = -Infinity;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    const cluster = clusters.at(-1);
    if (cluster && lines.lineAt(edit.start) - last <= 3) cluster.push(edit);
    else clusters.push([edit]);
    last = lines.lineAt(edit.end);
  }
  return clusters;
}

/** What only some want to know: what was checked, where the rules are explained, how to silence them. */
function detailsOf({ findings, suggestion, fix }: CommentRequest): string {
  const rules = unique(findings.map(({ rule }) => rule));
  const parts = [
    ...(suggestion && fix ? [`The suggestion: ${prose(redact(fix.title))}. ${checked}`] : []),
    `The rules, explained: ${rules.map((rule) => code(`${tool.name} explain ${rule}`)).join(", ")}`,
    "To keep it as it is, write above the directive or its block, with your reason:",
    fence(`# ${tool.name}: ignore[${rules.join(", ")}] reason`, "nginx"),
  ];
  return [
    "<details>",
    `<summary>${html("Rules, and how to silence them")}</summary>`,
    "",
    parts.join("\n\n"),
    "",
    "</details>",
  ].join("\n");
}

const checked =
  "It was tried in a simulation of nginx: with it nothing is left to report here, nothing new comes up, and all other headers stay as they are.";

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
