import { nginx } from "../action/configurations.ts";
import type { Act, Scenario } from "./play.ts";

const { path } = nginx;
const broken = { base: nginx.complete, head: nginx.broken };
const healthy = { gate: "red", visible: 1, names: [path] } as const satisfies Act;
const annotated = { gate: "red", visible: 0, names: [path] } as const satisfies Act;

const readOnly = { tokens: { token: { contents: "read", pullRequests: "read" } } } as const;

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
    then: { ...annotated, writes: ["pulls/create-review"] },
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
    then: { ...annotated, writes: ["pulls/create-review"] },
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
    then: { ...annotated, writes: ["pulls/create-review"] },
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
    name: "no permission at all: red, and it says which are needed",
    setup: { ...broken, github: { tokens: { token: { contents: "none", pullRequests: "none" } } } },
    acts: [{ gate: "red", visible: 0, refuses: "pull-requests: write" }],
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
