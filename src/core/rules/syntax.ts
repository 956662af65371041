import type { Document } from "../repository/document.ts";
import type { Remedy } from "./remedy.ts";
import { directivesAround } from "../syntax/find.ts";
import type { SyntaxProblem } from "../syntax/tree.ts";
import type { DocumentRule } from "./rule.ts";

export const syntax: DocumentRule = {
  id: "syntax",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "nginx cannot read the file",
  fixMayChange: "everything",
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
    case "unexpected-end":
      return closing(problem, document);
    case "missing-brace":
      return replace(problem.end, problem.end, " {");
    case "byte-order-mark":
    case "unexpected-semicolon":
      return replace(problem.start, problem.end, "");
    default:
      return [];
  }
}

/** The `}` of a block that the indentation ends, in a line of its own. */
function closing({ start }: SyntaxProblem, document: Document): Remedy[] {
  const { tree, text } = document;
  const opener = directivesAround(tree.directives, start).at(-1);
  const end = opener?.block?.directives.at(-1)?.end ?? text.length;
  const lineEnd = /\r?\n/g;
  lineEnd.lastIndex = end;
  const eol = lineEnd.exec(text);
  if (opener?.block?.open.start !== start || opener.end === text.length || eol === null) {
    return [];
  }
  const lineStart = text.lastIndexOf("\n", opener.start) + 1;
  const place = { document, span: { start: eol.index, end: eol.index } };
  return [{ kind: "replace", place, text: `${eol[0]}${text.slice(lineStart, opener.start)}}` }];
}
