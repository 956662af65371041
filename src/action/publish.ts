import { appendFileSync } from "node:fs";
import * as core from "@actions/core";
import { countBySeverity, summaryReport } from "../core/index.ts";
import { annotationsOf } from "./annotations.ts";
import type { Inputs } from "./inputs.ts";
import { say } from "./log.ts";
import { type RunOutcome, emptyOutcome } from "./outcome.ts";
import type { ReportFiles } from "./reports.ts";
import type { JobVerdict } from "./verdict.ts";

const annotate = { error: core.error, warning: core.warning, notice: core.notice };

export interface Publication {
  readonly outcome: RunOutcome;
  readonly verdict: JobVerdict;
  readonly reports: ReportFiles;
  readonly inputs: Inputs;
}

/** Tells the workflow, the checks and the log what came out. The last line says what fails and why. */
export function publish({ outcome, verdict, reports, inputs }: Publication): void {
  setOutputs(outcome, verdict, reports);
  if (inputs.comment !== "off") {
    writeSummary(outcome, verdict.line);
  }
  for (const { level, message, ...properties } of annotationsOf(outcome)) {
    annotate[level](message, properties);
  }
  const missing = notAnalysed(outcome);
  if (missing.length > 0) {
    core.warning(missing.join("\n"), { title: "Not everything could be analysed" });
  }
  for (const note of outcome.notes) {
    say(note);
  }
  if (verdict.failed) {
    core.setFailed(verdict.line);
  } else {
    say(verdict.line);
  }
}

/** Fails the job with one message and no findings, because they could not be found out. */
export function publishFailure(
  message: string,
  place: { readonly file: string; readonly line: number } | null,
): void {
  core.setOutput("conclusion", "failure");
  writeSummary({ ...emptyOutcome, subject: "" }, message.replaceAll(/\s*\n\s*/g, " "));
  core.error(message, place ? { file: place.file, startLine: place.line } : {});
  process.exitCode = core.ExitCode.Failure;
}

function notAnalysed({ incomplete, passedOver }: RunOutcome): readonly string[] {
  return [...incomplete, ...passedOver];
}

function setOutputs(outcome: RunOutcome, { failed }: JobVerdict, reports: ReportFiles): void {
  const { findings, review, posted } = outcome;
  const { error, warning, notice } = countBySeverity(findings);
  const outputs = {
    conclusion: failed ? "failure" : "success",
    findings: findings.length,
    errors: error,
    warnings: warning,
    notices: notice,
    suggestions: review?.comments.filter(({ suggests }) => suggests).length ?? 0,
    "comments-posted": posted,
    "report-file": reports.reportFile,
    "sarif-file": reports.sarifFile,
    incomplete: notAnalysed(outcome).join("\n"),
  };
  for (const [name, value] of Object.entries(outputs)) {
    core.setOutput(name, value);
  }
}

/** The runner of an old enterprise server has no summary. */
function writeSummary(outcome: RunOutcome, verdictLine: string): void {
  const file = process.env["GITHUB_STEP_SUMMARY"];
  if (!file) {
    return;
  }
  const { analysis, findings, review, live, resolved, notes, incomplete, policyProblems } = outcome;
  const text = summaryReport({
    title: "nginx-websocket-guard",
    verdictLine,
    analysis,
    findings,
    unplaced: review?.unplaced ?? findings,
    ...(review && { leftOut: review.leftOut }),
    live,
    resolved,
    notes,
    incomplete,
    policyProblems,
  });
  appendFileSync(file, text);
}
