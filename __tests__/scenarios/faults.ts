import { nginx, pass, siteOf, upgrade } from "../action/configurations.ts";
import type { Setup } from "../action/stage.ts";
import type { Fault } from "../github/server.ts";
import type { Act, Faults, Scenario } from "./play.ts";

const { path } = nginx;
const broken = { base: nginx.complete, head: nginx.broken };
const repaired = siteOf(...upgrade, pass);
const mayResolve = { tokens: { token: { contents: "write", pullRequests: "write" } } } as const;

/** A fault that passes: the request, sent again after the pause that GitHub asks for, is answered. */
const passing: Readonly<Record<string, Fault>> = {
  "502": { kind: "answer", status: 502 },
  "a dropped connection": { kind: "drop" },
  "a secondary limit": {
    kind: "answer",
    status: 403,
    body: { message: "You have exceeded a secondary rate limit." },
    headers: { "retry-after": "1" },
  },
};

/** Where the request does its work and only the answer is lost. */
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
    fault: answer(403, "Resource not accessible by integration"),
    said: "The token lacks a permission",
  },
  "a used-up rate limit": {
    fault: answer(403, "API rate limit exceeded for installation ID 1.", {
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "4102444800",
    }),
    said: "run the job again later",
  },
};

function answer(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Fault {
  return { kind: "answer", status, body: { message }, headers };
}

/** GraphQL's errors come with status 200. */
function graphqlErrors(
  data: unknown,
  type?: string,
  headers: Readonly<Record<string, string>> = {},
): Fault {
  const message = "Something went wrong while executing your query.";
  const error = { message, path: ["repository"], ...(type !== undefined && { type }) };
  return { kind: "answer", status: 200, headers, body: { data, errors: [error] } };
}

/** What meets the requests of one operation, from the nth on (from 1), so many times. */
function at(operation: string, fault: Fault, from = 1, times = 1): () => Faults {
  return () => {
    let seen = 0;
    return (request) => {
      if (request.operation !== operation) {
        return undefined;
      }
      seen += 1;
      return seen >= from && seen < from + times ? fault : undefined;
    };
  };
}

/** A request of a run. */
interface Met {
  readonly request: string;
  readonly operation: string;
  /** Of several requests of one operation. */
  readonly nth?: number;
  readonly setup?: Setup;
}

/** All that is read before the gate, in the order in which it is asked for. */
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

function askedAgain(name: string, { request, operation, nth, setup }: Met, fault: Fault): Scenario {
  return {
    name: `${name}, met by ${request}: asked again`,
    setup: setup ?? broken,
    acts: [{ ...healthy, faults: at(operation, fault, nth) }],
  };
}

function refused(
  name: string,
  { request, operation, nth, setup }: Met,
  { fault, said }: Final,
): Scenario {
  return {
    name: `${name}, met by ${request}: red, since nothing is known`,
    setup: setup ?? broken,
    acts: [
      { gate: "red", visible: 0, refuses: said, faults: at(operation, fault, nth, Infinity) },
      healthy,
    ],
  };
}

const readFaults = reads.flatMap((met): Scenario[] => [
  ...Object.entries(passing).map(([name, fault]) => askedAgain(name, met, fault)),
  ...Object.entries(final).map(([name, fault]) => refused(name, met, fault)),
]);

const [threads, list, base, tree, contents] = reads as readonly [Met, Met, Met, Met, Met];

/** Faults that the client treats alike wherever they come from. */
const otherReadFaults: readonly Scenario[] = [
  askedAgain("503 with retry-after", list, answer(503, "Busy", { "retry-after": "1" })),
  askedAgain("429", tree, answer(429, "Too many requests", { "retry-after": "1" })),
  askedAgain(
    "a rate limit that ends at once",
    base,
    answer(403, "API rate limit exceeded.", {
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "1",
    }),
  ),
  refused("502 again and again", list, { fault: answer(502, "Server Error"), said: "502" }),
  refused("406", list, { fault: answer(406, "The diff is too large"), said: "too large" }),
  refused("404", base, { fault: answer(404, "Not Found"), said: "may the token read it" }),
  refused("401", threads, { fault: answer(401, "Bad credentials"), said: "token is not valid" }),
  ...[threads, contents].flatMap((met): Scenario[] => [
    askedAgain("GraphQL that gives up", met, graphqlErrors(null)),
    askedAgain(
      "GraphQL with a part of the data",
      met,
      graphqlErrors({ repository: { pullRequest: null, policy: null, f0: null } }),
    ),
    refused("GraphQL without a permission", met, {
      fault: graphqlErrors({ repository: null }, "FORBIDDEN"),
      said: "The token lacks a permission",
    }),
    refused("GraphQL's own rate limit", met, {
      fault: graphqlErrors(null, "RATE_LIMITED", {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "4102444800",
      }),
      said: "run the job again later",
    }),
  ]),
  {
    name: "threads that GitHub cannot give: the gate is as ever, nothing is commented, and it is said",
    setup: broken,
    acts: [
      {
        ...annotated,
        writes: [],
        says: ["No comment was posted or changed, because it is not known which there are."],
        faults:
          () =>
          ({ operation, body }) =>
            operation === "graphql repository" && JSON.stringify(body).includes("reviewThreads")
              ? graphqlErrors({ repository: { pullRequest: null, policy: null } })
              : undefined,
      },
      healthy,
    ],
  },
];

const review = "pulls/create-review";
const three = ["a", "b", "c"].map((name) => `nginx/conf.d/${name}.conf`);

function refusing(text: string): () => Faults {
  const fault: Fault = {
    kind: "answer",
    status: 422,
    body: { message: "Unprocessable Entity", errors: ["line must be part of the diff"] },
  };
  return () =>
    ({ operation, body }) =>
      operation === review && JSON.stringify(body).includes(text) ? fault : undefined;
}

const reviewFaults: readonly Scenario[] = [
  ...Object.entries({ ...passing, ...executed }).map(([name, fault]) => ({
    name: `${name}, met by the review: posted once`,
    setup: broken,
    acts: [{ ...healthy, faults: at(review, fault) }] as const,
  })),
  ...Object.entries({
    ...final,
    "502 again and again": { fault: answer(502, "Server Error"), said: "502" },
    "404": { fault: answer(404, "Not Found"), said: "Not Found" },
  }).map(([name, { fault, said }]) => ({
    name: `${name}, met by the review: annotated instead, and the next run posts`,
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
        three.map((file, index) => [file, nginx.site.replace("api.", `${index}.`)]),
      ),
    },
    acts: [
      {
        gate: "red",
        visible: 2,
        names: three,
        says: ["GitHub takes no comment at nginx/conf.d/b.conf:"],
        faults: refusing('b.conf"'),
      },
      { gate: "red", visible: 3, names: three },
    ],
  },
  {
    name: "422 for every comment: all are annotated",
    setup: broken,
    acts: [
      { ...annotated, says: ["GitHub takes no comment at"], faults: refusing("comments") },
      healthy,
    ],
  },
];

const look = { request: "the look after posting", operation: "graphql repository", nth: 3 };

const lookFaults: readonly Scenario[] = [
  ...Object.entries(passing).map(([name, fault]) => askedAgain(name, look, fault)),
  ...Object.entries(final).map(([name, { fault, said }]) => ({
    name: `${name}, met by ${look.request}: the comment stands, and it is said`,
    setup: broken,
    acts: [
      { ...healthy, says: [said], faults: at(look.operation, fault, look.nth, Infinity) },
    ] as const,
  })),
];

const changes: readonly Met[] = [
  { request: "the edit of an old comment", operation: "pulls/update-review-comment" },
  { request: "hiding an old comment", operation: "graphql minimizeComment" },
  {
    request: "resolving an old thread",
    operation: "graphql resolveReviewThread",
    setup: { ...broken, github: mayResolve },
  },
];

/** A change that is no post may be repeated. Where that is of no use, the gate does not depend on it. */
const changeFaults = changes.flatMap(({ request, operation, setup = broken }): Scenario[] => {
  const before: Act["before"] = ({ pull }) => void pull.push({ [path]: repaired });
  const retired = { gate: "green", visible: 0 } as const;
  return [
    ...Object.entries({ ...passing, ...executed }).map(([name, fault]) => ({
      name: `${name}, met by ${request}: done again`,
      setup,
      acts: [healthy, { ...retired, before, faults: at(operation, fault) }] as const,
    })),
    ...Object.entries(final).map(([name, { fault, said }]) => ({
      name: `${name}, met by ${request}: green all the same, and it is said`,
      setup,
      acts: [
        healthy,
        {
          gate: "green",
          before,
          says: ["Older comments could not be brought up to date.", said],
          faults: at(operation, fault, 1, Infinity),
        },
        // What GitHub never let the run say stays open, but without a suggestion.
        operation === "graphql resolveReviewThread" ? ({ gate: "green" } as const) : retired,
      ] as const,
    })),
    {
      name: `404, met by ${request}: somebody deleted it, so there is nothing to do`,
      setup,
      acts: [
        healthy,
        {
          gate: "green",
          before,
          hides: ["could not be brought up to date"],
          faults: at(operation, answer(404, "Not Found")),
        },
        { gate: "green" },
      ],
    },
  ];
});

/** A run that posted at the same time: its comment is there when this one looks, and is the younger. */
function anotherRun(fault: Fault | null, times: number): () => Faults {
  return () => {
    let queries = 0;
    let deletions = 0;
    let hasPosted = false;
    return ({ operation }, { pull }) => {
      if (operation === "graphql repository") {
        queries += 1;
      }
      const [comment] = pull.comments;
      if (queries === 3 && !hasPosted && comment?.thread.original) {
        hasPosted = true;
        const { line, startLine } = comment.thread.original;
        const anchor = { path, line, startLine, side: "RIGHT", startSide: "RIGHT" } as const;
        const { author, body, thread } = comment;
        pull.addReview(author, "COMMENT", "", thread.commit, [{ ...anchor, body }]);
      }
      if (operation !== "pulls/delete-review-comment") {
        return undefined;
      }
      deletions += 1;
      return fault && deletions <= times ? fault : undefined;
    };
  };
}

const duplicateFaults: readonly Scenario[] = [
  {
    name: "another run has posted the same: the younger comment is deleted",
    setup: broken,
    acts: [{ ...healthy, faults: anotherRun(null, 0) }],
  },
  ...Object.entries({
    ...passing,
    ...executed,
    "404 because the other run was faster": {
      ...answer(404, "Not Found"),
      executed: true,
    } as const,
  }).map(([name, fault]) => ({
    name: `${name}, met by the deletion of a duplicate: there is none in the end`,
    setup: broken,
    acts: [{ ...healthy, faults: anotherRun(fault, 1) }] as const,
  })),
];

export const faults: readonly Scenario[] = [
  ...readFaults,
  ...otherReadFaults,
  ...reviewFaults,
  ...lookFaults,
  ...duplicateFaults,
  ...changeFaults,
];
