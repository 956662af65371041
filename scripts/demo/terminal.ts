import { styleText } from "node:util";
import type { PullRequest, ReviewThread } from "../../__tests__/github/pull-request.ts";

/** A review comment as a person sees it: the lines that it is about, its text, its suggestion as a change of those lines. */
export function commentInTerminal(pull: PullRequest, thread: ReviewThread): string {
  const { path, original, comments } = thread;
  const [comment] = comments;
  if (original === undefined || comment === undefined) {
    return "";
  }
  const first = original.startLine ?? original.line;
  const lines = pull.repository.read(thread.commit, path).split("\n");
  const about = lines.slice(first - 1, original.line);
  const where = first === original.line ? `${first}` : `${first}–${original.line}`;
  const style = (format: "bold" | "dim" | "green" | "red", text: string) =>
    styleText(format, text, { validateStream: false });
  const shown: string[] = [];
  let fence: { readonly info: string; readonly mark: string } | null = null;
  for (const line of comment.body.replaceAll(/<!--[^]*?-->/g, "").split("\n")) {
    const opening: RegExpExecArray | null = /^(`{3,})(\w*)$/.exec(line);
    if (fence !== null) {
      if (line === fence.mark) {
        fence = null;
      } else if (fence.info === "suggestion") {
        shown.push(style("green", `+ ${line}`));
      } else if (fence.info === "diff" && line.startsWith("+")) {
        shown.push(style("green", line));
      } else if (fence.info === "diff" && line.startsWith("-")) {
        shown.push(style("red", line));
      } else {
        shown.push(`  ${line}`);
      }
    } else if (opening !== null) {
      fence = { mark: opening[1] ?? "", info: opening[2] ?? "" };
      if (fence.info === "suggestion") {
        shown.push(style("bold", "Suggested change"));
        shown.push(...about.map((each) => style("red", `- ${each}`)));
      }
    } else if (/<summary>/.test(line)) {
      shown.push(style("dim", `▸ ${line.replaceAll(/<[^>]+>/g, "")}`));
      break;
    } else if (!/^<\/?details>$/.test(line)) {
      shown.push(line.replaceAll("**", "").replaceAll("`", ""));
    }
  }
  const text = shown
    .join("\n")
    .trim()
    .replaceAll(/\n{3,}/g, "\n\n");
  return [
    `  ${style("bold", `${path}:${where}`)}`,
    ...text.split("\n").map((line) => `  │ ${line}`.trimEnd()),
    "",
  ].join("\n");
}
