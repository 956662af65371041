import { afterEach } from "vitest";
import type { LocalGitHub } from "../github/server.ts";
import { buildStage, type Setup, type Stage } from "./stage.ts";

export { printed, writes } from "./stage.ts";
export type { Stage as Scenario } from "./stage.ts";

const running: LocalGitHub[] = [];

afterEach(async () => {
  const problems = running.flatMap((github) => github.problems);
  await Promise.all(running.splice(0).map(async (github) => github.close()));
  if (problems.length > 0) {
    throw new Error(problems.join("\n"));
  }
});

/** A repository with an open pull request on a GitHub of its own, until the test ends. */
export async function scenario(setup: Setup = {}): Promise<Stage> {
  const stage = await buildStage(setup);
  running.push(stage.github);
  return stage;
}
