import type { ProvenFix, TextEdit } from "../fix/edit.ts";
import { redact } from "../report/redact.ts";
import { fence, code, sentence } from "../report/markup.ts";
import { type LineChange, lineChange } from "./suggestion.ts";
import type { Document } from "../repository/document.ts";
import { groupBy } from "../basics/collections.ts";

const MOST_PLAIN_BLOCKS = 5;

/** What to write where, one code block for each stretch of lines that the fix changes. */
export function plainCode(fix: ProvenFix | null): string {
  if (fix === null || fix.edits.length === 0) {
    return "";
  }
  const blocks = [...groupBy(fix.edits, (edit) => edit.document)].flatMap(([document, edits]) =>
    clustersOf(document, edits).flatMap((cluster) => {
      const change = lineChange(document, cluster);
      return change ? [instruction(document, change)] : [];
    }),
  );
  const more = blocks.length - MOST_PLAIN_BLOCKS;
  return [
    `${sentence(fix.title)}, by hand${fix.safety === "safe" ? "" : " (look closely: this changes more than that)"}:`,
    ...blocks.slice(0, MOST_PLAIN_BLOCKS),
    ...(more > 0 ? [`And ${more} more.`] : []),
  ].join("\n\n");
}

function instruction({ path }: Document, { startLine, line, lines }: LineChange): string {
  const file = code(path);
  const range = startLine === line ? `line ${line}` : `lines ${startLine} to ${line}`;
  if (lines.length === 0) {
    return `In ${file}, remove ${range}.`;
  }
  const what =
    startLine <= line
      ? `In ${file}, replace ${range} with:`
      : line === 0
        ? `At the top of ${file}, add:`
        : `In ${file}, after line ${line}, add:`;
  return `${what}\n${fence(redact(lines.join("\n")), "nginx")}`;
}

/** Edits whose lines are near each other are shown together. */
function clustersOf({ lines }: Document, edits: readonly TextEdit[]): TextEdit[][] {
  const clusters: TextEdit[][] = [];
  let last = -Infinity;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    const cluster = clusters.at(-1);
    if (cluster && lines.lineAt(edit.start) - last <= 3) {
      cluster.push(edit);
    } else {
      clusters.push([edit]);
    }
    last = lines.lineAt(edit.end);
  }
  return clusters;
}
