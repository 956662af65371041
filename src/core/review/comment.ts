import { plainCode } from "./plain-code.ts";
import type { Analysis, LocationReport, ProvenFix } from "../check/analysis.ts";
import { groupBy, missingFrom } from "../basics/collections.ts";
import { newestVersion, oldestVersion, type NginxVersion } from "../nginx/versions.ts";
import type { Place } from "../repository/document.ts";
import { requestHead } from "../handshake/head.ts";
import { clip, code, fence, prose, redact, sentence } from "../report/markup.ts";
import { startOf } from "../report/order.ts";
import { tool } from "../report/tool.ts";
import type { LocationName } from "../rules/finding.ts";
import type { Finding } from "../check/finding.ts";
import { isAboutHandshakes, ruleNamed } from "../rules/catalogue.ts";
import { locationOf } from "../rules/phrases.ts";
import type { LineChange } from "./suggestion.ts";

export interface CommentRequest {
  readonly analysis: Analysis;
  /** What the comment is about, worst first; at least one. */
  readonly findings: readonly Finding[];
  /** What the suggestion block says; null where none is possible. */
  readonly suggestion: LineChange | null;
  /** The fix that the suggestion carries out, or that is shown as plain code; null where only a person can tell. */
  readonly fix: ProvenFix | null;
}

/** GitHub takes 65,536 characters. */
const LONGEST_BODY = 65_000;
const MOST_FINGERPRINTS = 1000;
/** Of the worst; the others are among the details. */
const MOST_MESSAGES = 2;
const MOST_EVIDENCE = 3;
const MOST_RELATED = 5;
const MOST_DETAILS = 20;

/**
 * The comment as Markdown, with the hidden marker that {@link readMarker} reads. Where it gets too long, it loses what
 * a reader can do without; never the headline and the suggestion.
 */
export function commentBody(request: CommentRequest): string {
  const essential = [headline(request), suggestionBlock(request), markerOf(request.findings)];
  const parts = [
    essential[0],
    messages(request.findings),
    heads(request),
    evidence(request.findings),
    related(request.findings),
    essential[1],
    request.suggestion === null ? plainCode(request.fix) : "",
    details(request),
    essential[2],
  ];
  let left = LONGEST_BODY - essential.join("\n\n").length;
  const kept = parts.filter((part) => {
    if (part === undefined || part === "") {
      return false;
    }
    if (essential.includes(part)) {
      return true;
    }
    if (part.length + 2 > left) {
      return false;
    }
    left -= part.length + 2;
    return true;
  });
  return kept.join("\n\n");
}

function markerOf(findings: readonly Finding[]): string {
  const fingerprints = findings.slice(0, MOST_FINGERPRINTS).map(({ fingerprint }) => fingerprint);
  return `<!-- ${tool.name} fp=${fingerprints.join(",")} -->`;
}

/**
 * The fingerprints that a comment of ours names, or null where it has no marker. Only its end counts: what stands before
 * may quote the repository. Behind them may stand which job wrote the comment.
 */
export function readMarker(body: string): readonly string[] | null {
  const marker = /<!-- nginx-websocket-guard fp=([\da-f,]+)(?: job=[\da-f]+)? -->\s*$/;
  const fingerprints = marker.exec(body)?.[1]?.split(",") ?? [];
  return fingerprints.length > 0 && fingerprints.every((each) => /^[\da-f]{1,64}$/.test(each))
    ? fingerprints
    : null;
}

function headline({ analysis, findings }: CommentRequest): string {
  const where = whereOf(findings);
  const reports = reportsOf(analysis, findings);
  const verdicts = reports.map(({ verdict }) => verdict);
  const fails = findings.some(isHandshakeError);
  if (
    fails &&
    verdicts.some(({ strict, lenient }) => strict === "breaks" && lenient === "breaks")
  ) {
    return `**WebSocket handshakes${where} fail.**`;
  }
  if (fails && verdicts.some(({ strict }) => strict === "breaks")) {
    return `**WebSocket handshakes${where} fail with servers that follow RFC 6455.**`;
  }
  if (fails && reports.some(({ failsInFirefox }) => failsInFirefox)) {
    return `**WebSocket handshakes of Firefox${where} fail.**`;
  }
  const [worst] = findings;
  const said = (worst && ruleNamed(worst.rule)?.summary) ?? "This needs a look";
  return `**${prose(said)}${where === "" ? "" : `,${where}`}.**`;
}

function isHandshakeError({ rule, severity }: Finding): boolean {
  return severity === "error" && isAboutHandshakes(rule);
}

/** " at `location /ws` of `api.example.com`", and how many more; empty where the findings are about no location. */
function whereOf(findings: readonly Finding[]): string {
  const named = findings.flatMap(({ location, others }) => [location ?? [], others].flat());
  const [first, ...others] = new Map(named.map((name) => [keyOf(name.place), name])).values();
  if (!first) {
    return "";
  }
  const [other, ...more] = others;
  if (!other) {
    return ` at ${nameOf(first)}`;
  }
  if (more.length > 0) {
    return ` at ${nameOf(first)} and ${others.length} other locations`;
  }
  const one = first.server === other.server ? { ...first, server: null } : first;
  return ` at ${nameOf(one)} and ${nameOf(other)}`;
}

function nameOf({ name, server }: Pick<LocationName, "name" | "server">): string {
  const of = server === null ? "" : ` of ${code(clip(redact(server)))}`;
  return code(clip(redact(`location ${name}`.trim()))) + of;
}

function reportsOf(analysis: Analysis, findings: readonly Finding[]): LocationReport[] {
  const places = new Set(
    findings.flatMap(({ location }) => (location ? keyOf(location.place) : [])),
  );
  return analysis.locations.filter(({ name }) => places.has(keyOf(name.place)));
}

function keyOf({ document, span }: Place): string {
  return `${span.start} ${span.end} ${document.path}`;
}

function messages(findings: readonly Finding[]): string {
  const distinct = distinctOf(findings);
  if (distinct.length <= MOST_MESSAGES + 1) {
    return bullets(distinct.map(messageOf));
  }
  const shown = distinct.slice(0, MOST_MESSAGES);
  const rest = distinct.slice(MOST_MESSAGES);
  const others = rulesOf(rest).filter((rule) => !rulesOf(shown).includes(rule));
  const named = others.length > 0 ? others.map(code).join(", ") : `${rest.length} more`;
  return bullets([...shown.map(messageOf), `and ${named}: see the details`]);
}

/** The first of those that say the same. */
function distinctOf(findings: readonly Finding[]): Finding[] {
  return [...groupBy(findings, ({ rule, message }) => `${rule} ${message}`).values()].flatMap(
    ([first]) => first ?? [],
  );
}

function messageOf({ rule, message }: Finding): string {
  return `${code(rule)}: ${sentence(message)}`;
}

function rulesOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ rule }) => rule))];
}

/** The request head that reaches the upstream: now, and with the fix. */
function heads({ analysis, findings, fix }: CommentRequest): string {
  const [report] = reportsOf(analysis, findings);
  const upstream = report?.proxyPass.parameters[0];
  const to = upstream === undefined ? "" : ` ${code(clip(redact(upstream)))}`;
  if (fix && fix.now.join("\n") !== fix.after.join("\n")) {
    const what = fix.probe === "websocket" ? "a handshake" : "an ordinary request";
    const version = versionText(analysis, oldestVersion);
    const title = `What ${what} sends to the upstream${to}, now and with the change${version}:`;
    return `${title}\n${fence(headDiff(headLines(fix.now), headLines(fix.after)), "diff")}`;
  }
  const isAboutHead = (finding: Finding): boolean =>
    isHandshakeError(finding) && ruleNamed(finding.rule)?.isBesideHead !== true;
  if (!report?.upstream || !findings.some(isAboutHead)) {
    return "";
  }
  const lines = headLines(requestHead(report.exchanges.websocket)).filter(
    (line) => !takenForGranted.test(line),
  );
  const version = versionText(analysis, newestVersion);
  return `What a handshake sends to the upstream${to}${version}:\n${fence(lines.join("\n"), "http")}`;
}

/** Which version's requests are shown, where nobody says which one runs. */
function versionText({ nginxVersion }: Analysis, [major, minor]: NginxVersion): string {
  return nginxVersion === "unknown" ? ` (by nginx ${major}.${minor}; no version is given)` : "";
}

function headLines(head: readonly string[]): string[] {
  return head.map((line) => clip(redact(line)));
}

/** What a browser always sends and nginx always passes on. */
const takenForGranted = /^(?:Sec-WebSocket-(?:Key|Version)|Origin):/i;

/** What changes stands together: the request line at the top, headers below those that stay. */
function headDiff(now: readonly string[], after: readonly string[]): string {
  const lost = missingFrom(after, now);
  const gone = lost.map((line) => `- ${line}`);
  const come = missingFrom(now, after).map((line) => `+ ${line}`);
  const kept = missingFrom(lost, now)
    .filter((line) => !takenForGranted.test(line))
    .map((line) => `  ${line}`);
  const first = now[0] === after[0] ? [] : [...gone.splice(0, 1), ...come.splice(0, 1)];
  return [...first, ...kept, ...gone, ...come].join("\n");
}

function evidence(findings: readonly Finding[]): string {
  const pieces = [...new Set(findings.flatMap((finding) => finding.evidence))];
  if (pieces.length === 0) {
    return "";
  }
  return `Why this counts as WebSocket: ${pieces.slice(0, MOST_EVIDENCE).map(sentence).join("; ")}.`;
}

/** The other places that take part, such as the locations that a line breaks. */
function related(findings: readonly Finding[]): string {
  const locations = groupBy(
    findings.flatMap(({ location }) => location ?? []),
    ({ place }) => keyOf(place),
  );
  const affected = [...locations.values()].flatMap(([first]) =>
    first && locations.size > 1
      ? [
          {
            place: first.place,
            note: `${locationOf(first)} is affected`,
          },
        ]
      : [],
  );
  const all = groupBy(
    [...affected, ...findings.flatMap((finding) => finding.related)],
    ({ place, note }) => `${keyOf(place)} ${note}`,
  );
  if (all.size === 0) {
    return "";
  }
  const shown = [...all.values()].slice(0, MOST_RELATED).flatMap(([first]) => {
    return first ? `${code(positionText(first.place))}: ${sentence(first.note)}` : [];
  });
  if (all.size > MOST_RELATED) {
    shown.push(`and ${all.size - MOST_RELATED} more`);
  }
  return `See also:\n${bullets(shown)}`;
}

function positionText(place: Place): string {
  return `${place.document.path}:${startOf(place).line}`;
}

function suggestionBlock({ suggestion }: CommentRequest): string {
  if (!suggestion) {
    return "";
  }
  return fence(suggestion.lines.map((line) => `${line}\n`).join(""), "suggestion");
}

/** What only some want to know: the other messages, what was checked, how to silence it. */
function details({ findings, suggestion, fix }: CommentRequest): string {
  const rules = rulesOf(findings);
  const distinct = distinctOf(findings);
  const others = rules.slice(1);
  const likewise = others.length > 0 ? `, and so on for ${others.map(code).join(", ")}` : "";
  const parts = [
    ...(distinct.length > MOST_MESSAGES + 1
      ? [bullets(distinct.slice(MOST_MESSAGES, MOST_DETAILS).map(messageOf))]
      : []),
    ...(suggestion && fix ? [`The suggestion: ${sentence(fix.title)}. ${checked}`] : []),
    `More about it: ${code(`${tool.name} explain ${rules[0] ?? ""}`)}${likewise}.`,
    "To keep it as it is, write above the directive or its block, with your reason:",
    fence(`# ${tool.name}: ignore[${rules.join(", ")}] reason`, "nginx"),
  ];
  return [
    "<details>",
    "<summary>Details, and how to silence this</summary>",
    "",
    parts.join("\n\n"),
    "",
    "</details>",
  ].join("\n");
}

const checked =
  "It was tried in a simulation of nginx: nothing new is found with it, and all other headers stay as they are.";

function bullets(entries: readonly string[]): string {
  return entries.map((entry) => `- ${entry}`).join("\n");
}
