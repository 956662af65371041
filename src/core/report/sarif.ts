import type { Analysis } from "../analysis.ts";
import { groupBy } from "../collections.ts";
import type { Place } from "../config/model.ts";
import type { Fix } from "../fix/edit.ts";
import type { Finding, Severity } from "../rules/finding.ts";
import { isRuleId, ruleTable } from "../rules/names.ts";
import { compareText, endOf, startOf } from "./order.ts";
import { redact } from "./redact.ts";
import { tool } from "./tool.ts";

const levels: Readonly<Record<Severity, string>> = {
  error: "error",
  warning: "warning",
  notice: "note",
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
  if (!isRuleId(id)) return { id };
  const { summary, severity } = ruleTable[id];
  return {
    id,
    shortDescription: { text: summary.replaceAll("`", "") },
    defaultConfiguration: {
      level: severity === "off" ? "none" : levels[severity],
      enabled: severity !== "off",
    },
    help: { text: `${tool.name} explain ${id}` },
  };
}

function resultOf(finding: Finding, ruleIndex: number): object {
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: levels[finding.severity],
    message: { text: redact(finding.message) },
    locations: [{ physicalLocation: physical(finding.place) }],
    relatedLocations: finding.related.map(({ place, note }, id) => ({
      id,
      physicalLocation: physical(place),
      message: { text: redact(note) },
    })),
    partialFingerprints: { "nginxWebsocketGuard/v1": finding.fingerprint },
    // Every fix of SARIF replaces something.
    ...(finding.fix && finding.fix.edits.length > 0 && { fixes: [fixOf(finding.fix)] }),
  };
}

function fixOf({ title, edits }: Fix): object {
  return {
    description: { text: redact(title) },
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
