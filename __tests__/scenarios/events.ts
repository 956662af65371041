import { nginx, pass, siteOf, upgrade } from "../action/configurations.ts";
import type { Stage } from "../action/stage.ts";
import {
  branchEvent,
  mergeGroupEvent,
  pullRequestEvent,
  pushEvent,
  type WorkflowEvent,
} from "../github/events.ts";
import type { Fault, LoggedRequest } from "../github/server.ts";
import type { Act, Scenario } from "./play.ts";

const { path } = nginx;
const policyPath = ".github/nginx-websocket-guard.yml";
const broken = { base: nginx.complete, head: nginx.broken };
const merged = { base: { ...nginx.complete, ...nginx.broken } };
const healthy = { gate: "red", visible: 1, names: [path] } as const satisfies Act;
const annotated = { gate: "red", visible: 0, names: [path], writes: [] } as const satisfies Act;
const repaired = siteOf(...upgrade, pass);

function action(name: string) {
  return ({ github, pull }: Stage): WorkflowEvent =>
    pullRequestEvent(github, pull, { action: name });
}

const pullRequest: readonly Scenario[] = [
  ...["opened", "synchronize", "reopened", "ready_for_review"].map((name) => ({
    name: `pull_request ${name}: reviewed`,
    setup: broken,
    acts: [{ ...healthy, event: action(name) }] as const,
  })),
  {
    name: "pull_request of a draft: reviewed as any other, and not again when it is ready",
    setup: { ...broken, pull: { draft: true } },
    acts: [
      healthy,
      {
        ...healthy,
        before: ({ pull }) => {
          pull.draft = false;
        },
        event: action("ready_for_review"),
        writes: [],
      },
    ],
  },
  {
    name: "pull_request without nginx files: two requests, green",
    setup: { base: nginx.complete, head: { "src/app.ts": "export {};\n" } },
    acts: [{ gate: "green", visible: 0, writes: [], requests: 2 }],
  },
  {
    name: "pull_request that upgrades: green",
    setup: { base: nginx.complete, head: { [path]: repaired } },
    acts: [{ gate: "green", visible: 0, writes: [] }],
  },
  {
    name: "pull_request that leaves an old fault alone: green",
    setup: { base: merged.base, head: { "nginx/conf.d/b.conf": repaired.replace("api.", "b.") } },
    acts: [{ gate: "green", visible: 0, writes: [] }],
  },
  {
    name: "pull_request whose base has moved on: compared with the merge base",
    setup: broken,
    acts: [
      {
        ...healthy,
        before: ({ repository }) =>
          void repository.commit("main", {
            "nginx/conf.d/other.conf": nginx.site.replace("api.", "other."),
          }),
      },
    ],
  },
];

/** What changes while a run reads; the first request of this operation brings it about. */
function meanwhile(operation: string, change: (stage: Stage) => void): NonNullable<Act["faults"]> {
  return () => {
    let done = false;
    return (request: LoggedRequest, stage): Fault | undefined => {
      if (!done && request.operation === operation) {
        done = true;
        change(stage);
      }
      return undefined;
    };
  };
}

const whileRunning: readonly Scenario[] = [
  {
    name: "closed while running: the gate as ever, nothing posted",
    setup: broken,
    acts: [
      {
        ...annotated,
        faults: meanwhile("git/get-tree", ({ pull }) => {
          pull.state = "closed";
        }),
        says: ["the pull request is no longer open"],
      },
    ],
  },
  {
    name: "merged while running: the gate as ever, nothing posted",
    setup: broken,
    acts: [
      {
        ...annotated,
        faults: meanwhile("git/get-tree", ({ pull }) => {
          pull.state = "closed";
          pull.merged = true;
        }),
        says: ["the pull request is no longer open"],
      },
    ],
  },
  {
    name: "the head moves while running: nothing posted, the newer run comments",
    setup: broken,
    acts: [
      {
        ...annotated,
        faults: meanwhile("git/get-tree", ({ pull }) => void pull.push({ "a.txt": "a\n" })),
        says: ["the pull request has moved on to"],
      },
      { ...healthy, writes: ["pulls/create-review"] },
    ],
  },
  {
    name: "the head moves between two attempts to post: nothing is posted twice",
    setup: broken,
    acts: [
      {
        gate: "red",
        names: [path],
        visible: 0,
        faults: () => {
          let done = false;
          return ({ operation }, { pull }) => {
            if (done || operation !== "pulls/create-review") {
              return undefined;
            }
            done = true;
            pull.push({ "a.txt": "a\n" });
            return { kind: "drop" };
          };
        },
        says: ["the pull request has moved on to"],
      },
      healthy,
    ],
  },
  {
    name: "two runs at once for one head: one comment in the end",
    setup: broken,
    acts: [{ ...healthy, atOnce: 2 }],
  },
  {
    name: "three runs at once that retire a comment: retired once",
    setup: broken,
    acts: [
      healthy,
      {
        gate: "green",
        visible: 0,
        atOnce: 3,
        before: ({ pull }) => void pull.push({ [path]: repaired }),
      },
    ],
  },
  {
    name: "reopened after it was closed: commented then",
    setup: broken,
    acts: [
      {
        ...annotated,
        before: ({ pull }) => {
          pull.state = "closed";
        },
      },
      {
        ...healthy,
        before: ({ pull }) => {
          pull.state = "open";
        },
        event: action("reopened"),
      },
    ],
  },
];

const target: readonly Scenario[] = [
  {
    name: "pull_request_target of a fork: the head is read as data, and commented",
    setup: { ...broken, pull: { fork: "stranger" } },
    acts: [{ ...healthy, target: true }],
  },
  {
    name: "pull_request_target: the policy of the base decides",
    setup: {
      base: nginx.complete,
      head: {
        ...nginx.broken,
        [policyPath]: "rules:\n  upgrade-header: off\n  connection-header: off\n",
      },
      pull: { fork: "stranger" },
    },
    acts: [{ ...healthy, target: true, says: ["counts after the merge"] }],
  },
  {
    name: "pull_request_target: a silence that the head adds does not count, and it is said",
    setup: {
      base: nginx.complete,
      head: {
        [path]: nginx.site.replace(
          "        proxy_pass",
          "        # nginx-websocket-guard: ignore[upgrade-header, connection-header] no need\n        proxy_pass",
        ),
      },
      pull: { fork: "stranger" },
    },
    acts: [
      {
        ...healthy,
        target: true,
        says: [`A silence that this change adds counts only after the merge: ${path}:6.`],
        also: (_, { summary }) => [
          !/counts only after the merge/.test(summary.split("\n").slice(0, 8).join("\n")) &&
            "the first lines of the summary do not say it",
        ],
      },
    ],
  },
  {
    name: "pull_request: a websocket comment that the head takes away counts, and it is said",
    setup: {
      base: {
        ...nginx.complete,
        [path]: siteOf(pass, ...upgrade).replace(
          "    location /ws",
          "    # nginx-websocket-guard: websocket\n    location /feed",
        ),
      },
      head: { [path]: siteOf(pass).replace("/ws", "/feed") },
    },
    acts: [
      {
        ...healthy,
        says: [
          `A websocket comment that this change takes away counts until the merge: ${path}:5.`,
        ],
      },
    ],
  },
];

const mergeGroup: readonly Scenario[] = [
  {
    name: "merge_group: red for what the queue would merge, without comments",
    setup: broken,
    acts: [{ ...annotated, event: ({ github, pull }) => mergeGroupEvent(github, [pull]) }],
  },
  {
    name: "merge_group of two, of which one breaks: red",
    setup: broken,
    acts: [
      {
        ...annotated,
        event: ({ github, repository, pull }) => {
          const other =
            repository.pullRequests[1] ??
            repository.openPullRequest({ files: { "nginx/conf.d/b.conf": repaired } });
          return mergeGroupEvent(github, [other, pull]);
        },
      },
    ],
  },
  {
    name: "merge_group without nginx files: two requests, green",
    setup: { ...merged, head: { "a.txt": "a\n" } },
    acts: [
      {
        gate: "green",
        requests: 2,
        event: ({ github, pull }) => mergeGroupEvent(github, [pull]),
      },
    ],
  },
  {
    name: "merge_group of more files than GitHub compares: the trees tell the rest",
    setup: {
      base: nginx.complete,
      head: {
        ...Object.fromEntries(
          Array.from({ length: 300 }, (_, index) => [`a/${index}.txt`, `${index}\n`]),
        ),
        ...nginx.broken,
      },
    },
    acts: [{ ...annotated, event: ({ github, pull }) => mergeGroupEvent(github, [pull]) }],
  },
];

const workspace: readonly Scenario[] = [
  ...(["schedule", "workflow_dispatch"] as const).map((name) => ({
    name: `${name}: the whole checkout, without a request`,
    setup: merged,
    acts: [
      {
        ...annotated,
        event: ({ github, repository }: Stage) => branchEvent(github, repository, name),
        checkout: true,
        requests: 0,
      },
    ] as const,
  })),
  {
    name: "push: the whole checkout, without a request",
    setup: merged,
    acts: [
      {
        ...annotated,
        event: ({ github, repository }) => pushEvent(github, repository, "main"),
        checkout: true,
        requests: 0,
      },
    ],
  },
  ...(["sound", "broken"] as const).map((state): Scenario => {
    const site = (lines: readonly string[]): string =>
      siteOf(...lines, "proxy_read_timeout 1h;", pass);
    return {
      name: `sites that Debian's links include, ${state}: judged with the nginx.conf that includes the link`,
      setup: {
        base: {
          "nginx/nginx.conf": `events {}\nhttp {\n    ${upgrade.join("\n    ")}\n    include sites-enabled/*;\n}\n`,
          "nginx/sites-available/chat": site([]),
          "nginx/sites-enabled/chat": { symlink: "../sites-available/chat" },
        },
        head: {
          "nginx/sites-available/chat": `# Chat\n${site(state === "sound" ? [] : ['proxy_set_header Connection "";'])}`,
        },
      },
      acts: [
        state === "sound"
          ? { gate: "green", visible: 0, hides: ["not analysed"], requests: 7 }
          : { gate: "red", visible: 1, names: ["nginx/sites-available/chat"] },
      ],
    };
  }),
  {
    name: "push: symbolic links are followed within the checkout only, submodules never",
    setup: {
      base: {
        ...nginx.complete,
        [path]: repaired,
        "outside.conf": nginx.site.replace("api.", "other."),
        "nginx/conf.d/link.conf": { symlink: "../../outside.conf" },
        "nginx/conf.d/passwd.conf": { symlink: "/etc/passwd" },
        "nginx/conf.d/module.conf": { submodule: "1".repeat(40) },
      },
    },
    acts: [
      {
        gate: "red",
        names: ["outside.conf"],
        hides: ["link.conf", "passwd.conf", "module.conf"],
        event: ({ github, repository }) => pushEvent(github, repository, "main"),
        checkout: true,
      },
    ],
  },
  {
    name: "push of a repaired file: green",
    setup: { base: { ...nginx.complete, [path]: repaired } },
    acts: [
      {
        gate: "green",
        event: ({ github, repository }) => pushEvent(github, repository, "main"),
        checkout: true,
      },
    ],
  },
  {
    name: "push without a checkout: red, and it says what is missing",
    setup: merged,
    acts: [
      {
        gate: "red",
        refuses: "actions/checkout must run before it",
        event: ({ github, repository }) => pushEvent(github, repository, "main"),
      },
    ],
  },
];

const scopes: readonly Scenario[] = [
  {
    name: "scope new: an old fault in a touched file does not count",
    setup: { base: merged.base, head: { [path]: `# Our API\n${nginx.site}` } },
    acts: [{ gate: "green", visible: 0, inputs: { scope: "new" } }],
  },
  {
    name: "scope changed: an old fault in a touched file counts",
    setup: { base: merged.base, head: { [path]: `# Our API\n${nginx.site}` } },
    acts: [{ gate: "red", names: [path], inputs: { scope: "changed" } }],
  },
  {
    name: "scope changed: an old fault in another file does not count",
    setup: { base: merged.base, head: { "nginx/conf.d/b.conf": repaired.replace("api.", "b.") } },
    acts: [{ gate: "green", inputs: { scope: "changed" } }],
  },
  {
    name: "scope all: an old fault in another file counts",
    setup: { base: merged.base, head: { "a.txt": "a\n" } },
    acts: [{ ...annotated, inputs: { scope: "all" } }],
  },
  {
    name: "fail-on never: green, and everything is said",
    setup: broken,
    acts: [{ gate: "green", visible: 1, names: [path], inputs: { "fail-on": "never" } }],
  },
  {
    name: "comment summary: annotations and summary, no comment",
    setup: broken,
    acts: [{ ...annotated, inputs: { comment: "summary" } }],
  },
  {
    name: "comment off: annotations alone",
    setup: broken,
    acts: [{ ...annotated, inputs: { comment: "off" } }],
  },
];

/** Upgrades by what nginx does by default since 1.29.7. */
const modern = siteOf(...upgrade.slice(1), pass);

const versions: readonly Scenario[] = [
  ...["", "files:\n  - nginx/**\n"].map((policy): Scenario => ({
    name: `an older image of nginx alone${policy && ", and a policy that names the files"}: what it breaks counts`,
    setup: {
      base: {
        ...nginx.complete,
        ...(policy && { [policyPath]: policy }),
        [path]: modern,
        Dockerfile: "FROM nginx:1.29.8\n",
      },
      head: { Dockerfile: "FROM nginx:1.25.5\n" },
    },
    acts: [{ ...annotated, says: ["in 2 nginx files of pull request"] }],
  })),
  {
    name: "an older image of nginx in a merge queue: red",
    setup: {
      base: { ...nginx.complete, [path]: modern, "compose.yaml": "image: nginx:1.29.8\n" },
      head: { "compose.yaml": "image: nginx:1.25.5\n" },
    },
    acts: [{ ...annotated, event: ({ github, pull }) => mergeGroupEvent(github, [pull]) }],
  },
  {
    name: "a Dockerfile that keeps its image: the nginx files are not read",
    setup: {
      base: { ...merged.base, Dockerfile: "FROM nginx:1.25.5\n" },
      head: { Dockerfile: "FROM nginx:1.25.5\nRUN true\n" },
    },
    acts: [{ gate: "green", says: ["Nothing to check"], requests: 5 }],
  },
  {
    name: "an older image of nginx, and an input that gives the version: green",
    setup: {
      base: { ...nginx.complete, [path]: modern, Dockerfile: "FROM nginx:1.29.8\n" },
      head: { Dockerfile: "FROM nginx:1.25.5\n" },
    },
    acts: [{ gate: "green", inputs: { "nginx-version": "1.29.8" } }],
  },
];

/** A run for the first head, after another was pushed. */
function late(gate: Act["gate"], first: string, second: string): Scenario {
  let event: WorkflowEvent | undefined;
  return {
    name: `a late run, ${gate} whatever was pushed since: about the head of its event, nothing posted`,
    setup: { base: nginx.complete, head: { [path]: first } },
    acts: [
      {
        gate,
        before: ({ github, pull }) => {
          event = pullRequestEvent(github, pull);
          pull.push({ [path]: second || null });
        },
        event: ({ github, pull }) => event ?? pullRequestEvent(github, pull),
        visible: 0,
        writes: [],
        ...(gate === "red" && { names: [path], says: ["the pull request has moved on to"] }),
        hides: ["GitHub shows no diff", "GitHub lists"],
      },
    ],
  };
}

const lateRuns: readonly Scenario[] = [
  late("red", nginx.site, ""),
  late("green", repaired, nginx.site),
];

export const events: readonly Scenario[] = [
  ...versions,
  ...lateRuns,
  ...pullRequest,
  ...whileRunning,
  ...target,
  ...mergeGroup,
  ...workspace,
  ...scopes,
];
