import { analyse, numbered, worstFirst } from "../core/index.ts";
import type { Doing } from "./doing.ts";
import type { Event } from "./event.ts";
import { UserError } from "./faults.ts";
import type { BlobContent } from "./github.ts";
import type { Inputs } from "./inputs.ts";
import { type RunOutcome, emptyOutcome } from "./outcome.ts";
import { decide } from "./policy.ts";
import { WorkspaceFiles } from "./workspace.ts";

export type WorkspaceEvent = Extract<Event, { kind: "workspace" }>;

/**
 * Analyses what was checked out: every finding counts, there is nothing to compare with.
 * @throws UserError where nothing was checked out, or the policy is not valid.
 */
export function checkWorkspace(task: {
  readonly event: WorkspaceEvent;
  readonly inputs: Inputs;
  readonly doing: Doing;
}): RunOutcome {
  const { event, inputs, doing } = task;
  doing("reading the checkout");
  const files = new WorkspaceFiles(event.folder);
  if (files.list().length === 0) {
    throw new UserError(
      `The workspace is empty: on ${event.name} this action reads the checkout, so actions/checkout must run before it.`,
    );
  }
  const { policy, fault } = decide(files.content(inputs.config), inputs, "the checkout");
  if (fault) {
    throw fault;
  }
  doing("analysing the checkout");
  const analysis = analyse(files, { policy });
  const count = analysis.files.length;
  if (count === 0) {
    return { ...emptyOutcome, subject: numbered(files.list().length, "file") };
  }
  return {
    ...emptyOutcome,
    subject: numbered(count, "nginx file"),
    analysis,
    findings: worstFirst(analysis.findings),
    incomplete: [
      ...analysis.wanted.map((path) => unread(path, files.content(path))),
      ...analysis.limits,
    ],
  };
}

function unread(path: string, content: BlobContent | null): string {
  const reason = content && "reason" in content ? content.reason : "it is gone";
  return `${path} was not analysed: ${reason}.`;
}
