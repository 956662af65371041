import { afterEach, describe, expect, test } from "vitest";
import { applySuggestions, suggestionsIn } from "./apply.ts";
import type { NewReviewComment, PullRequest } from "./pull-request.ts";
import { startGitHub, type LocalGitHub } from "./server.ts";

const running: LocalGitHub[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map(async (github) => github.close()));
});

/** A pull request that adds this file. */
async function pullRequestWith(text: string): Promise<PullRequest> {
  const github = await startGitHub();
  running.push(github);
  const repository = github.createRepository("octo/shop", { files: { "README.md": "shop\n" } });
  return repository.openPullRequest({ files: { "site.conf": text } });
}

function suggest(
  pull: PullRequest,
  ...suggestions: readonly [from: number, to: number, text: string, more?: object][]
): void {
  const { world } = pull.repository;
  const comments = suggestions.map(([from, to, text, more]) => {
    const fence = "`".repeat(
      Math.max(3, ...(text.match(/`+/gu) ?? []).map((run) => run.length + 1)),
    );
    const body = `Why.\n\n${fence}suggestion\n${text}${fence}\n`;
    return Object.assign(anchor(from, to), { body }, more);
  });
  for (const comment of comments) {
    expect(pull.problemsOf(comment, pull.headSha)).toEqual([]);
  }
  pull.addReview(world.account("github-actions[bot]"), "COMMENT", "", pull.headSha, comments);
}

function anchor(from: number, to: number): NewReviewComment {
  const startLine = from === to ? undefined : from;
  return { path: "site.conf", line: to, startLine, side: "RIGHT", startSide: undefined, body: "" };
}

const headText = ({ repository, headSha }: PullRequest): string =>
  repository.read(headSha, "site.conf");

describe("a suggestion", () => {
  test("replaces the lines of its comment, and resolves its thread", async () => {
    const pull = await pullRequestWith("a\nb\nc\nd\ne\n");
    suggest(pull, [2, 3, "B\nBB\nC\n"], [5, 5, "e\nf\n"]);
    const before = pull.headSha;
    const { commit, applied, refused } = applySuggestions(pull);
    expect([applied.length, refused]).toEqual([2, []]);
    expect(commit).toBe(pull.headSha);
    expect(pull.repository.commitInfo(pull.headSha).parents).toEqual([before]);
    expect(headText(pull)).toBe("a\nB\nBB\nC\nd\ne\nf\n");
    expect(pull.threads.map((thread) => thread.resolvedBy?.login)).toEqual(["octocat", "octocat"]);
  });

  test.each([
    ["CRLF stays CRLF", "a\r\nb\r\nc\r\n", [2, 2, "x\ny\n"], "a\r\nx\r\ny\r\nc\r\n"],
    ["mixed line endings are rewritten", "a\nb\r\nc\n", [1, 1, "x\n"], "x\r\nb\r\nc\r\n"],
    ["a last line without newline stays without", "a\nb", [2, 2, "x\ny\n"], "a\nx\ny"],
    ["an empty suggestion deletes", "a\nb\nc\n", [2, 2, ""], "a\nc\n"],
    ["an empty line is a line", "a\nb\nc\n", [2, 2, "\n"], "a\n\nc\n"],
    ["backticks inside", "a\nb\n", [1, 1, "```x\n````\n"], "```x\n````\nb\n"],
  ] as const)("%s", async (_, text, suggestion, expected) => {
    const pull = await pullRequestWith(text);
    suggest(pull, [...suggestion]);
    expect(applySuggestions(pull).refused).toEqual([]);
    expect(headText(pull)).toBe(expected);
  });

  test("one by one: each commit moves the others along", async () => {
    const pull = await pullRequestWith("a\nb\nc\nd\n");
    suggest(pull, [1, 1, "1\n2\n"], [4, 4, "D\n"]);
    const { applied } = applySuggestions(pull, { oneByOne: true });
    expect(applied).toHaveLength(2);
    expect(headText(pull)).toBe("1\n2\nb\nc\nD\n");
    expect(pull.commits).toHaveLength(3);
  });

  test("keeps the file's mode", async () => {
    const pull = await pullRequestWith("a\n");
    pull.push({ "site.conf": { executable: "a\n" } });
    suggest(pull, [1, 1, "b\n"]);
    applySuggestions(pull);
    expect(pull.repository.entry(pull.headSha, "site.conf")?.mode).toBe("100755");
  });
});

describe("GitHub refuses a suggestion", () => {
  const reasonsOf = (pull: PullRequest): string[] =>
    applySuggestions(pull).refused.map(({ reason }) => reason);

  test("that changes nothing", async () => {
    const pull = await pullRequestWith("a\nb\n");
    suggest(pull, [1, 2, "a\nb\n"]);
    expect(reasonsOf(pull)).toEqual([
      "This suggestion is invalid because no changes were made to the code.",
    ]);
  });

  test("for lines that another one of the batch has", async () => {
    const pull = await pullRequestWith("a\nb\nc\n");
    suggest(pull, [1, 2, "x\n"], [2, 3, "y\n"], [3, 3, "z\n"]);
    const { applied, refused } = applySuggestions(pull);
    expect(refused.map(({ reason }) => reason)).toEqual([
      "Only one suggestion per line can be applied in a batch.",
    ]);
    expect(applied).toHaveLength(2);
    expect(headText(pull)).toBe("x\nz\n");
  });

  test("on deleted lines", async () => {
    const pull = await pullRequestWith("a\n");
    pull.push({ "README.md": "bazaar\n" });
    suggest(pull, [1, 1, "b\n", { path: "README.md", side: "LEFT" }]);
    expect(reasonsOf(pull)).toEqual(["Applying suggestions on deleted lines is not supported."]);
  });

  test("that is outdated, by its last line or by another", async () => {
    const pull = await pullRequestWith("a\nb\nc\nd\n");
    suggest(pull, [1, 2, "x\n"], [3, 4, "y\n"]);
    pull.push({ "site.conf": "a\nB\nC\nd\n" });
    expect(pull.threads.map((thread) => pull.isOutdated(thread))).toEqual([true, false]);
    expect(reasonsOf(pull)).toEqual([
      "Outdated suggestions cannot be applied.",
      "Outdated suggestions cannot be applied.",
    ]);
    expect(applySuggestions(pull).commit).toBeUndefined();
  });

  test("that was applied, or whose pull request is closed", async () => {
    const pull = await pullRequestWith("a\nb\n");
    suggest(pull, [1, 1, "a\nx\n"]);
    applySuggestions(pull);
    expect(reasonsOf(pull)).toEqual(["This suggestion has been applied or marked resolved."]);
    pull.state = "closed";
    expect(reasonsOf(pull)).toEqual([
      "Suggestions cannot be applied while the pull request is closed.",
    ]);
  });
});

test.each([
  ["a fence", "```suggestion\na\n```", [["a"]]],
  ["a long one with tildes", "~~~~ suggestion\n~~~\n~~~~", [["~~~"]]],
  ["two of them", "```suggestion\na\n```\ntext\n```suggestion\nb\n```", [["a"], ["b"]]],
  ["CRLF", "```suggestion\r\na\r\n```\r\n", [["a"]]],
  ["one that is never closed", "```suggestion\na", [["a"]]],
  ["an indented one", "  ```suggestion\n    a\n  ```", [["  a"]]],
  ["code that shows a suggestion", "````md\n```suggestion\na\n```\n````", []],
  ["another language", "```nginx\na\n```", []],
  ["a fence in an HTML block", "<details>\n```suggestion\na\n```\n</details>", []],
  ["a fence after one", "<details>\n\n```suggestion\na\n```\n\n</details>", [["a"]]],
  ["a fence after a comment", "<!-- fp=1 -->\n```suggestion\na\n```", [["a"]]],
  ["inline code", "`suggestion` and ```suggestion```", []],
])("the suggestions in a comment: %s", (_, body, expected) => {
  expect(suggestionsIn(body)).toEqual(expected);
});
