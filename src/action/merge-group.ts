import { compareCommits, matters } from "./comparison.ts";
import type { Doing } from "./doing.ts";
import type { Event } from "./event.ts";
import { inScope } from "./gate.ts";
import type { GitHub } from "./github.ts";
import type { Inputs } from "./inputs.ts";
import type { Outcome } from "./outcome.ts";
import { emptyOutcome } from "./outcome.ts";
import { decide } from "./policy.ts";
import { counted, shortSha } from "./words.ts";

export type MergeGroupEvent = Extract<Event, { kind: "merge-group" }>;

/** Checks what a merge queue is about to merge. It has no comments: its pull requests were reviewed before. */
export async function checkMergeGroup(task: {
  readonly event: MergeGroupEvent;
  readonly inputs: Inputs;
  readonly github: GitHub;
  readonly doing: Doing;
}): Promise<Outcome> {
  const { event, inputs, github, doing } = task;
  const { baseSha, headSha } = event;
  doing("asking GitHub what the merge group changes");
  const [[policy = null], listed] = await Promise.all([
    github.contents([{ sha: baseSha, path: inputs.config }], null),
    github.comparedFiles(baseSha, headSha),
  ]);
  const decision = decide(policy, inputs, `commit ${shortSha(baseSha)}`);
  if (!matters(listed, decision, inputs)) {
    const subject = `${counted(listed.files.length, "changed file")} of the merge group`;
    return { ...emptyOutcome, subject };
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
  const { analysis, changes, nginxFiles, incomplete, notes, policyProblems } = compared;
  return {
    ...emptyOutcome,
    subject: `${counted(nginxFiles, "nginx file")} of the merge group`,
    analysis,
    findings: inScope(analysis, inputs.scope, changes),
    notes,
    incomplete,
    policyProblems,
  };
}
