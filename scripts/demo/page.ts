import { Marked, type Tokens } from "marked";
import type { FileDiff } from "../../__tests__/github/git.ts";
import type { PullRequest, ReviewThread } from "../../__tests__/github/pull-request.ts";
import type { RunResult } from "../../__tests__/github/runner.ts";
import { style } from "./style.ts";

/** The pull request as a page of its own: its files with the comments below their lines, and how the check ended. */
export function pageOf(pull: PullRequest, { exitCode, summary }: RunResult): string {
  const files = pull.files.map((file) => fileOf(pull, file)).join("\n");
  const failed = exitCode !== 0;
  const check = failed ? "✗ websocket: failed" : "✓ websocket: passed";
  return documentOf(
    `${pull.title} · Pull request #${pull.number}`,
    `<h1>${escaped(pull.title)} <span class="number">#${pull.number}</span></h1>
<p class="check ${failed ? "failed" : "passed"}">${check}</p>
${files}
${summarySection(summary)}`,
  );
}

/** The first file of the pull request with its comments, and nothing around: what the README shows a picture of. */
export function pictureOf(pull: PullRequest): string {
  const [first] = pull.files;
  return documentOf(pull.title, first === undefined ? "" : fileOf(pull, first));
}

/** A job summary as a page of its own. */
export function summaryPage(summary: string): string {
  return documentOf("Job summary", summarySection(summary));
}

function summarySection(summary: string): string {
  return `<section class="file"><h2>Job summary</h2><div class="markdown">${rendered(summary)}</div></section>`;
}

/** Pages lie in `build/demo`. Without the package, Mermaid's pictures stay text. */
function documentOf(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${content}
</main>
<script src="../../node_modules/mermaid/dist/mermaid.min.js"></script>
</body>
</html>
`;
}

function fileOf(pull: PullRequest, file: FileDiff): string {
  const threads = pull.threads.filter(({ path }) => path === file.path);
  const rows: string[] = [];
  let [before, after] = [0, 0];
  for (const line of (file.patch ?? "").split("\n")) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (hunk !== null) {
      [before, after] = [Number(hunk[1]), Number(hunk[2])];
      rows.push(row("hunk", "", "", line));
      continue;
    }
    const sign = line.charAt(0);
    if (sign === "\\") {
      continue;
    }
    const numbers = [sign === "+" ? "" : `${before}`, sign === "-" ? "" : `${after}`] as const;
    if (sign !== "+") {
      before += 1;
    }
    if (sign !== "-") {
      after += 1;
    }
    rows.push(row(sign === "+" ? "added" : sign === "-" ? "removed" : "", ...numbers, line));
    if (sign === "-") {
      continue;
    }
    for (const thread of threads) {
      if (thread.original?.line === after - 1) {
        rows.push(threadRow(pull, thread));
      }
    }
  }
  return `<section class="file"><h2>${escaped(file.path)} <span class="counts">+${file.additions} −${file.deletions}</span></h2>
<table>${rows.join("\n")}</table></section>`;
}

function row(kind: string, before: string, after: string, code: string): string {
  return `<tr class="${kind}"><td class="line">${before}</td><td class="line">${after}</td><td class="code">${escaped(code)}</td></tr>`;
}

function threadRow(pull: PullRequest, thread: ReviewThread): string {
  const { original, path, commit, comments } = thread;
  const lines = pull.repository.read(commit, path).split("\n");
  const line = original?.line ?? 1;
  const about = lines.slice((original?.startLine ?? line) - 1, line);
  const first = original?.startLine ?? line;
  const lineText = first === line ? `line ${line}` : `lines ${first} to ${line}`;
  const boxes = comments.map(({ body, review }) => {
    const [name = "", isBot] = review.author.login.split(/(?=\[bot\]$)/);
    const badge = isBot === undefined ? "" : ` <span class="badge">bot</span>`;
    const author = `<p class="author"><span class="avatar"></span><strong>${escaped(name)}</strong>${badge} <span class="about">on ${lineText}</span></p>`;
    return `<div class="comment">${author}<div class="markdown">${rendered(body, about)}</div></div>`;
  });
  return `<tr class="thread"><td colspan="3">${boxes.join("\n")}</td></tr>`;
}

/** Markdown as HTML; a suggestion becomes the change that it stands for, Mermaid's text what its script turns into a picture. */
function rendered(markdown: string, about: readonly string[] = []): string {
  const renderer = {
    code({ text, lang }: Tokens.Code): string | false {
      if (lang === "suggestion") {
        return suggestionOf(text, about);
      }
      if (lang === "mermaid") {
        return `<pre class="mermaid">${escaped(text)}</pre>`;
      }
      if (lang === "diff") {
        return diffOf(text);
      }
      return false;
    },
  };
  return new Marked({ renderer }).parse(markdown, { async: false });
}

function diffOf(text: string): string {
  const lines = text.split("\n").map((line) => {
    const kind = line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : "kept";
    return `<span class="${kind}">${escaped(line)}</span>`;
  });
  return `<pre class="diff">${lines.join("")}</pre>`;
}

function suggestionOf(text: string, about: readonly string[]): string {
  const lines = [
    ...about.map((line) => `<span class="removed">- ${escaped(line)}</span>`),
    ...text.split("\n").map((line) => `<span class="added">+ ${escaped(line)}</span>`),
  ];
  return `<div class="suggestion"><p>Suggested change <span class="button">Commit suggestion</span></p><pre>${lines.join("")}</pre></div>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
