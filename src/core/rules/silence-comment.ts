import { didYouMean, quoted } from "../basics/nearest.ts";
import { marked } from "./phrases.ts";
import type { Rule } from "./rule.ts";

export const silenceComment: Rule = {
  id: "silence-comment",
  group: "handshake",
  severity: "notice",
  from: "basic",
  summary: "A comment to this program silences nothing, gives no reason, or is not understood",
  over: "comments",
  check({ document, silences, used, faults, ruleIds }, report) {
    for (const silence of silences) {
      const place = { document, span: silence.span };
      const rules = silence.rules.filter((name) => ruleIds.includes(name));
      const names = rules.map(marked).join(", ");
      if (rules.length > 0 && !used.has(silence)) {
        report({
          place,
          message: `This comment silences nothing: ${names} finds nothing in what follows.`,
        });
      } else if (rules.length > 0 && silence.reason === null) {
        report({
          place,
          message: `This comment silences ${names} without a reason: write it after the bracket.`,
        });
      }
    }
    const unknown = silences.flatMap(({ span, rules }) =>
      rules
        .filter((name) => !ruleIds.includes(name))
        .map((name) => ({
          span,
          message: `unknown rule ${quoted(name)}: ${didYouMean(name, ruleIds)}expected a rule's name`,
        })),
    );
    for (const { span, message } of [...unknown, ...faults]) {
      report({ place: { document, span }, message: `This comment is not understood: ${message}.` });
    }
  },
};
