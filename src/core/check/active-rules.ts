import type { Report, RuleOptions, Rule } from "../rules/rule.ts";
import { rules } from "../rules/index.ts";
import { profilesWith } from "../rules/catalogue.ts";
import type { Policy, Severity } from "../policy/policy.ts";

/** A rule with what the policy makes of it. */
export interface ActiveRule {
  readonly rule: Rule;
  readonly severity: Severity;
  /** Whether the policy says the severity: then the rule's own nuances do not count. */
  readonly isSet: boolean;
  readonly options: RuleOptions;
}

/** What the policy, else its profile, makes of a rule. */
export function severityIn({ rules: settings, profile }: Policy, rule: Rule): Severity | "off" {
  const inProfile = profilesWith(rule).includes(profile);
  return settings.get(rule.id)?.severity ?? (inProfile ? rule.severity : "off");
}

/** The rules of the profile, and those that the policy switches on or off. */
export function activeRules(policy: Policy): ActiveRule[] {
  return rules.flatMap((rule) => {
    const setting = policy.rules.get(rule.id);
    const severity = severityIn(policy, rule);
    const isSet = setting?.severity != null;
    return severity === "off" ? [] : [{ rule, severity, isSet, options: setting?.options ?? {} }];
  });
}

/** What only the summary may show stays as mild as the rule says. */
export function severityOf({ severity, isSet }: ActiveRule, report: Report): Severity {
  const own = report.severity ?? severity;
  return isSet && report.commentable !== false ? severity : own;
}
