import { numbered } from "../core/index.ts";
import { compareCommits, matters } from "./comparison.ts";
import type { Doing } from "./doing.ts";
import type { Event } from "./event.ts";
import { inScope } from "./gate.ts";
import type { GitHub } from "./github.ts";
import type { Inputs } from "./inputs.ts";
import { type RunOutcome, emptyOutcome } from "./outcome.ts";
import { decide } from "./policy.ts";
import { shortSha } from "./words.ts";

export type MergeGroupEvent = Extract<Event, { kind: "merge-group" }>;

/** Checks what a merge queue is about to merge. It has no comments: its pull requests were reviewed before. */
export async function checkMergeGroup(task: {
  readonly event: MergeGroupEvent;
  readonly inputs: Inputs;
  readonly github: GitHub;
  readonly doing: Doing;
}): Promise<RunOutcome> {
  const { event, inputs, github, doing } = task;
  const { baseSha, headSha } = event;
  doing("asking GitHub what the merge group changes");
  const [[policy = null], listed] = await Promise.all([
    github.contents([{ sha: baseSha, path: inputs.config }], null),
    github.comparedFiles(baseSha, headSha),
  ]);
  const decision = decide(policy, inputs, `commit ${shortSha(baseSha)}`);
  const changedFiles = numbered(listed.files.length, "changed file");
  if (!matters(listed, decision, inputs)) {
    return { ...emptyOutcome, subject: `${changedFiles} of the merge group` };
  }
  const compared = await compareCommits({
    github,
    number: null,
    headSha,
    baseSha,
    listed,
    decision,
    inputs,
    doing,
  });
  const { analysis, changes, subject, incomplete, passedOver, notes, policyProblems } = compared;
  return {
    ...emptyOutcome,
    subject: `${subject ?? changedFiles} of the merge group`,
    analysis: subject === null ? null : analysis,
    findings: inScope(analysis, inputs.scope, changes),
    notes,
    incomplete,
    passedOver,
    policyProblems,
  };
}
