import { expect, test } from "vitest";
import { applyEdits, type TextEdit } from "../../src/core/fix/edit.ts";
import { hunksOf } from "../../src/core/review/diff.ts";
import { planReview } from "../../src/core/review/plan.ts";
import type { ChangedFile } from "../../src/core/compare/changed-file.ts";
import { applySuggestions } from "../github/apply.ts";
import { startGitHub } from "../github/server.ts";
import { type Edit, type GroupSketch, worldOf } from "./world.ts";

/** Numerical Recipes' generator: one seed, one sequence. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const locations = 12;

/** A server whose location `n` has the lines 4n + 2 to 4n + 5. */
function server(eol: string, mark: (line: number) => string = () => ""): string {
  const lines = Array.from({ length: locations }, (_, n) => [
    `  location /ws${n} {`,
    `    proxy_pass http://b${n};`,
    `    # ${n}`,
    "  }",
  ]).flat();
  return ["server {", ...lines, "}", ""].map((line, index) => line + mark(index + 1)).join(eol);
}

function groups(below: (n: number) => number): GroupSketch[] {
  return Array.from({ length: locations }, (_, n) => {
    const after: Edit = [
      "a.conf",
      `http://b${n};`,
      `http://b${n};<eol>    proxy_http_version 1.1;`,
    ];
    const before: Edit = ["a.conf", `  location /ws${n} {`, `  # ws${n}<eol>  location /ws${n} {`];
    const outer: Edit = ["a.conf", "server {", `server {<eol>  # ${n}`];
    const removal: Edit = ["a.conf", `    # ${n}<eol>`, ""];
    const all = [after, before, outer, removal];
    const fixes = Array.from({ length: below(4) }, () => all.filter(() => below(2) === 0));
    return {
      findings: [{ at: ["a.conf", `proxy_pass http://b${n};`] }],
      place: ["a.conf", `location /ws${n} {`],
      fixes: fixes.filter(({ length }) => length > 0),
    };
  });
}

function withEol(sketches: readonly GroupSketch[], eol: string): GroupSketch[] {
  return sketches.map((group) => ({
    ...group,
    fixes: (group.fixes ?? []).map((fix) =>
      fix.map(([path, find, replace]): Edit => [
        path,
        find.replaceAll("<eol>", eol),
        replace.replaceAll("<eol>", eol),
      ]),
    ),
  }));
}

test.each(Array.from({ length: 24 }, (_, seed) => seed))(
  "random hunks %i: every comment lies in one of them, and GitHub applies every suggestion as proven",
  async (seed) => {
    const below = random(seed * 7919 + 1);
    const eol = below(4) === 0 ? "\r\n" : "\n";
    const base = server(eol, () => (below(6) === 0 ? " # old" : ""));
    const head = server(eol);
    await using github = await localGitHub();
    const repository = github.createRepository("octo/shop", { files: { "a.conf": base } });
    const pull = repository.openPullRequest({ files: { "a.conf": head, "new.txt": "x\n" } });
    const changes = pull.files.map(({ path, patch }): ChangedFile => ({
      path,
      patch: patch ?? null,
      previousPath: null,
      status: "modified",
    }));
    let together: readonly TextEdit[] = [];
    const { analysis } = worldOf({
      files: { "a.conf": head },
      groups: withEol(groups(below), eol),
      provesTogether(edits) {
        together = edits;
        return true;
      },
    });
    const review = planReview({ analysis, changes, findings: analysis.findings, maxComments: 50 });

    const hunks = hunksOf(changes.find(({ path }) => path === "a.conf")?.patch ?? null);
    const taken = new Set<number>();
    for (const { startLine, line, suggests } of review.comments) {
      const first = startLine ?? line;
      expect(hunks.some(({ start, end }) => start <= first && line <= end)).toBe(true);
      if (!suggests) {
        continue;
      }
      for (let each = first; each <= line; each += 1) {
        expect(taken).not.toContain(each);
        taken.add(each);
      }
    }
    const placed = review.comments.flatMap(({ findings }) => findings);
    expect([...placed, ...review.unplaced]).toHaveLength(analysis.findings.length);

    const comments = review.comments.map(({ path, startLine, line, body }) => ({
      path,
      line,
      startLine: startLine ?? undefined,
      side: "RIGHT" as const,
      startSide: undefined,
      body,
    }));
    for (const comment of comments) {
      expect(pull.problemsOf(comment, pull.headSha)).toEqual([]);
    }
    const bot = repository.world.account("github-actions[bot]");
    if (comments.length > 0) {
      pull.addReview(bot, "COMMENT", "", pull.headSha, comments);
    }
    const { applied, refused } = applySuggestions(pull);
    expect(refused).toEqual([]);
    expect(applied).toHaveLength(review.comments.filter(({ suggests }) => suggests).length);
    const now = pull.repository.read(pull.headSha, "a.conf");
    const proven = applied.length > 1 ? applyEdits(head, together) : now;
    expect(now).toBe(proven);
  },
);

async function localGitHub(): Promise<Awaited<ReturnType<typeof startGitHub>> & AsyncDisposable> {
  const github = await startGitHub();
  return Object.assign(github, { [Symbol.asyncDispose]: async () => github.close() });
}
