import { expect, test } from "vitest";
import { groupsOf } from "../../src/core/check/group.ts";
import { prove } from "../../src/core/check/prove.ts";
import { run } from "../../src/core/check/run.ts";
import type { Unfixed } from "../../src/core/check/unfixed.ts";
import { analyse, defaultPolicy, type Policy, unfixedInWords } from "../../src/core/index.ts";
import { oldestVersion } from "../../src/core/nginx/versions.ts";
import { Documents } from "../../src/core/repository/documents.ts";

const policy: Policy = { ...defaultPolicy, nginxVersion: "1.22.1" };

/** The location lacks `Connection`, and has a header that no fix may touch. */
const text = `events {}
http {
    server {
        listen 80;
        server_name api.example.com;
        location /ws {
            proxy_pass http://127.0.0.1:3000;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Host $host;
            proxy_set_header X-Token secret;
            proxy_read_timeout 1h;
        }
        location /api/ {
            proxy_pass http://127.0.0.1:3000;
        }
    }
}
`;

const missing = '            proxy_set_header Connection "upgrade";\n';
const host = "            proxy_set_header Host $host;\n";

/** Why the text with other lines in place of `Host` is no fix of what is found; null where it is one. */
function failureOf(change: (before: string) => string) {
  const documents = new Documents({ list: () => ["nginx.conf"], read: () => text });
  const before = run({ documents, policy, paths: undefined, versions: [oldestVersion] });
  const [group, ...others] = groupsOf(before.entries);
  const [document] = documents.all().values();
  if (group === undefined || document === undefined) {
    throw new Error("nothing is found");
  }
  expect([group.entries.map(({ rule }) => rule), others]).toEqual([["connection-header"], []]);
  const edits = [{ document, start: 0, end: text.length, text: change(text) }];
  const proof = prove(before, edits, [{ group, entries: group.entries }]);
  if (proof === null) {
    throw new Error("the edit cannot be applied");
  }
  return proof.failure;
}

const fixed =
  (lines: string): ((before: string) => string) =>
  (before) =>
    before.replace(host, host + missing + lines);

/** What a person reads of a finding that lacks the fix. */
function words(unfixed: Unfixed): string {
  const files = { list: () => ["nginx.conf"], read: () => text };
  const [finding] = analyse(files, { policy }).findings;
  if (finding === undefined) {
    throw new Error("nothing is found");
  }
  const { rule, place } = finding;
  const [line = ""] = unfixedInWords([{ ...finding, rule, place, unfixed }]);
  return line.replace(/^nginx\.conf:\d+: connection-header has no fix: /, "");
}

const tried = '"Send it" was simulated and is not offered, because it ';

test("an edit that mends the finding and nothing else holds", () => {
  expect(failureOf(fixed(""))).toBeNull();
});

test.each<[what: string, change: (before: string) => string, said: string]>([
  ["does nothing", (before) => `${before}# nothing\n`, "leaves connection-header in line 7."],
  [
    "brings another finding",
    (before) => fixed("")(before).replace("proxy_read_timeout 1h", "proxy_read_timeout 9s"),
    "brings idle-timeout in line 13.",
  ],
  [
    "is one that nginx refuses",
    fixed("            proxy_http_version 1.1;\n"),
    'leaves something that nginx refuses: "proxy_http_version" directive is duplicate.',
  ],
  [
    "adds a location",
    (before) =>
      fixed("")(before).replace(
        "location /api/ {",
        "location /api/ {\nlocation /api/x { proxy_pass http://127.0.0.1:1; }\n",
      ),
    "adds or takes away locations.",
  ],
  [
    "takes a header away",
    (before) => fixed("")(before).replace("            proxy_set_header X-Token secret;\n", ""),
    'changes "x-token: ***" to nothing in the websocket request at location /ws of api.example.com.',
  ],
  [
    "changes what is asked for",
    (before) =>
      fixed("")(before).replace(
        "location /api/ {\n            proxy_pass http://127.0.0.1:3000;",
        "location /api/ {\n            proxy_pass http://127.0.0.1:3001;",
      ),
    'changes "request line: GET /api/ http://127.0.0.1:3000" to "request line: GET /api/ http://127.0.0.1:3001" in the websocket request at location /api/ of api.example.com.',
  ],
])("an edit that %s does not hold, and says so", (_, change, said) => {
  const failure = failureOf(change);
  if (failure === null) {
    throw new Error("the edit holds");
  }
  const fix = { title: "Send it", safety: "safe", edits: [] } as const;
  expect(words({ kind: "unproven", fix, failure })).toBe(tried + said);
});
