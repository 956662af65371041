import { describe, expect, test } from "vitest";
import type { TextEdit } from "../../src/core/fix/edit.ts";
import { planReview } from "../../src/core/review/plan.ts";
import type { Review } from "../../src/core/review/review.ts";
import type { ChangedFile } from "../../src/core/compare/changed-file.ts";
import { suggestionsIn } from "../github/apply.ts";
import {
  type FindingSketch,
  type GroupSketch,
  type WorldSketch,
  added,
  changed,
  worldOf,
} from "./world.ts";

const site = `server {
  listen 80;
  server_name api.example.com;
  location /ws {
    proxy_pass http://backend;
  }
  location /chat {
    proxy_pass http://chat;
  }
  location /app {
    include snippets/proxy.conf;
    proxy_pass http://app;
  }
}
`;
const snippet = "proxy_set_header Host $host;\nproxy_set_header Connection close;\n";
const files = { "site.conf": site, "snippets/proxy.conf": snippet };

const ws: FindingSketch = {
  at: ["site.conf", "proxy_pass http://backend;"],
  location: ["site.conf", "location /ws {"],
};
const wsFix = [
  ["site.conf", "http://backend;", "http://backend;\n    proxy_http_version 1.1;"],
] as const;
const chat: FindingSketch = { at: ["site.conf", "proxy_pass http://chat;"] };
const chatFix = [
  ["site.conf", "http://chat;", "http://chat;\n    proxy_http_version 1.1;"],
] as const;
const shared: FindingSketch = {
  rule: "connection-header",
  at: ["snippets/proxy.conf", "proxy_set_header Connection close;"],
  related: [
    [
      "site.conf",
      "location /app {\n    include snippets/proxy.conf;\n    proxy_pass http://app;\n  }",
      "location /app is affected",
    ],
  ],
};

function plan(
  groups: readonly GroupSketch[],
  changes: readonly ChangedFile[],
  more: Partial<WorldSketch> & { readonly maxComments?: number } = {},
): Review {
  const { maxComments = 50, ...world } = more;
  const { analysis } = worldOf({ files, groups, ...world });
  return planReview({ analysis, changes, findings: analysis.findings, maxComments });
}

/** `path:line`, or `path:first-last` with ` +` where there is a suggestion. */
function anchors({ comments }: Review): string[] {
  return comments.map(({ path, startLine, line, suggests }) => {
    return `${path}:${startLine === null ? "" : `${startLine}-`}${line}${suggests ? " +" : ""}`;
  });
}

describe("a comment stands", () => {
  test.each<[string, FindingSketch, ChangedFile[], string[]]>([
    ["at the primary place", ws, [changed("site.conf", [4, " ", "+", " "])], ["site.conf:5"]],
    [
      "there also where the line itself is old",
      ws,
      [changed("site.conf", [4, "+", " ", " "])],
      ["site.conf:5"],
    ],
    [
      "at the head of the location, when that is all that the diff shows",
      ws,
      [changed("site.conf", [3, " ", "+"])],
      ["site.conf:4"],
    ],
    [
      "at the changed line of a snippet that breaks a site",
      shared,
      [changed("snippets/proxy.conf", [1, " ", "+"])],
      ["snippets/proxy.conf:2"],
    ],
    [
      "at the include of a new location that takes an old snippet in",
      shared,
      [changed("site.conf", [9, " ", "+", "+", "+", "+", " "])],
      ["site.conf:11"],
    ],
    [
      "at the head of a related block",
      {
        at: ["snippets/proxy.conf", "proxy_set_header Host"],
        related: [["site.conf", site.trim(), ""]],
      },
      [changed("site.conf", [1, " ", "+", " "])],
      ["site.conf:1"],
    ],
    [
      "at new lines of the block rather than at old ones",
      {
        at: ["snippets/proxy.conf", "proxy_set_header Host"],
        related: [["site.conf", site.trim(), ""]],
      },
      [changed("site.conf", [2, " ", "+"])],
      ["site.conf:3"],
    ],
    [
      "not inside a block inside the block",
      {
        at: ["snippets/proxy.conf", "proxy_set_header Host"],
        related: [["site.conf", site.trim(), ""]],
      },
      [changed("site.conf", [5, "+"])],
      [],
    ],
    ["nowhere, when the diff shows none of it", ws, [changed("site.conf", [7, " ", "+"])], []],
    ["nowhere without a diff", ws, [], []],
    ["nowhere in a file that has no patch", ws, [{ ...changed("site.conf"), patch: null }], []],
  ])("%s", (_title, finding, changes, expected) => {
    const review = plan([{ findings: [finding] }], changes);
    expect(anchors(review)).toEqual(expected);
    expect(review.unplaced).toHaveLength(expected.length === 0 ? 1 : 0);
  });

  test("and says why a file without a patch has none", () => {
    const review = plan([{ findings: [ws] }], [{ ...changed("site.conf"), patch: null }]);
    expect(review.notes).toEqual([
      "GitHub shows no diff of site.conf, so there can be no comments on it.",
    ]);
  });

  test("once for all findings of a group", () => {
    const findings = [
      { ...ws, severity: "warning" as const },
      { ...ws, rule: "http-version" },
    ];
    const { comments } = plan([{ findings }], [added("site.conf", site)]);
    expect(comments).toHaveLength(1);
    expect(comments[0]?.fingerprints).toEqual(["aaaaaaa000000001", "aaaaaaa000000000"]);
  });
});

describe("what gets a comment", () => {
  const changes = [added("site.conf", site)];

  test("only what is asked for", () => {
    const { analysis } = worldOf({
      files,
      groups: [{ findings: [ws, { ...ws, rule: "http-version" }] }, { findings: [chat] }],
    });
    const findings = analysis.findings.filter(({ rule }) => rule === "http-version");
    const review = planReview({ analysis, changes, findings, maxComments: 50 });
    expect(review.comments.map((comment) => comment.findings)).toEqual([findings]);
    expect(review.unplaced).toEqual([]);
  });

  test("nothing that must never be a comment", () => {
    const review = plan([{ findings: [{ ...ws, commentable: false }] }], changes);
    expect(review).toEqual({ comments: [], unplaced: [], leftOut: new Set(), notes: [] });
  });

  test("the worst first, up to the cap; the rest is unplaced", () => {
    const groups = [{ findings: [{ ...ws, severity: "notice" as const }] }, { findings: [chat] }];
    expect(anchors(plan(groups, changes))).toEqual(["site.conf:8", "site.conf:5"]);
    const capped = plan(groups, changes, { maxComments: 1 });
    expect(anchors(capped)).toEqual(["site.conf:8"]);
    expect(capped.unplaced.map(({ severity }) => severity)).toEqual(["notice"]);
    expect(capped.notes).toEqual(["1 finding got no comment, because max-comments is 1."]);
  });
});

describe("a suggestion", () => {
  const changes = [added("site.conf", site)];

  test("replaces the lines of its comment", () => {
    const review = plan([{ findings: [ws], fixes: [wsFix] }], changes);
    expect(anchors(review)).toEqual(["site.conf:5 +"]);
    expect(suggestionsIn(review.comments[0]?.body ?? "")).toEqual([
      ["    proxy_pass http://backend;", "    proxy_http_version 1.1;"],
    ]);
  });

  test("is the first fix that lies in the hunk of the comment", () => {
    const outside = [["site.conf", "listen 80;", "listen 80; #"]] as const;
    const review = plan(
      [{ findings: [ws], fixes: [outside, wsFix] }],
      [changed("site.conf", [4, " ", "+", " "])],
    );
    expect(anchors(review)).toEqual(["site.conf:5 +"]);
  });

  test("may lie in another hunk that shows the block", () => {
    const head = [
      ["site.conf", "location /ws {", "location /ws {\n    proxy_http_version 1.1;"],
    ] as const;
    const review = plan(
      [{ findings: [ws], place: ["site.conf", site.trim()], fixes: [head] }],
      [changed("site.conf", [3, " ", "+"], [5, "+", " "])],
    );
    expect(anchors(review)).toEqual(["site.conf:4 +"]);
  });

  test.each<[string, GroupSketch, ChangedFile[]]>([
    [
      "when the fix spans two hunks",
      { findings: [ws], fixes: [[...wsFix, ["site.conf", "listen 80;", "listen 81;"]]] },
      [changed("site.conf", [1, " ", "+"], [4, " ", "+"])],
    ],
    [
      "when it spans two files",
      { findings: [ws], fixes: [[...wsFix, ["snippets/proxy.conf", "close", "upgrade"]]] },
      [added("site.conf", site), added("snippets/proxy.conf", snippet)],
    ],
    [
      "when it is not safe",
      { findings: [ws], fixes: [wsFix], safety: "unsafe" },
      [added("site.conf", site)],
    ],
    [
      "when the fix lies outside the diff",
      { findings: [ws], fixes: [chatFix] },
      [changed("site.conf", [4, " ", "+"])],
    ],
  ])("is plain code %s", (_title, group, changes) => {
    const { comments } = plan([group], changes);
    expect(comments.map(({ suggests, line }) => [suggests, line])).toEqual([[false, 5]]);
    expect(comments[0]?.body).toContain("In `site.conf`, ");
    expect(comments[0]?.body).toContain("```nginx\n");
    expect(suggestionsIn(comments[0]?.body ?? "")).toEqual([]);
  });

  describe("shares no line with another one:", () => {
    const both = [...wsFix, ...chatFix];
    const first = { findings: [ws], fixes: [both] };

    test("the group is asked for other lines", () => {
      const second = {
        findings: [chat],
        fixes: [chatFix, [["site.conf", "/app {", "/app { #"]]],
      } as const;
      expect(anchors(plan([first, second], changes))).toEqual([
        "site.conf:6-8 +",
        "site.conf:10 +",
      ]);
    });

    test("or one suggestion brings both fixes", () => {
      const { comments } = plan([first, { findings: [chat], fixes: [chatFix] }], changes);
      expect(comments).toMatchObject([
        { startLine: 6, line: 8, fingerprints: ["aaaaaaa000000000", "aaaaaaa100000000"] },
      ]);
      expect(suggestionsIn(comments[0]?.body ?? "")).toHaveLength(1);
    });

    test("or the second becomes plain code, where both together do not prove", () => {
      const second = { findings: [chat], fixes: [chatFix] };
      const review = plan([first, second], changes, { provesTogether: () => false });
      expect(anchors(review)).toEqual(["site.conf:6-8 +", "site.conf:8"]);
    });
  });

  test("is dropped, the least first, where all together do not prove", () => {
    const groups = [
      { findings: [{ ...ws, severity: "warning" as const }], fixes: [wsFix] },
      { findings: [chat], fixes: [chatFix] },
    ];
    const touchesWs = (edits: readonly TextEdit[]): boolean =>
      edits.some(({ start }) => start === site.indexOf("http://backend;"));
    const review = plan(groups, changes, {
      provesTogether: (edits) => !touchesWs(edits) || edits.length === 1,
    });
    expect(anchors(review)).toEqual(["site.conf:8 +", "site.conf:5"]);
    expect(review.comments[1]?.body).toContain("In `site.conf`, after line 5, add:");
  });
});
