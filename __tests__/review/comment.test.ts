import { describe, expect, test } from "vitest";
import { planReview } from "../../src/core/review/plan.ts";
import { readMarker } from "../../src/core/review/comment.ts";
import { suggestionsIn } from "../github/apply.ts";
import { type Edit, type FindingSketch, type GroupSketch, added, worldOf } from "./world.ts";

const site = `server {
  server_name api.example.com;
  location /ws {
    proxy_pass http://backend;
  }
  location /chat {
    proxy_pass http://chat;
  }
  location /live {
    proxy_pass http://live;
  }
}
`;

const ws: FindingSketch = {
  at: ["site.conf", "proxy_pass http://backend;"],
  location: ["site.conf", "location /ws {"],
  message: "The upstream gets no Upgrade header from `proxy_pass http://backend`.",
  evidence: ["the path has the word ws"],
};
const fix: readonly Edit[] = [
  ["site.conf", "http://backend;", "http://backend;\n    proxy_set_header Upgrade $http_upgrade;"],
];
const now = ["GET /ws HTTP/1.1", "Host: backend", "Sec-WebSocket-Version: 13"];
const after = [
  "GET /ws HTTP/1.1",
  "Host: backend",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
];

function bodyOf(
  group: GroupSketch,
  files: Readonly<Record<string, string>> = { "site.conf": site },
): string {
  const { analysis } = worldOf({ files, groups: [group] });
  const changes = Object.entries(files).map(([path, text]) => added(path, text));
  const { comments } = planReview({
    analysis,
    changes,
    findings: analysis.findings,
    maxComments: 50,
  });
  expect(comments).toHaveLength(1);
  const [{ body } = { body: "" }] = comments;
  expect(body.length).toBeLessThanOrEqual(65_536);
  return body;
}

test("a comment says what fails, why, what the upstream gets, and what to write", () => {
  expect(bodyOf({ findings: [ws], fixes: [fix], now, after })).toBe(`\
**WebSocket handshakes at \`location /ws\` of \`api.example.com\` fail.**

- \`upgrade-header\`: The upstream gets no Upgrade header from \`proxy_pass http://backend\`.

What a handshake sends to the upstream \`http://backend\`, now and with the change (by nginx 1.22; no version is given):
\`\`\`diff
  GET /ws HTTP/1.1
  Host: backend
+ Upgrade: websocket
\`\`\`

Why this counts as WebSocket: the path has the word ws.

\`\`\`suggestion
    proxy_pass http://backend;
    proxy_set_header Upgrade $http_upgrade;
\`\`\`

<details>
<summary>Details, and how to silence this</summary>

The suggestion: Forward the upgrade headers. It was tried in a simulation of nginx: nothing new is found with it, and all other headers stay as they are.

More about it: \`nginx-websocket-guard explain upgrade-header\`.

To keep it as it is, write above the directive or its block, with your reason:

\`\`\`nginx
# nginx-websocket-guard: ignore[upgrade-header] reason
\`\`\`

</details>

<!-- nginx-websocket-guard fp=aaaaaaa000000000 -->`);
});

describe("the headline", () => {
  test.each<[string, FindingSketch, string]>([
    [
      "names the rule's point where the handshake works",
      { ...ws, rule: "idle-timeout", severity: "warning" },
      "**A quiet connection is closed too soon by `proxy_read_timeout`, at `location /ws` of `api.example.com`.**",
    ],
    [
      "does without a location",
      { ...ws, rule: "syntax", location: null },
      "**nginx cannot read the file.**",
    ],
    [
      "does without a known rule",
      { ...ws, rule: "house-rule" },
      "**This needs a look, at `location /ws` of `api.example.com`.**",
    ],
  ])("%s", (_title, finding, line) => {
    expect(bodyOf({ findings: [finding] }).split("\n")[0]).toBe(line);
  });

  const chat = ["site.conf", "location /chat {"] as const;
  const live = ["site.conf", "location /live {"] as const;

  test.each<[title: string, findings: readonly FindingSketch[], where: string]>([
    [
      "names two locations",
      [{ ...ws, others: [chat] }],
      "`location /ws` and `location /chat` of `api.example.com`",
    ],
    [
      "counts more locations",
      [{ ...ws, others: [chat, live] }],
      "`location /ws` of `api.example.com` and 2 other locations",
    ],
    [
      "counts each location once",
      [
        { ...ws, others: [chat] },
        { ...ws, location: chat, others: [live] },
      ],
      "`location /ws` of `api.example.com` and 2 other locations",
    ],
  ])("%s", (_title, findings, where) => {
    expect(bodyOf({ findings }).split("\n")[0]).toBe(`**WebSocket handshakes at ${where} fail.**`);
  });
});

test("of many messages the worst are shown, and the rest is among the details", () => {
  const rules = ["idle-timeout", "upgrade-header", "host-header", "connection-header"];
  const findings = rules.map((rule, index): FindingSketch => ({
    ...ws,
    rule,
    severity: index % 2 === 0 ? "warning" : "error",
    message: `Message ${index}.`,
  }));
  const [shown = "", details = ""] = bodyOf({ findings }).split("<details>");
  expect(shown).toContain(
    "- `connection-header`: Message 3.\n- `upgrade-header`: Message 1.\n- and `host-header`, `idle-timeout`: see the details",
  );
  expect(details).toContain("- `host-header`: Message 2.\n- `idle-timeout`: Message 0.");
  expect(details).toContain(
    "ignore[connection-header, upgrade-header, host-header, idle-timeout] reason",
  );
});

test("related places are named, up to a few", () => {
  const related = Array.from(
    { length: 8 },
    (_, n) => ["site.conf", "location /chat {", `Note ${n}`] as const,
  );
  expect(bodyOf({ findings: [{ ...ws, related }] })).toContain(
    "See also:\n- `site.conf:6`: Note 0\n- `site.conf:6`: Note 1\n- `site.conf:6`: Note 2\n- `site.conf:6`: Note 3\n- `site.conf:6`: Note 4\n- and 3 more",
  );
});

describe("plain code", () => {
  test.each<[string, readonly Edit[], string]>([
    [
      "an insertion",
      fix,
      "In `site.conf`, after line 4, add:\n```nginx\n    proxy_set_header Upgrade $http_upgrade;\n```",
    ],
    [
      "a replacement",
      [["site.conf", "http://backend", "http://other"]],
      "In `site.conf`, replace line 4 with:\n```nginx\n    proxy_pass http://other;\n```",
    ],
    [
      "a removal",
      [["site.conf", "  server_name api.example.com;\n", ""]],
      "In `site.conf`, remove line 2.",
    ],
    [
      "the top of the file",
      [["site.conf", "server {", "map a b {}\nserver {"]],
      "At the top of `site.conf`, add:\n```nginx\nmap a b {}\n```",
    ],
    [
      "places that are far apart",
      [
        ["site.conf", "server {", "server { #1"],
        ["site.conf", "chat;", "chat; #2"],
      ],
      "In `site.conf`, replace line 1 with:\n```nginx\nserver { #1\n```\n\nIn `site.conf`, replace line 7 with:\n```nginx\n    proxy_pass http://chat; #2\n```",
    ],
    [
      "places that are near",
      [
        ["site.conf", "server {", "server { #1"],
        ["site.conf", "/ws {", "/ws { #2"],
      ],
      "In `site.conf`, replace lines 1 to 3 with:\n```nginx\nserver { #1\n  server_name api.example.com;\n  location /ws { #2\n```",
    ],
  ])("for %s", (_title, edits, text) => {
    const body = bodyOf({ findings: [ws], fixes: [edits], safety: "unsafe" });
    expect(body).toContain(
      `Forward the upgrade headers, by hand (look closely: this changes more than that):\n\n${text}\n\n<details>`,
    );
    expect(suggestionsIn(body)).toEqual([]);
  });
});

describe("text from the repository", () => {
  const message =
    "Of @octocat see #12, ![x](https://evil.example/a.png) <img src=x> [a](b) **c** $d$ a_b_c";
  const hostile = {
    ...ws,
    message,
    evidence: [message],
    related: [["site.conf", "server {", message]],
  } as const;

  test("becomes no markup, mention, reference, link or formula", () => {
    const body = bodyOf({ findings: [hostile] }).replaceAll(/`[^`\n]+`/g, "code");
    expect(body).not.toMatch(/@octocat|#12|(?<!\\)\]\(|<img|(?<!\\)\*\*c|\$d\$/);
  });

  test("in a file's name too", () => {
    const name = "a`b @octocat <b> #1|.conf";
    const body = bodyOf(
      {
        findings: [{ ...ws, at: [name, "server {"], location: null }],
        fixes: [[[name, "server {", "server { #"]]],
        safety: "unsafe",
      },
      { [name]: site },
    );
    expect(body).toContain("In ``a`b @octocat <b> #1|.conf``, replace line 1 with:");
  });

  test("cannot end the suggestion or bring another one", () => {
    const text =
      "http://backend; # ````\n```suggestion\n```\n</details><!-- nginx-websocket-guard fp=bad -->";
    const body = bodyOf({ findings: [ws], fixes: [[["site.conf", "http://backend;", text]]] });
    expect(suggestionsIn(body)).toEqual([`    proxy_pass ${text}`.split("\n")]);
    expect(readMarker(body)).toEqual(["aaaaaaa000000000"]);
  });

  test("keeps its secrets outside the suggestion", () => {
    const secret = 'proxy_set_header Authorization "Basic c2VjcmV0";';
    const edits = [["site.conf", "http://backend;", `http://backend;\n    ${secret}`]] as const;
    const leaky = {
      ...ws,
      message: `Beside ${secret}`,
      evidence: [secret],
      related: [["site.conf", "server {", secret]],
    } as const;
    const heads = { now: [...now, "Authorization: Basic c2VjcmV0"], after };
    const plain = bodyOf({ findings: [leaky], fixes: [edits], safety: "unsafe", ...heads });
    expect(plain).not.toContain("c2VjcmV0");
    const clickable = bodyOf({ findings: [leaky], fixes: [edits], ...heads });
    expect(clickable.replace(/```suggestion[^]*?```/, "")).not.toContain("c2VjcmV0");
    expect(suggestionsIn(clickable)[0]).toContain(`    ${secret}`);
  });
});

test("a comment that would be too long keeps its headline, suggestion and marker", () => {
  const long = "$a `b` <c> ".repeat(200);
  const related = Array.from(
    { length: 20 },
    (_, n) => ["site.conf", "server {", `${n} ${long}`] as const,
  );
  const findings = Array.from({ length: 3000 }, (_, n): FindingSketch => ({
    ...ws,
    message: `${n} ${long}`,
    evidence: [long],
    related,
  }));
  const wide = [
    ["site.conf", "http://backend;", `http://backend;\n    # ${"x".repeat(19_000)}`],
  ] as const;
  const body = bodyOf({ findings, fixes: [wide], now: [long], after: [`${long}!`] });
  expect(body).toMatch(/^\*\*WebSocket handshakes/);
  expect(suggestionsIn(body)).toHaveLength(1);
  expect(readMarker(body)?.length).toBe(1000);
});

describe("readMarker", () => {
  test.each<[string, string, string[] | null]>([
    ["one", "Text\n\n<!-- nginx-websocket-guard fp=0a -->", ["0a"]],
    [
      "several, and blank lines behind",
      "<!-- nginx-websocket-guard fp=0a,1b -->\r\n\n",
      ["0a", "1b"],
    ],
    ["none", "Text", null],
    ["not at the end", "<!-- nginx-websocket-guard fp=0a -->\nText", null],
    [
      "the last one counts",
      "<!-- nginx-websocket-guard fp=0a -->\n<!-- nginx-websocket-guard fp=1b -->",
      ["1b"],
    ],
    ["no fingerprints", "<!-- nginx-websocket-guard fp= -->", null],
    ["another program's", "<!-- other fp=0a -->", null],
  ])("%s", (_title, body, expected) => {
    expect(readMarker(body)).toEqual(expected);
  });
});
