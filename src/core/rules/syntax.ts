import type { Document } from "../config/model.ts";
import type { Remedy } from "../fix/remedy.ts";
import type { SyntaxProblem } from "../syntax/tree.ts";
import type { DocumentRule } from "./rule.ts";

export const syntax: DocumentRule = {
  id: "syntax",
  over: "document",
  check(document, report) {
    for (const problem of document.tree.problems) {
      // nginx itself has no limit to the depth of blocks.
      if (problem.code !== "too-deep") {
        report({
          place: { document, span: problem },
          message: `nginx cannot read this file: ${problem.message}.`,
          remedies: remediesFor(problem, document),
        });
      }
    }
  },
};

function remediesFor(problem: SyntaxProblem, document: Document): Remedy[] {
  const replace = (start: number, end: number, text: string): Remedy[] => [
    { kind: "replace", place: { document, span: { start, end } }, text },
  ];
  switch (problem.code) {
    case "missing-semicolon":
      return replace(problem.end, problem.end, ";");
    case "byte-order-mark":
    case "unexpected-semicolon":
      return replace(problem.start, problem.end, "");
    default:
      return [];
  }
}
