import type { Analysis, LocationReport } from "../check/analysis.ts";
import type { Place } from "../repository/document.ts";
import type { Fix } from "../fix/edit.ts";
import type { Value } from "../request/value.ts";
import { evidenceOf } from "../intent/serves.ts";
import type { LocationName } from "../rules/finding.ts";
import type { Finding } from "../check/finding.ts";
import { plain } from "./markup.ts";
import { countBySeverity, endOf, startOf } from "./order.ts";
import { redact } from "./redact.ts";
import { tool } from "./tool.ts";

/**
 * The report for machines, as text: version 1 of the shape that the README describes. Its order is that of the analysis:
 * files by path, findings by file and offset, locations by use. Offsets are UTF-16, lines and columns 1-based.
 * @param findings what counts, where that is not everything found.
 */
export function jsonReport(
  analysis: Analysis,
  findings: readonly Finding[] = analysis.findings,
): string {
  const { error, warning, notice } = countBySeverity(findings);
  const report = {
    version: 1,
    tool,
    nginxVersion: analysis.nginxVersion,
    files: analysis.files,
    incomplete: analysis.limits,
    findings: findings.map(findingJson),
    locations: analysis.locations.map(locationJson),
    summary: {
      errors: error,
      warnings: warning,
      notices: notice,
      locations: analysis.locations.length,
    },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function findingJson(finding: Finding): object {
  const start = startOf(finding.place);
  const end = endOf(finding.place);
  return {
    rule: finding.rule,
    severity: finding.severity,
    message: plain(redact(finding.message)),
    file: finding.place.document.path,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    location: finding.location && nameJson(finding.location),
    group: finding.group,
    fixedBy: finding.fixedBy,
    related: finding.related.map(({ place, note }) => ({
      ...lineJson(place),
      note: plain(redact(note)),
    })),
    new: finding.isNew,
    fingerprint: finding.fingerprint,
    fix: finding.fix && fixJson(finding.fix),
  };
}

function fixJson({ title, safety, edits }: Fix): object {
  return {
    title: plain(redact(title)),
    safety,
    edits: edits.map(({ document, start, end, text }) => ({
      file: document.path,
      start,
      end,
      text,
    })),
  };
}

function locationJson(location: LocationReport): object {
  const { name, proxyPass, intent, upstream } = location;
  return {
    ...nameJson(name),
    proxyPass: redact(proxyPass.parameters[0] ?? ""),
    websocket: { serves: intent.serves, evidence: evidenceOf(intent).map(redact) },
    handshake: handshakeJson(location),
    upstream: upstream && {
      httpVersion: valueJson(upstream.httpVersion),
      headers: upstream.headers.map(([header, value]) => [header, headerJson(header, value)]),
    },
    idleTimeoutMs: location.idleTimeoutMs,
  };
}

/** What each server makes of the probe, and a strict one of the handshake that Firefox writes. */
export function handshakeJson({ verdict, failsInFirefox }: LocationReport): object {
  const { strict, lenient } = verdict;
  return { strict, lenient, firefox: failsInFirefox ? "breaks" : strict };
}

function nameJson({ place, name, server, includedFrom }: LocationName): object {
  return { ...lineJson(place), name, server, includedFrom };
}

function lineJson(place: Place): object {
  return { file: place.document.path, line: startOf(place).line };
}

function valueJson(value: Value): unknown {
  return typeof value === "string" ? value : { unknown: value.unknown };
}

/** Whether a header's value is a secret shows in its name. */
function headerJson(name: string, value: Value): unknown {
  if (typeof value !== "string") {
    return valueJson(value);
  }
  return redact(`${name}: ${value}`).slice(name.length + 2);
}
