import {
  code,
  countsInWords,
  fullMessage,
  prose,
  redact,
  startOf,
  type Finding,
  type ReviewComment,
} from "../core/index.ts";

const MOST_LISTED = 10;

/** The text above a review's comments. The first review also lists the findings that have no comment. */
export function reviewBody(
  posted: readonly ReviewComment[],
  unplaced: readonly Finding[],
): (comments: readonly ReviewComment[]) => string {
  const [first] = posted;
  return (comments) => {
    const found = countsInWords(comments.flatMap(({ findings }) => findings));
    const sum = `WebSocket handshakes through nginx: ${found}.`;
    const isFirst = first !== undefined && comments.includes(first);
    return isFirst && unplaced.length > 0 ? `${sum}\n\n${list(unplaced)}` : sum;
  };
}

function list(findings: readonly Finding[]): string {
  const items = findings.slice(0, MOST_LISTED).map((finding) => {
    const where = code(`${finding.place.document.path}:${startOf(finding.place).line}`);
    return `- ${where} ${code(finding.rule)}: ${prose(redact(fullMessage(finding)))}`;
  });
  const left = findings.length - items.length;
  const more = left > 0 ? [`- and ${left} more in the job summary`] : [];
  return ["Without a comment on a line:", "", ...items, ...more].join("\n");
}
