import { nginx, pass, siteOf, upgrade } from "../action/configurations.ts";
import type { Setup } from "../action/stage.ts";
import type { Fault } from "../github/server.ts";
import type { Act, Faults, Scenario } from "./play.ts";

const { path } = nginx;
const broken = { base: nginx.complete, head: nginx.broken };

/** A fault that passes: the request, sent again after the pause that GitHub asks for, is answered. */
const passing: Readonly<Record<string, Fault>> = {
  "502": { kind: "answer", status: 502 },
  "503 with retry-after": { kind: "answer", status: 503, headers: { "retry-after": "1" } },
  "a dropped connection": { kind: "drop" },
  "a secondary limit": {
    kind: "answer",
    status: 403,
    body: { message: "You have exceeded a secondary rate limit." },
    headers: { "retry-after": "1" },
  },
  "429": { kind: "answer", status: 429, headers: { "retry-after": "1" } },
};

/** Where a request does its work and only the answer is lost. */
const executed: Readonly<Record<string, Fault>> = {
  "502 although it was done": { kind: "answer", status: 502, executed: true },
  "a connection dropped after it was done": { kind: "drop", executed: true },
};

interface Final {
  readonly fault: Fault;
  /** What the message says. */
  readonly said: string;
}

/** A fault that stays. */
const final: Readonly<Record<string, Final>> = {
  "403 for want of a permission": {
    fault: {
      kind: "answer",
      status: 403,
      body: { message: "Resource not accessible by integration" },
    },
    said: "The token lacks a permission",
  },
  "a used-up rate limit": {
    fault: {
      kind: "answer",
      status: 403,
      body: { message: "API rate limit exceeded for installation ID 1." },
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "4102444800" },
    },
    said: "run the job again later",
  },
  "404": {
    fault: { kind: "answer", status: 404, body: { message: "Not Found" } },
    said: "Not Found",
  },
  "406": {
    fault: { kind: "answer", status: 406, body: { message: "The diff exceeded the maximum" } },
    said: "The diff exceeded the maximum",
  },
  "502 again and again": {
    fault: { kind: "answer", status: 502, body: { message: "Server Error" } },
    said: "502",
  },
};

/** Meets the requests of one operation, from the nth on (from 1), so many times. */
export function at(operation: string, fault: Fault, from = 1, times = 1): () => Faults {
  return () => {
    let seen = 0;
    return (request) => {
      if (request.operation !== operation) return undefined;
      seen += 1;
      return seen >= from && seen < from + times ? fault : undefined;
    };
  };
}

/** A request of a run, in the order in which they are sent. */
interface Met {
  readonly request: string;
  readonly operation: string;
  /** Of several requests of one operation. */
  readonly nth?: number;
  readonly setup?: Setup;
}

const reads: readonly Met[] = [
  { request: "the policy and the threads", operation: "graphql repository" },
  { request: "the list of files", operation: "pulls/list-files" },
  { request: "the merge base", operation: "repos/compare-commits-with-basehead" },
  { request: "the tree", operation: "git/get-tree" },
  { request: "the contents", operation: "graphql repository", nth: 2 },
  {
    request: "a blob",
    operation: "git/get-blob",
    setup: { ...broken, github: { limits: { bytesPerGraphqlText: 50 } } },
  },
];

const healthy = { gate: "red", visible: 1, names: [path] } as const satisfies Act;
const annotated = { gate: "red", visible: 0, names: [path] } as const satisfies Act;

const readFaults = reads.flatMap(({ request, operation, nth = 1, setup = broken }): Scenario[] => [
  ...Object.entries({ ...passing, ...executed }).map(([name, fault]) => ({
    name: `${name}, met by ${request}: asked again`,
    setup,
    acts: [{ ...healthy, faults: at(operation, fault, nth) }] as const,
  })),
  ...Object.entries(final).map(([name, { fault, said }]) => ({
    name: `${name}, met by ${request}: red, since nothing is known`,
    setup,
    acts: [
      { gate: "red", visible: 0, refuses: said, faults: at(operation, fault, nth, Infinity) },
      healthy,
    ] as const,
  })),
]);

const review = "pulls/create-review";

const reviewFaults: readonly Scenario[] = [
  ...Object.entries({ ...passing, ...executed }).map(([name, fault]) => ({
    name: `${name}, met by the review: posted once`,
    setup: broken,
    acts: [{ ...healthy, faults: at(review, fault) }] as const,
  })),
  ...Object.entries(final)
    .filter(([name]) => name !== "406")
    .map(([name, { fault, said }]) => ({
      name: `${name}, met by the review: annotated instead`,
      setup: broken,
      acts: [
        {
          ...annotated,
          says: ["1 comment was not posted", said],
          faults: at(review, fault, 1, Infinity),
        },
        healthy,
      ] as const,
    })),
  {
    name: "422 for one comment of three: the others are posted, it is annotated",
    setup: {
      base: nginx.complete,
      head: Object.fromEntries(
        ["a", "b", "c"].map((name) => [
          `nginx/conf.d/${name}.conf`,
          nginx.site.replace("api.", `${name}.`),
        ]),
      ),
    },
    acts: [
      {
        gate: "red",
        visible: 2,
        names: ["a", "b", "c"].map((name) => `nginx/conf.d/${name}.conf`),
        says: ["GitHub takes no comment at nginx/conf.d/b.conf:"],
        faults:
          () =>
          ({ operation, body }) =>
            operation === review && JSON.stringify(body).includes('b.conf"')
              ? {
                  kind: "answer",
                  status: 422,
                  body: { message: "Unprocessable Entity", errors: ["line must be part"] },
                }
              : undefined,
      },
      { gate: "red", visible: 3 },
    ],
  },
  {
    name: "502 without the review, again and again: annotated, and the next run posts",
    setup: broken,
    acts: [
      { ...annotated, faults: at(review, { kind: "answer", status: 502 }, 1, Infinity) },
      healthy,
    ],
  },
];

/** Two runs leave two comments; here the second comes when the first has posted. */
const lookFaults: readonly Scenario[] = [
  ...Object.entries(passing).map(([name, fault]) => ({
    name: `${name}, met by the look after posting: asked again`,
    setup: broken,
    acts: [{ ...healthy, faults: at("graphql repository", fault, 3) }] as const,
  })),
  ...Object.entries(final)
    .filter(([name]) => name !== "406")
    .map(([name, { fault, said }]) => ({
      name: `${name}, met by the look after posting: the comment stands, and it is said`,
      setup: broken,
      acts: [
        { ...healthy, says: [said], faults: at("graphql repository", fault, 3, Infinity) },
      ] as const,
    })),
];

const repaired = siteOf(...upgrade, pass);
const mayResolve = { tokens: { token: { contents: "write", pullRequests: "write" } } } as const;

const changes: readonly Met[] = [
  { request: "the edit of an old comment", operation: "pulls/update-review-comment" },
  { request: "hiding an old comment", operation: "graphql minimizeComment" },
  {
    request: "resolving an old thread",
    operation: "graphql resolveReviewThread",
    setup: { ...broken, github: mayResolve },
  },
];

/** A write that is no post is left to the next run: the gate and the findings do not depend on it. */
const changeFaults = changes.flatMap(({ request, operation, setup = broken }): Scenario[] => {
  const faults = {
    ...passing,
    ...executed,
    ...Object.fromEntries(
      Object.entries(final)
        .filter(([name]) => name !== "406" && name !== "502 again and again")
        .map(([name, entry]) => [name, entry.fault]),
    ),
  };
  return Object.entries(faults).map(([name, fault]) => ({
    name: `${name}, met by ${request}: green all the same, and the next run goes on`,
    setup,
    acts: [
      healthy,
      {
        gate: "green",
        before: ({ pull }) => void pull.push({ [path]: repaired }),
        faults: at(operation, fault),
      },
      { gate: "green", visible: 0 },
    ] as const,
  }));
});

/** GraphQL answers 200 all the same. */
const graphqlFaults: readonly Scenario[] = [
  ["the policy and the threads", 1],
  ["the contents", 2],
].flatMap(([request, nth]): Scenario[] => [
  {
    name: `GraphQL that gives up, met by ${request}: asked again`,
    setup: broken,
    acts: [{ ...healthy, faults: at("graphql repository", graphqlError(null), Number(nth)) }],
  },
  {
    name: `GraphQL with a part of the data, met by ${request}: asked again`,
    setup: broken,
    acts: [
      {
        ...healthy,
        faults: at(
          "graphql repository",
          graphqlError({ repository: { pullRequest: null, policy: null, f0: null } }),
          Number(nth),
        ),
      },
    ],
  },
  {
    name: `GraphQL without a permission, met by ${request}: red`,
    setup: broken,
    acts: [
      {
        gate: "red",
        visible: 0,
        refuses: "The token lacks a permission",
        faults: at(
          "graphql repository",
          graphqlError({ repository: null }, "FORBIDDEN"),
          Number(nth),
          Infinity,
        ),
      },
      healthy,
    ],
  },
]);

function graphqlError(data: unknown, type?: string): Fault {
  const message = "Something went wrong while executing your query.";
  const error = { message, path: ["repository"], ...(type !== undefined && { type }) };
  return { kind: "answer", status: 200, body: { data, errors: [error] } };
}

export const faults: readonly Scenario[] = [
  ...readFaults,
  ...reviewFaults,
  ...lookFaults,
  ...changeFaults,
  ...graphqlFaults,
];
