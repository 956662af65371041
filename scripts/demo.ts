import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { stripVTControlCharacters, styleText } from "node:util";
import { applySuggestions } from "../__tests__/github/apply.ts";
import { pullRequestEvent } from "../__tests__/github/events.ts";
import type { PullRequest } from "../__tests__/github/pull-request.ts";
import { runAction, type RunResult } from "../__tests__/github/runner.ts";
import { startGitHub } from "../__tests__/github/server.ts";
import { pageOf, pictureOf } from "./demo/page.ts";
import { commentInTerminal } from "./demo/terminal.ts";
import { project } from "./tools.ts";

/**
 * The main job, from a pull request to a green check, on a GitHub on localhost: the shipped bundle reviews the pull request
 * of examples/, its suggestions are committed as a person would, and it runs again.
 */
const example = join(project, "examples", "pull-request");
const bundle = join(project, "dist", "index.js");
const page = join(project, "build", "demo", "review.html");

function say(text: string): void {
  console.log(process.stdout.isTTY ? text : stripVTControlCharacters(text));
}

function title(text: string): void {
  say(`\n${styleText("bold", text, { validateStream: false })}\n`);
}

/** Every file below a folder, by its path in there. */
function filesIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.map((file) => [relative(folder, file), readFileSync(file, "utf8")]),
  );
}

function showRun({ exitCode, stdout, annotations }: RunResult): void {
  for (const line of stdout.split("\n")) {
    if (line !== "" && !line.startsWith("::")) {
      say(`  ${line}`);
    }
  }
  for (const { level, message } of annotations) {
    say(`  ${level}: ${message}`);
  }
  const verdict = exitCode === 0 ? styleText("green", "✓ passed") : styleText("red", "✗ failed");
  say(`  ${verdict} (exit code ${exitCode})`);
}

async function demo(): Promise<boolean> {
  const github = await startGitHub();
  try {
    const repository = github.createRepository("octo/shop", {
      files: filesIn(join(example, "base")),
    });
    const pull = repository.openPullRequest({
      title: "Chat on every page, live tracking of parcels",
      head: "chat",
      files: filesIn(join(example, "head")),
    });
    title(`octo/shop: pull request #${pull.number} "${pull.title}" changes`);
    for (const { path, status, additions, deletions } of pull.files) {
      say(`  ${path} (${status}, +${additions} −${deletions})`);
    }

    title("The check runs: node dist/index.js, as the runner starts it");
    const first = await runAction({ bundle, github, event: pullRequestEvent(github, pull) });
    showRun(first);

    title("The review that the pull request shows now");
    for (const thread of pull.threads) {
      say(commentInTerminal(pull, thread));
    }
    writePage(pull, first);
    say(`  The same as a page: ${relative(project, page)}`);

    title("Somebody presses Commit suggestion on each");
    const before = pull.headSha;
    const { applied, refused } = applySuggestions(pull);
    for (const { thread } of applied) {
      say(`  committed: ${thread.path}`);
    }
    for (const { comment, reason } of refused) {
      say(`  refused: ${comment.thread.path}: ${reason}`);
    }

    title("The check runs again");
    const event = pullRequestEvent(github, pull, { action: "synchronize", before });
    const second = await runAction({ bundle, github, event });
    showRun(second);
    const posted = Number(second.outputs["comments-posted"]);
    say(`  new comments: ${posted}`);
    for (const problem of github.problems) {
      say(`  the local GitHub objects: ${problem}`);
    }
    return (
      first.exitCode === 1 &&
      applied.length > 0 &&
      refused.length === 0 &&
      second.exitCode === 0 &&
      posted === 0 &&
      github.problems.length === 0
    );
  } finally {
    await github.close();
  }
}

function writePage(pull: PullRequest, result: RunResult): void {
  mkdirSync(dirname(page), { recursive: true });
  writeFileSync(page, pageOf(pull, result));
  writeFileSync(join(dirname(page), "picture.html"), pictureOf(pull));
}

if (!(await demo())) {
  console.error("\nThe demo did not go as it should.");
  process.exitCode = 1;
}
