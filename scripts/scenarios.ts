import { play } from "../__tests__/scenarios/play.ts";
import type { Scenario } from "../__tests__/scenarios/play.ts";
import { scenarios } from "../__tests__/scenarios/table.ts";

/*
 * Plays what can happen to a pull request on the local GitHub: `npm run scenarios`, or `npm run scenarios -- 'met by the
 * tree'` for those whose names hold a text. One line each; exit status 1 where one fails.
 */
const [wanted = ""] = process.argv.slice(2);
const chosen = scenarios.filter(({ name }) => name.includes(wanted));
const atOnce = 4;

/** Started ahead, printed in order. */
const waiting = [...chosen];
const started: Promise<readonly string[]>[] = [];
const running = new Set<Promise<readonly string[]>>();

async function outcome(scenario: Scenario): Promise<readonly string[]> {
  try {
    return await play(scenario);
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

function startMore(): void {
  while (running.size < atOnce) {
    const next = waiting.shift();
    if (!next) return;
    const played = outcome(next);
    running.add(played);
    started.push(played);
    void played.then(() => {
      running.delete(played);
      startMore();
    });
  }
}

startMore();
let failed = 0;
for (const [index, { name }] of chosen.entries()) {
  const problems = (await started[index]) ?? [];
  console.log(`${problems.length === 0 ? "ok" : "FAILED"} ${name}`);
  for (const problem of problems) console.log(`    ${problem}`);
  if (problems.length > 0) failed += 1;
}
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || chosen.length === 0 ? 1 : 0;
