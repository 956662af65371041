import { numbered, planReview, type Review } from "../core/index.ts";
import { compareCommits, type Comparison, matters } from "./comparison.ts";
import { deliver, staleness, type Delivery } from "./deliver.ts";
import type { Doing } from "./doing.ts";
import type { Event } from "./event.ts";
import { GitHubFault } from "./faults.ts";
import { inScope } from "./gate.ts";
import { unknownChanges, type BlobContent, type GitHub } from "./github.ts";
import type { Inputs } from "./inputs.ts";
import { jobKey, signed } from "./job.ts";
import { type RunOutcome, emptyOutcome } from "./outcome.ts";
import { decide } from "./policy.ts";
import { reviewBody } from "./review-body.ts";
import { planThreads, type Thread, type ThreadPlan } from "./threads.ts";
import { shortSha } from "./words.ts";

export type PullRequestEvent = Extract<Event, { kind: "pull-request" }>;

/** What a review of one pull request needs. */
interface Task {
  readonly event: PullRequestEvent;
  readonly inputs: Inputs;
  readonly github: GitHub;
  readonly doing: Doing;
}

/** Reviews a pull request: reads it over the API, at the commits that the event names, and comments. */
export async function reviewPullRequest(task: Task): Promise<RunOutcome> {
  const { event, inputs, github, doing } = task;
  const { number, headSha } = event;
  const name = `pull request #${number}`;
  doing(`asking GitHub what ${name} changes`);
  const [overview, current] = await Promise.all([overviewOf(task), github.changedFiles(number)]);
  // GitHub lists what the newest head changes, which a late or repeated run is not about.
  const hasMovedOn = github.state !== null && github.state.headSha !== headSha;
  const listed = hasMovedOn ? unknownChanges : current;
  const decision = decide(overview.policy, inputs, `commit ${shortSha(event.baseSha)}`);
  if (!matters(listed, decision, inputs)) {
    const subject = `${numbered(listed.files.length, "changed file")} of ${name}`;
    return withoutNginx(task, overview, subject);
  }
  const compared = await compareCommits({
    github,
    number,
    headSha,
    baseSha: await github.mergeBase(event.baseSha, headSha),
    listed,
    decision,
    inputs,
    doing,
  });
  doing("planning the review");
  const outcome = await reviewed(task, overview, compared);
  const changedFiles = numbered(compared.changes.length, "changed file");
  // There is no diff to look at, and so no comment, of a head that is not the newest.
  const notes = hasMovedOn ? [] : (outcome.review?.notes ?? []);
  return {
    ...outcome,
    subject: `${compared.subject ?? changedFiles} of ${name}`,
    notes: [...compared.notes, ...outcome.notes, ...notes],
  };
}

/** Nothing that matters has changed: comments of before are retired. */
async function withoutNginx(task: Task, overview: ReviewRun, subject: string): Promise<RunOutcome> {
  const plan = planThreads({
    comments: [],
    present: new Set<string>(),
    threads: overview.threads ?? [],
    job: jobKey(task.inputs),
    complete: overview.threads !== null,
  });
  const delivery = await comment(task, plan, null);
  return { ...emptyOutcome, subject, notes: [...overview.notes, ...delivery.notes] };
}

/** Plans the review of what was compared, and brings the comments up to date. */
async function reviewed(
  task: Task,
  overview: ReviewRun,
  { analysis, changes, incomplete, subject, passedOver, policyProblems }: Comparison,
): Promise<Omit<RunOutcome, "subject">> {
  const { inputs } = task;
  const job = jobKey(inputs);
  const findings = inScope(analysis, inputs.scope, changes);
  const review = planReview({ analysis, changes, findings, maxComments: inputs.maxComments });
  const plan = planThreads({
    comments: review.comments.map((each) => signed(each, job)),
    present: new Set(analysis.findings.map(({ fingerprint }) => fingerprint)),
    threads: overview.threads ?? [],
    job,
    complete: incomplete.length === 0,
  });
  const delivery = overview.threads ? await comment(task, plan, review) : silent(plan);
  return {
    analysis: subject === null ? null : analysis,
    findings,
    review,
    posted: delivery.posted,
    live: delivery.live,
    resolved: plan.resolved,
    notes: [...overview.notes, ...delivery.notes],
    incomplete,
    passedOver,
    policyProblems,
  };
}

interface ReviewRun {
  readonly policy: BlobContent | null;
  /** Null where GitHub could not say. */
  readonly threads: readonly Thread[] | null;
  readonly notes: readonly string[];
}

/** The policy and the threads. The gate needs the policy alone, so a fault of the others only keeps us from commenting. */
async function overviewOf({ event, inputs, github }: Task): Promise<ReviewRun> {
  const policy = { sha: event.baseSha, path: inputs.config };
  try {
    return { ...(await github.overview(event.number, policy)), notes: [] };
  } catch (error) {
    if (!(error instanceof GitHubFault) || error.kind !== "unavailable") {
      throw error;
    }
    const [content = null] = await github.contents([policy], null);
    const note = `No comment was posted or changed, because it is not known which there are. ${error.message}`;
    return { policy: content, threads: null, notes: [note] };
  }
}

/** What stands where nothing is posted or changed. */
function silent(plan: ThreadPlan): Delivery {
  return { posted: 0, live: plan.live, notes: [] };
}

/** Brings the comments up to date, where that is wanted and the pull request is still the one that was analysed. */
async function comment(
  { event, inputs, github, doing }: Task,
  plan: ThreadPlan,
  review: Review | null,
): Promise<Delivery> {
  const nothing = silent(plan);
  const changes = plan.post.length + plan.edit.length + plan.retire.length;
  const { number, headSha, author } = event;
  const wants = changes > 0 || (review?.unplaced.length ?? 0) > 0;
  if (inputs.comment !== "review" || !wants) {
    return nothing;
  }
  const stale = github.state && staleness(github.state, headSha);
  if (stale) {
    return { ...nothing, notes: [stale] };
  }
  if (changes === 0) {
    return nothing;
  }
  doing("posting the review");
  const body = reviewBody(plan.post, review?.unplaced ?? []);
  return deliver({ github, number, headSha, author, plan, reviewBody: body });
}
