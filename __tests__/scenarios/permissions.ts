import { nginx } from "../action/configurations.ts";
import type { Act, Scenario } from "./play.ts";

const { path } = nginx;
const broken = { base: nginx.complete, head: nginx.broken };
const healthy = { gate: "red", visible: 1, names: [path] } as const satisfies Act;
const annotated = { gate: "red", visible: 0, names: [path] } as const satisfies Act;

const readOnly = { tokens: { token: { contents: "read", pullRequests: "read" } } } as const;
const none = { tokens: { token: { contents: "none", pullRequests: "none" } } } as const;

/** What the job's token may do, and what comes of it. */
export const permissions: readonly Scenario[] = [
  {
    name: "contents read, pull-requests write: commented",
    setup: broken,
    acts: [healthy],
  },
  {
    name: "contents write, pull-requests write: commented",
    setup: {
      ...broken,
      github: { tokens: { token: { contents: "write", pullRequests: "write" } } },
    },
    acts: [healthy],
  },
  {
    name: "contents read, pull-requests read: annotated, and it is said which permission is missing",
    setup: { ...broken, github: readOnly },
    acts: [{ ...annotated, says: ["the job needs contents: read and pull-requests: write"] }],
    afterwards: { ...annotated, writes: ["pulls/create-review"] },
  },
  {
    name: "a fork's read-only token: annotated, and it is said why",
    setup: { ...broken, pull: { fork: "stranger" }, github: readOnly },
    acts: [
      {
        ...annotated,
        says: [
          "1 comment was not posted, because the token of a pull request from a fork is read-only",
        ],
      },
    ],
    afterwards: { ...annotated, writes: ["pulls/create-review"] },
  },
  {
    name: "Dependabot's read-only token: annotated, and it is said why",
    setup: { ...broken, pull: { author: "dependabot[bot]" }, github: readOnly },
    acts: [
      {
        ...annotated,
        says: [
          "1 comment was not posted, because the token of a pull request from Dependabot is read-only",
        ],
      },
    ],
    afterwards: { ...annotated, writes: ["pulls/create-review"] },
  },
  {
    name: "a read-only token and nothing new: nothing is tried",
    setup: {
      base: { ...nginx.complete, ...nginx.broken },
      head: { "a.txt": "a" },
      github: readOnly,
    },
    acts: [{ gate: "green", writes: [] }],
  },
  {
    name: "no permission at all, a public repository: annotated, and it is said which is missing",
    setup: { ...broken, github: none },
    acts: [{ ...annotated, says: ["the job needs contents: read and pull-requests: write"] }],
    afterwards: { ...annotated, writes: ["pulls/create-review"] },
  },
  {
    name: "no permission at all, a private repository: red, and it says which are needed",
    setup: { ...broken, private: true, github: none },
    acts: [{ gate: "red", visible: 0, refuses: "pull-requests: write" }],
  },
  {
    name: "contents alone, a private repository: red, and it says which are needed",
    setup: {
      ...broken,
      private: true,
      github: { tokens: { token: { contents: "read", pullRequests: "none" } } },
    },
    acts: [{ gate: "red", visible: 0, refuses: "pull-requests: write" }],
  },
  {
    name: "pull-requests alone, a private repository: red, and it says which are needed",
    setup: {
      ...broken,
      private: true,
      github: { tokens: { token: { contents: "none", pullRequests: "write" } } },
    },
    acts: [{ gate: "red", visible: 0, refuses: "contents: read" }],
  },
  {
    name: "a personal token: its own comments are its own",
    setup: {
      ...broken,
      github: {
        tokens: { token: { login: "robot[bot]", contents: "read", pullRequests: "write" } },
      },
    },
    acts: [healthy],
  },
  {
    name: "an enterprise server: its own addresses",
    setup: { ...broken, github: { enterprise: true } },
    acts: [healthy],
  },
  {
    name: "an enterprise server, pull_request_target: its own addresses",
    setup: { ...broken, pull: { fork: "stranger" }, github: { enterprise: true } },
    acts: [{ ...healthy, target: true }],
  },
];
