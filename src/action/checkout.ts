import { analyse, numbered, worstFirst } from "../core/index.ts";
import type { Doing } from "./doing.ts";
import type { Event } from "./event.ts";
import { UserError } from "./faults.ts";
import type { Inputs } from "./inputs.ts";
import type { Outcome } from "./outcome.ts";
import { emptyOutcome } from "./outcome.ts";
import { decide } from "./policy.ts";
import { unread, WorkspaceFiles } from "./workspace.ts";

export type WorkspaceEvent = Extract<Event, { kind: "workspace" }>;

/**
 * Analyses what was checked out: every finding counts, there is nothing to compare with.
 * @throws UserError where nothing was checked out, or the policy is not valid.
 */
export function checkWorkspace(task: {
  readonly event: WorkspaceEvent;
  readonly inputs: Inputs;
  readonly doing: Doing;
}): Outcome {
  const { event, inputs, doing } = task;
  doing("reading the checkout");
  const files = new WorkspaceFiles(event.folder);
  if (files.list().length === 0) {
    throw new UserError(
      `The workspace is empty: on ${event.name} this action reads the checkout, so actions/checkout must run before it.`,
    );
  }
  const { policy, fault } = decide(files.content(inputs.config), inputs, "the checkout");
  if (fault) throw fault;
  doing("analysing the checkout");
  const analysis = analyse(files, { policy });
  const count = analysis.files.length;
  if (count === 0) return { ...emptyOutcome, subject: numbered(files.list().length, "file") };
  return {
    ...emptyOutcome,
    subject: numbered(count, "nginx file"),
    analysis,
    findings: worstFirst(analysis.findings),
    incomplete: analysis.wanted.map((path) => `${path} was not analysed: ${unread}.`),
  };
}
