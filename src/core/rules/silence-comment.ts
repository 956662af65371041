import type { Rule } from "./rule.ts";
import { marked } from "./words.ts";

export const silenceComment: Rule = {
  id: "silence-comment",
  over: "comments",
  check({ document, silences, used, faults }, report) {
    for (const silence of silences) {
      const place = { document, span: silence.span };
      const names = silence.rules.map(marked).join(", ");
      if (!used.has(silence)) {
        report({
          place,
          message: `This comment silences nothing: ${names} finds nothing in what follows.`,
        });
      } else if (silence.reason === null) {
        report({
          place,
          message: `This comment silences ${names} without a reason: write it after the bracket.`,
        });
      }
    }
    for (const { span, message } of faults) {
      report({ place: { document, span }, message: `This comment is not understood: ${message}.` });
    }
  },
};
