import { analyse, isNginxFile, planReview } from "../core/index.ts";
import type { Analysis, ChangedFile, Policy, PolicyProblem } from "../core/index.ts";
import { analyseBoth } from "./closure.ts";
import { Contents, pathBefore } from "./contents.ts";
import { deliver, staleness } from "./deliver.ts";
import type { Delivery } from "./deliver.ts";
import type { Event } from "./event.ts";
import { counted, inScope } from "./gate.ts";
import { mostListedFiles } from "./github.ts";
import type { GitHub, Tree } from "./github.ts";
import type { Inputs } from "./inputs.ts";
import type { Outcome } from "./outcome.ts";
import { decidingPolicy, readPolicy, withInputs } from "./policy.ts";
import { differences, sidesOf } from "./sides.ts";
import type { Sides } from "./sides.ts";
import { planThreads } from "./threads.ts";
import type { ThreadPlan } from "./threads.ts";

export type PullRequestEvent = Extract<Event, { kind: "pull-request" }>;

/** Reviews a pull request: reads it over the API, at the commits that the event names, and comments. */
export async function reviewPullRequest(
  event: PullRequestEvent,
  inputs: Inputs,
  github: GitHub,
): Promise<Outcome> {
  const { number, headSha } = event;
  const [overview, listed] = await Promise.all([
    github.overview(number, { sha: event.baseSha, path: inputs.config }),
    github.changedFiles(number),
  ]);
  const policy = decidingPolicy(overview.policy, inputs);
  if (listed.complete && !listed.files.some((file) => matters(file, policy, inputs))) {
    const plan = planThreads({ comments: [], findings: [], threads: overview.threads, complete: true });
    const delivery = await comment(event, inputs, github, plan);
    return nothingToAnalyse(event, listed.files.length, delivery);
  }

  const [baseSha, headTree] = await Promise.all([
    github.mergeBase(event.baseSha, headSha),
    github.tree(headSha),
  ]);
  const baseTree = listed.complete ? null : await github.tree(baseSha);
  const changes = baseTree ? withUnlisted(listed.files, baseTree, headTree) : listed.files;
  const contents = new Contents(github, number);
  const sides = sidesOf({ contents, headSha, headTree, baseSha, changes });
  const starts = changes.filter((change) => isNginxChange(change, policy));
  const analysed = await analyseBoth({
    contents,
    ...sides,
    changes,
    starts,
    policy,
    everything: inputs.scope === "all",
  });
  const { analysis } = analysed;
  const incomplete = [
    ...analysed.unread,
    ...truncation(headTree, baseTree),
  ];
  const head = await headPolicy({ contents, sides, changes, headSha, inputs, analysis });
  const findings = inScope(analysis, inputs.scope, changes);
  const review = planReview({ analysis, changes, findings, maxComments: inputs.maxComments });
  const plan = planThreads({
    comments: review.comments,
    findings: analysis.findings,
    threads: overview.threads,
    complete: incomplete.length === 0,
  });
  const delivery = await comment(event, inputs, github, plan);
  return {
    subject: `${filesOf(starts.length)} of pull request #${number}`,
    analysis,
    findings,
    review,
    posted: delivery.posted,
    live: delivery.live,
    resolved: plan.resolved,
    notes: [...delivery.notes, ...review.notes, ...head.notes, ...unlistedNotes(listed.complete)],
    incomplete,
    policyProblems: head.problems,
  };
}

/** Brings the comments up to date, where that is wanted and the pull request is still the one that was analysed. */
async function comment(
  event: PullRequestEvent,
  inputs: Inputs,
  github: GitHub,
  plan: ThreadPlan,
): Promise<Delivery> {
  const nothing = { posted: 0, live: plan.live, notes: [] };
  const changes = plan.post.length + plan.edit.length + plan.retire.length;
  if (inputs.comment !== "review" || changes === 0) return nothing;
  const stale = github.state && staleness(github.state, event.headSha);
  if (stale) return { ...nothing, notes: [stale] };
  return deliver({ github, number: event.number, headSha: event.headSha, plan, reviewBody });
}
