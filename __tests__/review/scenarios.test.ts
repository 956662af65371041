import { expect, test } from "vitest";
import { analyse } from "../../src/core/check/analyse.ts";
import { compare } from "../../src/core/compare/compare.ts";
import type { Files } from "../../src/core/repository/document.ts";
import { defaultPolicy } from "../../src/core/policy-file/schema.ts";
import { planReview } from "../../src/core/review/plan.ts";
import type { Review } from "../../src/core/review/review.ts";
import { applySuggestions } from "../github/apply.ts";
import type { PullRequest } from "../github/pull-request.ts";
import { startGitHub } from "../github/server.ts";

type Texts = Readonly<Record<string, string>>;

const main = "events {}\nhttp {\n  include conf.d/*.conf;\n}\n";

const site = `upstream app {
    server 10.0.0.1:8080;
    keepalive 16;
}

server {
    listen 80;
    server_name api.example.com;

    location /ws {
        include snippets/proxy.conf;
        proxy_pass http://app;
        proxy_read_timeout 3600s;
    }

    location /socket.io/ {
        include snippets/proxy.conf;
        proxy_pass http://app;
        proxy_read_timeout 3600s;
    }

    location / {
        include snippets/proxy.conf;
        proxy_pass http://app;
    }
}
`;

const map = `map $http_upgrade $connection_upgrade {
    default upgrade;
    ''      '';
}
`;

const snippet = `proxy_http_version 1.1;
proxy_set_header Host $host;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $connection_upgrade;
`;

const working = {
  "nginx.conf": main,
  "conf.d/map.conf": map,
  "conf.d/site.conf": site,
  "snippets/proxy.conf": snippet,
};

const inherited = `server {
    listen 80;
    server_name api.example.com;
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    location /ws {
        proxy_pass http://10.0.0.1:8080;
        proxy_read_timeout 1h;
    }
}
`;

function filesOf(texts: Texts): Files {
  return { list: () => Object.keys(texts), read: (path) => texts[path] };
}

/** The review of what the pull request brings. */
function reviewOf(pull: PullRequest, base: Texts, paths: readonly string[]): Review {
  const head = Object.fromEntries(
    paths.map((path) => [path, pull.repository.read(pull.headSha, path)]),
  );
  const changes = pull.files.map(({ path, patch }) => ({
    path,
    previousPath: null,
    status: "modified" as const,
    patch: patch ?? null,
  }));
  const [after, before] = [head, base].map((texts) =>
    analyse(filesOf(texts), { policy: defaultPolicy }),
  );
  if (!after || !before) {
    throw new Error("both sides are analysed");
  }
  const analysis = compare(after, before, changes);
  const findings = analysis.findings.filter(({ isNew }) => isNew);
  return planReview({ analysis, changes, findings, maxComments: 50 });
}

interface Scenario {
  readonly title: string;
  readonly base: Texts;
  readonly changes: Texts;
  /** `path:line`, with ` +` where the comment suggests something. */
  readonly comments: readonly string[];
  /** What the first comment says. */
  readonly says: readonly string[];
}

const scenarios: readonly Scenario[] = [
  {
    title: "a snippet that breaks untouched sites: one comment on its changed line",
    base: working,
    changes: { "snippets/proxy.conf": snippet.replace("$connection_upgrade", "close") },
    comments: ["snippets/proxy.conf:4 +"],
    says: [
      "`conf.d/site.conf:10`: `location /ws` of",
      "`conf.d/site.conf:16`: `location /socket.io/` of",
    ],
  },
  {
    title: "a snippet that loses lines: one comment where they were",
    base: working,
    changes: { "snippets/proxy.conf": snippet.split("\n").slice(0, 2).join("\n") },
    comments: ["snippets/proxy.conf:2"],
    says: [
      "**WebSocket handshakes at `location /ws` and `location /socket.io/` of `api.example.com` fail.**",
      "`conf.d/site.conf:10`: `location /ws` of",
      "In `conf.d/site.conf`, after line 12, add:",
    ],
  },
  {
    title: "a map that breaks untouched sites: the comment is on its line",
    base: working,
    changes: { "conf.d/map.conf": map.replace("default upgrade", "default close") },
    comments: ["conf.d/map.conf:2 +"],
    says: ["`connection-map`", "`conf.d/site.conf:10`: `location /ws` of"],
  },
  {
    title: "new locations with an old wrong snippet: the comment is on the include",
    base: {
      "nginx.conf": main,
      "conf.d/map.conf": map,
      "conf.d/site.conf": "server { listen 80; }\n",
      "snippets/proxy.conf": snippet.replace("$connection_upgrade", "close"),
    },
    changes: { "conf.d/site.conf": site },
    comments: ["conf.d/site.conf:11"],
    says: ["In `snippets/proxy.conf`, replace line 4 with:"],
  },
  {
    title: "a header that discards those of the server",
    base: { "nginx.conf": main, "conf.d/map.conf": map, "conf.d/site.conf": inherited },
    changes: {
      "conf.d/site.conf": inherited.replace(
        "        proxy_read_timeout",
        "        proxy_set_header X-Real-IP $remote_addr;\n        proxy_read_timeout",
      ),
    },
    comments: ["conf.d/site.conf:9 +"],
    says: ["`header-inheritance`", "+ Upgrade: websocket"],
  },
  {
    title: "a new file",
    base: { "nginx.conf": main },
    changes: {
      "conf.d/site.conf":
        "server {\n    listen 80;\n    location /ws {\n        proxy_pass http://127.0.0.1:8080;\n    }\n}\n",
    },
    comments: ["conf.d/site.conf:4 +"],
    says: ["WebSocket handshakes at `location /ws` fail.", "        proxy_http_version 1.1;"],
  },
  {
    title: "two locations of a new file whose fixes share lines: one suggestion brings both",
    base: { "nginx.conf": main },
    changes: {
      "conf.d/site.conf": site
        .replaceAll("        include snippets/proxy.conf;\n", "")
        .replace("    location /socket.io/ {", "    location /chat {\n        # websocket"),
    },
    comments: ["conf.d/site.conf:17 +"],
    says: [
      "`conf.d/site.conf:10`: `location /ws` of",
      "`conf.d/site.conf:15`: `location /chat` of",
      "map $http_upgrade $connection_upgrade {",
    ],
  },
];

test.each(scenarios)("$title", async ({ base, changes, comments, says }) => {
  const github = await startGitHub();
  try {
    const repository = github.createRepository("octo/shop", { files: base });
    const pull = repository.openPullRequest({ files: changes });
    const paths = Object.keys({ ...base, ...changes });
    const review = reviewOf(pull, base, paths);
    expect(
      review.comments.map(({ path, line, suggests }) => `${path}:${line}${suggests ? " +" : ""}`),
    ).toEqual(comments);
    expect(review.unplaced).toEqual([]);
    for (const text of says) {
      expect(review.comments[0]?.body).toContain(text);
    }

    const bot = repository.world.account("github-actions[bot]");
    const posted = review.comments.map(({ path, startLine, line, body }) => ({
      path,
      line,
      startLine: startLine ?? undefined,
      side: "RIGHT" as const,
      startSide: undefined,
      body,
    }));
    pull.addReview(bot, "COMMENT", "", pull.headSha, posted);
    const { refused } = applySuggestions(pull);
    expect(refused).toEqual([]);
    const left = reviewOf(pull, base, paths);
    expect(left.comments).toHaveLength(review.comments.filter(({ suggests }) => !suggests).length);
    expect(left.unplaced).toEqual([]);
  } finally {
    await github.close();
  }
});
