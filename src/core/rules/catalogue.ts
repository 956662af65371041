import { type Profile, profiles, ruleSeverities } from "../policy/policy.ts";
import { rules } from "./index.ts";
import { pages } from "./pages.ts";
import { handshakeParts, type Rule, ruleGroups } from "./rule.ts";

/**
 * Every rule there is, in the order in which lists show them: by group, the severe ones first, of these what loses a part
 * of the handshake, then by name.
 */
export const ruleList: readonly Rule[] = rules.toSorted(
  (a, b) =>
    ruleGroups.indexOf(a.group) - ruleGroups.indexOf(b.group) ||
    ruleSeverities.indexOf(a.severity) - ruleSeverities.indexOf(b.severity) ||
    placeOfLost(a) - placeOfLost(b) ||
    (a.id < b.id ? -1 : 1),
);

function placeOfLost({ lost }: Rule): number {
  return lost === undefined ? handshakeParts.length : handshakeParts.indexOf(lost);
}

const byId: ReadonlyMap<string, Rule> = new Map(rules.map((rule) => [rule.id, rule]));

/** The rule of this name, or undefined. */
export function ruleNamed(id: string): Rule | undefined {
  return byId.get(id);
}

/** Whether there is a rule of this name and it is about handshakes that cannot succeed. */
export function isAboutHandshakes(id: string): boolean {
  return ruleNamed(id)?.group === "handshake";
}

/** The profiles that have a rule. */
export function profilesWith({ from }: Rule): readonly Profile[] {
  return profiles.slice(profiles.indexOf(from));
}

/** The rules that there are, in the order in which lists show them; summaries are one line of Markdown. */
export function ruleSummaries(): { readonly id: string; readonly summary: string }[] {
  return ruleList.map(({ id, summary }) => ({ id, summary }));
}

/** A rule's page as Markdown; undefined where there is no rule of that name. */
export function rulePage(rule: string): string | undefined {
  return pages.get(rule);
}
