import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildStage, writes, type Setup, type Stage } from "../action/stage.ts";
import type { WorkflowEvent } from "../github/events.ts";
import type { ReviewComment } from "../github/pull-request.ts";
import type { RunResult } from "../github/runner.ts";
import type { Fault, LoggedRequest } from "../github/server.ts";

/** Decides about each request of a run; made anew for each run. */
export type Faults = (request: LoggedRequest, stage: Stage) => Fault | undefined;

/** One run of the Action and what must come of it. */
export interface Act {
  /** What people do before it. */
  readonly before?: (stage: Stage) => void;
  /** Default: `pull_request`. */
  readonly event?: (stage: Stage) => WorkflowEvent;
  /** `pull_request_target` in place of `pull_request`. */
  readonly target?: boolean;
  /** Check out the commit of the event. */
  readonly checkout?: boolean;
  readonly inputs?: Readonly<Record<string, string>>;
  /** Environment variables besides the runner's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly faults?: () => Faults;
  /** So many runs at the same time; what is expected holds for each. Default: 1. */
  readonly atOnce?: number;
  readonly gate: "green" | "red";
  /** Files whose findings a comment, an annotation, the summary and the report must name. */
  readonly names?: readonly string[];
  /** The run stops with this message, because what is wrong could not be found out. */
  readonly refuses?: string;
  /** Comments that a reader sees afterwards: open, in the diff, not hidden. */
  readonly visible?: number;
  /** What is written, as operation ids, in this order. */
  readonly writes?: readonly string[];
  /** Texts of the job log. */
  readonly says?: readonly string[];
  /** Texts that are neither in the job log nor in the summary. */
  readonly hides?: readonly string[];
  /** At most. */
  readonly requests?: number;
  /** What else must hold; gives what does not. */
  readonly also?: (stage: Stage, result: RunResult) => readonly (string | false)[];
}

/** A row of the table. */
export interface Scenario {
  readonly name: string;
  readonly setup: Setup;
  /** Played in order. Then the last one again, without people and faults, until there were three. */
  readonly acts: readonly [Act, ...Act[]];
  /** What the runs after the last act come to, where that is something else. */
  readonly afterwards?: Omit<Act, "before" | "faults">;
}

const fewestRuns = 3;

/** Plays a scenario; gives what went wrong, one sentence each. */
export async function play({ setup, acts, afterwards }: Scenario): Promise<readonly string[]> {
  const stage = await buildStage(setup);
  const folder = mkdtempSync(join(tmpdir(), "scenario-"));
  const problems: string[] = [];
  try {
    const again = { ...lasting(acts.at(-1) ?? acts[0]), ...afterwards };
    const repeated: Act[] = [again, again, again].slice(0, Math.max(1, fewestRuns - acts.length));
    const all = [...acts, ...repeated];
    for (const [index, act] of all.entries()) {
      const reports = Array.from({ length: act.atOnce ?? 1 }, (_, run) =>
        join(folder, `${index}-${run}.json`),
      );
      prepare(stage, act);
      const results = await Promise.all(reports.map((report) => perform(stage, act, report)));
      const found = results.flatMap((result, run) => [
        ...expectations(act, stage, result),
        ...invariants(act, stage, result, reports[run] ?? ""),
        ...(index === all.length - 1 && act.writes === undefined && writes(result).length > 0
          ? [`the last run still writes: ${writes(result).join(", ")}`]
          : []),
      ]);
      problems.push(...found.map((problem) => `run ${index + 1}: ${problem}`));
      if (found.length > 0) {
        break;
      }
    }
    return [...problems, ...stage.github.problems];
  } finally {
    await stage.github.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is said once, and need not be said again. */
const momentary = new Set(["before", "faults", "atOnce", "writes", "says"]);

function lasting(act: Act): Act {
  const kept = Object.entries(act).filter(([key]) => !momentary.has(key));
  return { gate: act.gate, ...Object.fromEntries(kept) };
}

function prepare(stage: Stage, { before, faults }: Act): void {
  before?.(stage);
  const decide = faults?.();
  stage.github.faults = decide && ((request) => decide(request, stage));
}

async function perform(stage: Stage, act: Act, report: string): Promise<RunResult> {
  const inputs = { "report-file": report, ...act.inputs };
  const event = act.event?.(stage);
  const env = act.env ?? {};
  if (!event) {
    return stage.run({ inputs, env, target: act.target ?? false });
  }
  return stage.runOn(event, { inputs, env, ...(act.checkout === true && { checkout: event.sha }) });
}

function expectations(act: Act, stage: Stage, result: RunResult): string[] {
  const seen = visibleComments(stage).length;
  const written = writes(result);
  const said = result.stdout.replaceAll("%0A", "\n").replaceAll("%25", "%");
  const shown = said + result.summary;
  return [
    result.exitCode !== (act.gate === "red" ? 1 : 0) &&
      `the gate should be ${act.gate}, the exit code is ${result.exitCode}: ${lastLine(result)}`,
    act.visible !== undefined &&
      seen !== act.visible &&
      `${seen} comments are visible, not ${act.visible}`,
    act.writes !== undefined &&
      written.join() !== act.writes.join() &&
      `it wrote ${written.join(", ") || "nothing"}, not ${act.writes.join(", ") || "nothing"}`,
    act.requests !== undefined &&
      result.requests.length > act.requests &&
      `${result.requests.length} requests: ${result.requests.map(({ operation }) => operation).join(", ")}`,
    ...(act.says ?? []).map((text) => !said.includes(text) && `it does not say "${text}": ${said}`),
    ...(act.hides ?? []).map((text) => shown.includes(text) && `it says "${text}"`),
    ...(act.names ?? []).map(
      (path) => !isNamed(path, stage, result) && `nothing names what was found in ${path}`,
    ),
    ...(act.also?.(stage, result) ?? []),
  ].filter((problem) => problem !== false);
}

/** What holds after every run of every scenario. */
function invariants(act: Act, stage: Stage, result: RunResult, reportFile: string): string[] {
  const { stdout, stderr, summary, annotations, outputs, commands } = result;
  const conclusion = result.exitCode === 0 ? "success" : "failure";
  const errors = annotations.filter(({ level }) => level === "error");
  const unknown = commands.filter(
    ({ command }) => !["error", "warning", "notice"].includes(command),
  );
  return [
    stderr !== "" && `standard error: ${stderr}`,
    /^\s+at |node:internal|This is a bug/m.test(stdout) && `a bug: ${stdout}`,
    outputs["conclusion"] !== conclusion && `the output conclusion is ${outputs["conclusion"]}`,
    annotations.some(({ shown }) => !shown) && "GitHub drops annotations",
    unknown.length > 0 && `workflow commands: ${unknown.map(({ command }) => command).join(", ")}`,
    conclusion === "failure" && errors.length === 0 && "it fails without saying why",
    act.inputs?.["comment"] !== "off" && summary === "" && "there is no summary",
    act.refuses !== undefined &&
      !errors.some(({ message }) => message.includes(act.refuses ?? "")) &&
      `it should refuse with "${act.refuses}": ${lastLine(result)}`,
    act.refuses !== undefined && writes(result).length > 0 && "it refuses, but writes",
    ...duplicates(stage),
    ...(act.refuses === undefined ? lost(stage, result, reportFile, act) : []),
  ].filter((problem) => problem !== false);
}

function lastLine({ stdout }: RunResult): string {
  return stdout.trimEnd().split("\n").at(-1) ?? "";
}

/** What the pull request's page shows of ours: open, in the diff, not hidden. */
function visibleComments({ pull }: Stage): ReviewComment[] {
  return pull.threads
    .filter((thread) => !thread.resolvedBy && pull.positionOf(thread))
    .flatMap((thread) => thread.comments.slice(0, 1))
    .filter(({ minimizedReason, author }) => minimizedReason === undefined && isOurs(author.login));
}

function isOurs(login: string): boolean {
  return login.endsWith("[bot]");
}

/** No finding has two comments that a reader sees. */
function duplicates(stage: Stage): string[] {
  const all = visibleComments(stage).flatMap(({ body }) => fingerprintsOf(body));
  const twice = all.filter((fingerprint, index) => all.indexOf(fingerprint) !== index);
  return twice.length > 0 ? [`${twice.length} findings have two comments`] : [];
}

function fingerprintsOf(body: string): string[] {
  const marker = /<!-- nginx-websocket-guard fp=(\S+)(?: job=\S+)? -->\s*$/;
  return marker.exec(body)?.[1]?.split(",") ?? [];
}

interface ReportedFinding {
  readonly rule: string;
  readonly severity: string;
  readonly file: string;
  readonly line: number;
  readonly new: boolean;
  readonly fingerprint: string;
}

/** Findings of the report that neither comment nor annotation nor summary names. */
function lost(stage: Stage, result: RunResult, reportFile: string, { inputs }: Act): string[] {
  const { findings } = JSON.parse(readFileSync(reportFile, "utf8")) as {
    readonly findings: readonly ReportedFinding[];
  };
  const counted = findings.filter((finding) => finding.new || inputs?.["scope"] === "all");
  const live = new Set(visibleComments(stage).flatMap(({ body }) => fingerprintsOf(body)));
  const missing = counted.filter(
    ({ fingerprint, file, line, rule }) =>
      !live.has(fingerprint) &&
      !result.annotations.some(
        ({ shown, properties }) =>
          shown && properties["file"] === file && properties["title"]?.includes(rule),
      ) &&
      !result.summary
        .split("\n")
        .some((row) => row.includes(`${file}:${line}`) && row.includes(rule)),
  );
  return missing.map(({ rule, file, line }) => `lost: ${rule} at ${file}:${line}`);
}

function isNamed(path: string, stage: Stage, { annotations, summary }: RunResult): boolean {
  const commented = visibleComments(stage).some(
    ({ thread, body }) => thread.path === path || body.includes(path),
  );
  const annotated = annotations.some(
    ({ shown, properties }) => shown && properties["file"] === path,
  );
  return (commented || annotated) && (summary === "" || summary.includes(path));
}
