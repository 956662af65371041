import { describe, expect, test } from "vitest";
import type { ReviewComment } from "../../src/core/index.ts";
import {
  notYetPosted,
  planThreads,
  retiredBody,
  youngerDuplicates,
  type Reason,
  type Thread,
} from "../../src/action/threads.ts";

const marker = (...fingerprints: readonly string[]): string =>
  `<!-- nginx-websocket-guard fp=${fingerprints.join(",")} -->`;

function comment(line: number, ...fingerprints: readonly string[]): ReviewComment {
  return {
    path: "site.conf",
    side: "RIGHT",
    startLine: null,
    line,
    body: `Broken.\n\n${marker(...fingerprints)}`,
    fingerprints,
    findings: [],
    suggests: false,
  };
}

let made = 0;

/** An open thread of ours on one line of the head. */
function thread(
  line: number | null,
  fingerprints: readonly string[],
  more: Partial<Thread> = {},
): Thread {
  made += 1;
  return {
    id: `T${made}`,
    commentId: String(made),
    commentNode: `C${made}`,
    body: `Broken.\n\n${marker(...fingerprints)}`,
    createdAt: new Date(made * 1000).toISOString(),
    path: "site.conf",
    side: "RIGHT",
    startLine: null,
    line,
    resolved: false,
    outdated: line === null,
    replied: false,
    mayResolve: false,
    ...more,
  };
}

interface Plan {
  readonly post?: number;
  readonly edit?: number;
  readonly retire?: readonly Reason[];
  readonly live?: readonly string[];
  readonly resolved?: readonly string[];
}

const job = "0a";
const finding = [comment(6, "a", "b")];

/** The text that another job, or this one, gives a comment. */
const by = (key: string, ...fingerprints: readonly string[]): Partial<Thread> => ({
  body: `Broken as I say.\n\n${marker(...fingerprints).replace(" -->", ` job=${key} -->`)}`,
});
const other = thread(6, [], { body: "What somebody's other tool says." });

describe("the life of a comment", () => {
  test.each<[string, readonly ReviewComment[], readonly Thread[], Plan]>([
    ["present, no thread: post", finding, [other], { post: 1 }],
    ["present, open, same text: nothing", finding, [thread(6, ["a", "b"])], { live: ["a", "b"] }],
    [
      "present, open, GitHub's line ends: nothing",
      finding,
      [thread(6, [], { body: `Broken.\r\n\r\n${marker("a", "b")}\r\n` })],
      { live: ["a", "b"] },
    ],
    [
      "present, open, only line numbers differ: nothing",
      [{ ...comment(6, "a"), body: `At \`x.conf:12\`, after line 3.\n\n${marker("a")}` }],
      [thread(6, [], { body: `At \`x.conf:52\`, after line 43.\n\n${marker("a")}` })],
      { live: ["a"] },
    ],
    [
      "present, open, text differs: edit",
      finding,
      [thread(6, ["a"])],
      { edit: 1, live: ["a", "b"] },
    ],
    [
      "present, open, at another line: post anew, then retire",
      finding,
      [thread(9, ["a", "b"])],
      { post: 1, retire: ["replaced"] },
    ],
    [
      "present, outdated: post anew, then retire",
      finding,
      [thread(null, ["a", "b"])],
      { post: 1, retire: ["replaced"] },
    ],
    [
      "present, said twice: retire the younger",
      finding,
      [thread(6, ["a", "b"]), thread(6, ["a", "b"])],
      { retire: ["duplicate"], live: ["a", "b"] },
    ],
    [
      "present, resolved by a person: silent",
      finding,
      [thread(6, ["a", "b"], { resolved: true })],
      { resolved: ["a", "b"] },
    ],
    [
      "present, resolved when less was wrong: post",
      finding,
      [thread(6, ["a"], { resolved: true })],
      { post: 1 },
    ],
    ["gone, open: retire", [], [thread(6, ["c"])], { retire: ["fixed"] }],
    ["gone, outdated: retire", [], [thread(null, ["c"])], { retire: ["fixed"] }],
    ["gone, resolved: nothing", [], [thread(6, ["c"], { resolved: true })], {}],
    ["not ours: nothing", [], [other], {}],
    ["gone, of this job: retire", [], [thread(6, [], by(job, "c"))], { retire: ["fixed"] }],
    ["gone, of another job: nothing", [], [thread(6, [], by("1b", "c"))], {}],
    [
      "present, another job says it: nothing",
      finding,
      [thread(6, [], by("1b", "a", "b", "c"))],
      { live: ["a", "b"] },
    ],
    [
      "present, another job says a part of it: post",
      finding,
      [thread(6, [], by("1b", "a"))],
      { post: 1, live: ["a"] },
    ],
    [
      "present, a person resolved another job's comment: nothing",
      finding,
      [thread(6, [], { ...by("1b", "a", "b"), resolved: true })],
      { resolved: ["a", "b"] },
    ],
    [
      "present, outdated, another job says it: retire",
      finding,
      [thread(null, [], by(job, "a", "b")), thread(6, [], by("1b", "a", "b"))],
      { retire: ["replaced"], live: ["a", "b"] },
    ],
  ])("%s", (_, comments, threads, expected) => {
    const plan = planThreads({
      comments,
      present: new Set(comments.flatMap(({ fingerprints }) => fingerprints)),
      threads,
      job,
      complete: true,
    });
    expect({
      post: plan.post.length,
      edit: plan.edit.length,
      retire: plan.retire.map(({ reason }) => reason),
      live: [...plan.live],
      resolved: [...plan.resolved],
    }).toEqual({ post: 0, edit: 0, retire: [], live: [], resolved: [], ...expected });
  });

  test("a finding that has no comment any more, but is still there, keeps its thread", () => {
    const threads = [thread(6, ["a"])];
    const plan = planThreads({
      comments: [],
      present: new Set(["a"]),
      threads,
      job,
      complete: true,
    });
    expect(plan.retire).toEqual([]);
    expect([...plan.live]).toEqual(["a"]);
  });

  test("nothing is called fixed where not everything was analysed", () => {
    const threads = [thread(6, ["a"])];
    const plan = planThreads({ comments: [], present: new Set(), threads, job, complete: false });
    expect(plan.retire).toEqual([]);
  });
});

test("after a lost answer, what already stands is not posted again", () => {
  const comments = [comment(6, "a"), comment(9, "b"), comment(12, "c"), comment(15, "d")];
  const threads = [
    thread(6, ["a"]),
    thread(null, ["b"]),
    thread(12, ["c"], { resolved: true }),
    // The older comment, which the one at line 15 shall replace.
    thread(14, ["d"]),
  ];
  expect(notYetPosted(comments, threads).map(({ line }) => line)).toEqual([9, 12, 15]);
});

test("of two runs at once the younger comments go, unless people answered", () => {
  const [first, second, answered] = [
    thread(6, ["a", "b"]),
    thread(6, ["b", "a"]),
    thread(6, ["a", "b"], { replied: true }),
  ] as const;
  const others = [thread(9, ["a", "b"]), thread(6, ["a", "b"], { startLine: 3 })];
  expect(youngerDuplicates([answered, second, ...others, first])).toEqual([second]);
});

test.each<[string, string, boolean, string]>([
  [
    "loses marker and suggestion",
    `Broken.\n\n\`\`\`suggestion\nproxy_pass http://b;\n\`\`\`\n\nMore.\n\n${marker("a")}`,
    false,
    "**Fixed in 1234567.**\n\nBroken.\n\nMore.",
  ],
  [
    "loses a suggestion behind a longer fence",
    `Broken.\n\n\`\`\`\`suggestion\n\`\`\`\n\`\`\`\`\n\n${marker("a")}`,
    false,
    "**Fixed in 1234567.**\n\nBroken.",
  ],
  [
    "keeps everything else where people answered",
    `Broken.\n\n\`\`\`suggestion\nx;\n\`\`\`\n\n${marker("a")}`,
    true,
    "**Fixed in 1234567.**\n\nBroken.\n\n```suggestion\nx;\n```",
  ],
])("a retired comment %s", (_, body, replied, expected) => {
  const retired = {
    thread: thread(6, ["a"], { body, replied }),
    reason: "fixed",
    by: null,
  } as const;
  expect(retiredBody(retired, "1234567890")).toBe(expected);
});
