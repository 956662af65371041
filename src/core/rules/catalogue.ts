import { rules } from "./index.ts";
import { isRuleId, ruleTable } from "./names.ts";
import { pages } from "./pages.ts";

/** The rules that there are, in the order in which lists show them; summaries are one line of Markdown. */
export function ruleSummaries(): { readonly id: string; readonly summary: string }[] {
  return rules.map(({ id }) => ({ id, summary: ruleTable[id].summary }));
}

/** A rule's page as Markdown; undefined where there is no rule of that name. */
export function rulePage(rule: string): string | undefined {
  return isRuleId(rule) ? pages[rule] : undefined;
}
