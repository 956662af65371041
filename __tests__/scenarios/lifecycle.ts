import { nginx, pass, siteOf, upgrade } from "../action/configurations.ts";
import type { Stage } from "../action/stage.ts";
import { applySuggestions } from "../github/apply.ts";
import type { Scenario } from "./play.ts";

const { path } = nginx;
const broken = { base: nginx.complete, head: nginx.broken };
const repaired = siteOf(...upgrade, pass);
const mayResolve = { tokens: { token: { contents: "write", pullRequests: "write" } } } as const;
const posted = { gate: "red", visible: 1, names: [path] } as const;
const kept = { ...posted, writes: [] } as const;
const gone = { gate: "green", visible: 0 } as const;

const edit = "pulls/update-review-comment";
const post = "pulls/create-review";
const hide = "graphql minimizeComment";
const resolve = "graphql resolveReviewThread";

/** Forty lines of comment above everything. */
const shift = Array.from({ length: 40 }, (_, index) => `# ${index}\n`).join("");

function firstComment({ pull }: Stage) {
  const [comment] = pull.comments;
  if (!comment) {
    throw new Error("there is no comment");
  }
  return comment;
}

function answer(stage: Stage): void {
  stage.pull.reply(stage.github.world.person, firstComment(stage), "Why?");
}

function resolveByHand(stage: Stage): void {
  firstComment(stage).thread.resolvedBy = stage.github.world.person;
}

function push(files: Readonly<Record<string, string | null>>) {
  return ({ pull }: Stage): void => void pull.push(files);
}

/** The table of a comment's life, row by row, and what else happens to comments. */
export const lifecycle: readonly Scenario[] = [
  {
    name: "present, no thread: a new comment",
    setup: broken,
    acts: [{ ...posted, writes: [post] }],
  },
  {
    name: "present, no thread, but somebody's own comment there: a new comment",
    setup: broken,
    acts: [
      {
        ...posted,
        before: ({ pull, github }) => {
          pull.addReview(github.world.person, "COMMENT", "", pull.headSha, [
            { path, line: 6, side: "RIGHT", startLine: undefined, startSide: undefined, body: "?" },
          ]);
        },
        writes: [post],
      },
    ],
  },
  {
    name: "present, a person's comment with our marker: it is not ours",
    setup: broken,
    acts: [
      posted,
      {
        ...posted,
        before: (stage) => {
          const comment = firstComment(stage);
          const { pull, github } = stage;
          const anchor = { path, line: 6, side: "RIGHT", startLine: undefined } as const;
          pull.addReview(github.world.person, "COMMENT", "", pull.headSha, [
            { ...anchor, startSide: undefined, body: comment.body },
          ]);
          pull.deleteComment(comment);
        },
        writes: [post],
      },
    ],
  },
  { name: "present, open, same text: nothing", setup: broken, acts: [posted, kept] },
  {
    name: "present, open, the lines moved: nothing",
    setup: broken,
    acts: [posted, { ...kept, before: push({ [path]: shift + nginx.site }) }],
  },
  {
    name: "present, open, text differs, anchor valid: edited",
    setup: broken,
    acts: [
      posted,
      {
        ...posted,
        before: (stage) => {
          const comment = firstComment(stage);
          comment.body = comment.body.replace(/^.*\n/, "**What an older version said.**\n");
        },
        writes: [edit],
      },
    ],
  },
  {
    name: "present, outdated: posted anew, the old one retired",
    setup: broken,
    acts: [
      posted,
      {
        ...posted,
        before: push({ [path]: nginx.site.replace("10.0.0.5", "10.0.0.6") }),
        writes: [post, hide, edit],
        also: (stage) => [
          !firstComment(stage).body.startsWith("**Replaced by a newer comment.**") &&
            "the old comment does not say that it is replaced",
          firstComment(stage).body.includes("```suggestion") && "the old suggestion is still there",
        ],
      },
    ],
  },
  {
    name: "present, outdated, and the token may resolve: posted anew, the old one resolved",
    setup: { ...broken, github: mayResolve },
    acts: [
      posted,
      {
        ...posted,
        before: push({ [path]: nginx.site.replace("10.0.0.5", "10.0.0.6") }),
        writes: [post, edit, resolve],
      },
    ],
  },
  {
    name: "present, resolved by a person: silent, and it counts",
    setup: broken,
    acts: [
      posted,
      {
        gate: "red",
        before: resolveByHand,
        visible: 0,
        writes: [],
        also: (_, { summary }) => [
          !summary.includes("resolved by a person") && "the summary does not say that it counts",
        ],
      },
    ],
  },
  {
    name: "present, deleted by a person: posted again",
    setup: broken,
    acts: [
      posted,
      {
        ...posted,
        before: (stage) => stage.pull.deleteComment(firstComment(stage)),
        writes: [post],
      },
    ],
  },
  {
    name: "gone, open: retired",
    setup: broken,
    acts: [
      posted,
      {
        ...gone,
        before: push({ [path]: repaired }),
        writes: [hide, edit],
        also: (stage) => [
          !/^\*\*Fixed in [\da-f]{7}\.\*\*/.test(firstComment(stage).body) &&
            "it is not called fixed",
          firstComment(stage).body.includes("```suggestion") && "the suggestion is still there",
        ],
      },
    ],
  },
  {
    name: "gone, open, and the token may resolve: resolved",
    setup: { ...broken, github: mayResolve },
    acts: [
      posted,
      {
        ...gone,
        before: push({ [path]: `${repaired}# end\n` }),
        writes: [edit, resolve],
        also: ({ pull }) => [!pull.threads[0]?.resolvedBy && "the thread is not resolved"],
      },
    ],
  },
  {
    name: "gone, people replied: the first line only, and it stays open",
    setup: broken,
    acts: [
      posted,
      {
        gate: "green",
        before: (stage) => {
          answer(stage);
          stage.pull.push({ [path]: repaired });
        },
        writes: [edit],
        also: (stage) => [
          !firstComment(stage).body.startsWith("**Fixed in ") && "it is not called fixed",
          !firstComment(stage).body.includes("```suggestion") && "more than the first line changed",
          firstComment(stage).minimizedReason !== undefined && "it is hidden",
        ],
      },
    ],
  },
  {
    name: "gone, people replied, and the token may resolve: it stays open all the same",
    setup: { ...broken, github: mayResolve },
    acts: [
      posted,
      {
        gate: "green",
        before: (stage) => {
          answer(stage);
          stage.pull.push({ [path]: repaired });
        },
        writes: [edit],
        also: ({ pull }) => [pull.threads[0]?.resolvedBy !== undefined && "it is resolved"],
      },
    ],
  },
  {
    name: "gone, resolved by a person: nothing",
    setup: broken,
    acts: [
      posted,
      {
        ...gone,
        before: (stage) => {
          resolveByHand(stage);
          stage.pull.push({ [path]: repaired });
        },
        writes: [],
      },
    ],
  },
  {
    name: "gone and back: a new comment",
    setup: broken,
    acts: [
      posted,
      { ...gone, before: push({ [path]: repaired }) },
      { ...posted, before: push({ [path]: nginx.site }), writes: [post] },
    ],
  },
  {
    name: "gone with its file: retired",
    setup: broken,
    acts: [
      posted,
      { ...gone, before: push({ [path]: null, "a.txt": "a\n" }), writes: [hide, edit] },
    ],
  },
  {
    name: "all suggestions applied: green, nothing posted, old threads retired",
    setup: broken,
    acts: [
      posted,
      {
        ...gone,
        before: ({ pull }) => {
          const { refused } = applySuggestions(pull);
          if (refused.length > 0) {
            throw new Error("GitHub refuses a suggestion");
          }
          // Who applies a suggestion by hand leaves its thread open.
          for (const thread of pull.threads) {
            thread.resolvedBy = undefined;
          }
        },
        writes: [hide, edit],
      },
    ],
  },
  {
    name: "rebased onto a base where all lines moved by 40: nothing posted, nothing edited",
    setup: {
      base: { ...nginx.complete, [path]: siteOf("return 200;") },
      head: { [path]: nginx.site.replace("location", "location /a {\n    }\n    location") },
    },
    acts: [
      posted,
      {
        ...kept,
        before: ({ repository }) => {
          repository.commit("main", { [path]: shift + siteOf("return 200;") });
          repository.rebase("change-1");
        },
      },
    ],
  },
  {
    name: "rebased likewise, with places that a comment names: nothing posted, nothing edited",
    setup: {
      base: {
        ...nginx.complete,
        [path]: siteOf("include snippets/proxy.conf;", pass),
        "nginx/snippets/proxy.conf": upgrade.map((line) => `${line}\n`).join(""),
      },
      head: {
        "nginx/snippets/proxy.conf": upgrade
          .map((line) => `${line.replace('"upgrade"', '""')}\n`)
          .join(""),
      },
    },
    acts: [
      {
        gate: "red",
        also: (stage) => [
          !stage.pull.comments.some(({ body }) => body.includes(`${path}:5`)) &&
            "no place is named",
        ],
      },
      {
        gate: "red",
        before: ({ repository }) => {
          repository.commit("main", {
            [path]: shift + siteOf("include snippets/proxy.conf;", pass),
          });
          repository.rebase("change-1");
        },
        writes: [],
      },
    ],
  },
  {
    name: "one of two repaired: the other's comment stays as it is",
    setup: {
      base: nginx.complete,
      head: { ...nginx.broken, "nginx/conf.d/b.conf": nginx.site.replace("api.", "b.") },
    },
    acts: [
      { gate: "red", visible: 2, writes: [post] },
      {
        gate: "red",
        visible: 1,
        names: ["nginx/conf.d/b.conf"],
        before: push({ [path]: repaired }),
        writes: [hide, edit],
      },
    ],
  },
  {
    name: "a renamed file's finding: its comment follows",
    setup: broken,
    acts: [
      posted,
      {
        gate: "red",
        visible: 1,
        names: ["nginx/conf.d/new.conf"],
        before: push({ [path]: null, "nginx/conf.d/new.conf": nginx.site }),
      },
    ],
  },
  {
    name: "two jobs with files of their own: neither touches the other's comments",
    setup: {
      base: { "a/nginx.conf": nginx.complete["nginx/nginx.conf"] },
      head: { "a/conf.d/a.conf": nginx.site, "b/conf.d/b.conf": nginx.site },
    },
    acts: [
      { gate: "red", visible: 1, inputs: { files: "a/**" }, writes: [post] },
      { gate: "red", visible: 2, inputs: { files: "b/**" }, writes: [post] },
      { gate: "red", visible: 2, inputs: { files: "a/**" }, writes: [] },
      {
        gate: "green",
        visible: 1,
        inputs: { files: "a/**" },
        before: push({ "a/conf.d/a.conf": repaired }),
        writes: [hide, edit],
      },
      { gate: "red", visible: 1, inputs: { files: "b/**" }, writes: [] },
    ],
  },
  {
    name: "two jobs that find the same: it is said once, and the first job retires it",
    setup: broken,
    acts: [
      { gate: "red", visible: 1, writes: [post], env: { GITHUB_JOB: "first" } },
      { gate: "red", visible: 1, writes: [], env: { GITHUB_JOB: "second" } },
      {
        gate: "green",
        visible: 0,
        before: push({ [path]: repaired }),
        env: { GITHUB_JOB: "first" },
      },
    ],
  },
];
