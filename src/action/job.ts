import { createHash } from "node:crypto";
import type { ReviewComment } from "../core/index.ts";
import type { Inputs } from "./inputs.ts";

/**
 * What tells the comments of several jobs on one pull request apart, as 16 hexadecimal digits: another run of the same
 * job has the same. The inputs that decide what is found count too, because the jobs of a matrix share their id.
 */
export function jobKey(
  { files, profile, config, nginxVersion }: Inputs,
  { GITHUB_WORKFLOW: workflow = "", GITHUB_JOB: job = "" }: NodeJS.ProcessEnv = process.env,
): string {
  const identity = JSON.stringify([workflow, job, files, profile, config, nginxVersion]);
  return createHash("sha256").update(identity).digest("hex").slice(0, 16);
}

/** The comment with the job's key in its hidden marker. */
export function signed(comment: ReviewComment, job: string): ReviewComment {
  return { ...comment, body: comment.body.replace(/ -->\s*$/, ` job=${job} -->`) };
}

/** The key in a comment's hidden marker; null where it has none. */
export function jobOf(body: string): string | null {
  return / job=([\da-f]+) -->\s*$/.exec(body)?.[1] ?? null;
}
