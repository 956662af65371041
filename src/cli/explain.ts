import { nearest, rulePage, ruleSummaries } from "../core/index.ts";
import type { Arguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { type Terminal, UsageError } from "./terminal.ts";

/** Prints a rule's page, or one line per rule. */
export const explain: Command = {
  words: "[RULE]",
  about: "a rule's page; without RULE the list of rules",
  flags: {},
  examples: ["GUARD explain connection-header"],
  run: runExplain,
};

function runExplain({ words }: Arguments, terminal: Terminal): number {
  const [rule, ...more] = words;
  if (more.length > 0) {
    throw new UsageError(`explain takes one rule, not ${words.length} words.`);
  }
  const summaries = ruleSummaries();
  if (rule === undefined) {
    const width = Math.max(...summaries.map(({ id }) => id.length));
    for (const { id, summary } of summaries) {
      terminal.write(`${id.padEnd(width)}  ${summary.replaceAll("`", "")}\n`);
    }
    return 0;
  }
  const page = rulePage(rule);
  if (page === undefined) {
    const guess = nearest(
      rule,
      summaries.map(({ id }) => id),
    );
    const hint =
      guess === null ? "explain without a rule lists them all." : `Did you mean ${guess}?`;
    throw new UsageError(`there is no rule ${rule}. ${hint}`);
  }
  terminal.write(page.endsWith("\n") ? page : `${page}\n`);
  return 0;
}
