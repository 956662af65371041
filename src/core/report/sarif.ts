import type { Analysis } from "../check/analysis.ts";
import { groupBy } from "../basics/collections.ts";
import type { Place } from "../repository/document.ts";
import type { Fix } from "../fix/edit.ts";
import type { Finding } from "../check/finding.ts";
import type { Severity } from "../policy/policy.ts";
import { ruleNamed, rulePage } from "../rules/catalogue.ts";
import { plain, visible } from "./markup.ts";
import { compareText, endOf, startOf } from "./order.ts";
import { redact } from "./redact.ts";
import { tool } from "./tool.ts";

const levels: Readonly<Record<Severity, string>> = {
  error: "error",
  warning: "warning",
  notice: "note",
};

/** In GitHub's own words. */
const problemSeverities: Readonly<Record<Severity | "off", string>> = {
  error: "error",
  warning: "warning",
  notice: "recommendation",
  off: "recommendation",
};

/**
 * The findings as SARIF 2.1.0, as text. Paths are relative to the repository's root. GitHub recognises an alert again by
 * `partialFingerprints`, so ours go there.
 */
export function sarifReport(
  analysis: Analysis,
  findings: readonly Finding[] = analysis.findings,
): string {
  const ruleIds = [...new Set(findings.map(({ rule }) => rule))].toSorted(compareText);
  const notAnalysed = analysis.files.filter(({ analysed }) => !analysed);
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { ...tool, rules: ruleIds.map(descriptor) } },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: notAnalysed.map(({ path, reason }) => ({
              level: "warning",
              message: { text: `${path} was not analysed${reason ? `: ${reason}` : ""}` },
            })),
          },
        ],
        results: findings.map((finding) => resultOf(finding, ruleIds.indexOf(finding.rule))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptor(id: string): object {
  const rule = ruleNamed(id);
  if (rule === undefined) {
    return { id };
  }
  const { summary, severity, group } = rule;
  const page = rulePage(id) ?? `${tool.name} explain ${id}`;
  return {
    id,
    shortDescription: { text: plain(summary) },
    fullDescription: { text: `${plain(summary)}.` },
    defaultConfiguration: {
      level: severity === "off" ? "none" : levels[severity],
      enabled: severity !== "off",
    },
    // The page is Markdown that reads well as it is.
    help: { text: page, markdown: page },
    // GitHub sorts and filters alerts by these.
    properties: {
      tags: ["nginx", "websocket", group],
      precision: "very-high",
      "problem.severity": problemSeverities[severity],
    },
  };
}

function resultOf(finding: Finding, ruleIndex: number): object {
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: levels[finding.severity],
    message: { text: messageOf(finding) },
    locations: [{ physicalLocation: physical(finding.place) }],
    relatedLocations: finding.related.map(({ place, note }, id) => ({
      id,
      physicalLocation: physical(place),
      message: { text: plain(redact(note)) },
    })),
    partialFingerprints: { "nginxWebsocketGuard/v1": finding.fingerprint },
    // Every fix of SARIF replaces something.
    ...(finding.fix && finding.fix.edits.length > 0 && { fixes: [fixOf(finding.fix)] }),
  };
}

/** GitHub shows a related location only where the message links to it, by its id. */
function messageOf({ message, related }: Finding): string {
  const links = related
    .slice(0, MOST_LINKS)
    .map(({ place, note }, id) => `[${linkText(place, note)}](${id})`);
  const text = withoutLinks(plain(redact(message)));
  return links.length > 0 ? `${text} See ${links.join(", ")}.` : text;
}

const MOST_LINKS = 5;

function linkText(place: Place, note: string): string {
  const text = `${place.document.path}:${startOf(place).line} (${plain(redact(note))})`;
  return visible(text).replaceAll(/[\\[\]]/g, String.raw`\$&`);
}

/** What reads like a link, such as a regular expression with a class before a group, stays text (SARIF 3.11.6). */
function withoutLinks(text: string): string {
  return text.replaceAll(/\[(?=[^\]]*\]\()/g, String.raw`\[`);
}

function fixOf({ title, edits }: Fix): object {
  return {
    description: { text: plain(redact(title)) },
    artifactChanges: [...groupBy(edits, ({ document }) => document)].map(([document, own]) => ({
      artifactLocation: artifact(document.path),
      replacements: own.map(({ start, end, text }) => ({
        deletedRegion: region({ document, span: { start, end } }),
        insertedContent: { text },
      })),
    })),
  };
}

function physical(place: Place): object {
  return { artifactLocation: artifact(place.document.path), region: region(place) };
}

function artifact(path: string): object {
  return { uri: path.split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" };
}

/** SARIF's `endColumn` is the one after the last character, as ours is. */
function region(place: Place): object {
  const start = startOf(place);
  const end = endOf(place);
  return {
    startLine: start.line,
    startColumn: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}
