import { play, type Scenario } from "../__tests__/scenarios/play.ts";
import { scenarios } from "../__tests__/scenarios/table.ts";

/*
 * Plays what can happen to a pull request on the local GitHub: `npm run scenarios`, or `npm run scenarios -- 'met by the
 * tree'` for those whose names hold a text. One line each; exit status 1 where one fails.
 */
const [wanted = ""] = process.argv.slice(2);
const chosen = scenarios.filter(({ name }) => name.includes(wanted));
const atOnce = 4;

let failed = 0;
const queue = chosen.values();

/** Plays what is next in the queue, until it is empty. */
async function work(): Promise<void> {
  for (const scenario of queue) {
    const problems = await problemsOf(scenario);
    if (problems.length > 0) {
      failed += 1;
    }
    const lines = problems.map((problem) => `\n    ${problem}`).join("");
    console.log(`${problems.length === 0 ? "ok" : "FAILED"} ${scenario.name}${lines}`);
  }
}

async function problemsOf(scenario: Scenario): Promise<readonly string[]> {
  try {
    return await play(scenario);
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

if (chosen.length === 0) {
  console.error(
    `No scenario's name holds "${wanted}": expected a part of a name in __tests__/scenarios, as in npm run scenarios -- "met by the tree"`,
  );
  process.exit(1);
}
await Promise.all(Array.from({ length: atOnce }, work));
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
