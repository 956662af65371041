import { describe, expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import {
  analyse,
  conftestReport,
  defaultPolicy,
  discover,
  discoveryText,
  traceFile,
  traceJson,
  traceText,
} from "../../src/core/index.ts";
import { jsonReport } from "../../src/core/report/json.ts";
import { sarifReport } from "../../src/core/report/sarif.ts";
import { type SummaryInput, summaryReport } from "../../src/core/report/summary.ts";
import { textReport } from "../../src/core/report/text.ts";
import { tool } from "../../src/core/report/tool.ts";
import { type GroupSketch, worldOf } from "../review/world.ts";

const site = `server {
  server_name api.example.com;
  location /ws {
\tproxy_pass http://backend;
    proxy_set_header Authorization "Basic c2VjcmV0";
  }
}
`;

const group: GroupSketch = {
  findings: [
    {
      rule: "upgrade-header",
      at: ["conf.d/site.conf", "proxy_pass http://backend;"],
      location: ["conf.d/site.conf", "location /ws {"],
      message: "location /ws sends no Upgrade to `http://backend`.",
      evidence: ["the path /ws is named like a WebSocket endpoint"],
      related: [["conf.d/site.conf", "server_name api.example.com;", "the server"]],
    },
    {
      rule: "idle-timeout",
      severity: "warning",
      at: ["conf.d/site.conf", "proxy_pass http://backend;"],
      location: ["conf.d/site.conf", "location /ws {"],
      message: "It closes after 60 s.",
      isNew: false,
    },
  ],
  fixes: [[["conf.d/site.conf", "backend;", "backend;\n\tproxy_http_version 1.1;"]]],
  now: ["GET /ws HTTP/1.1", "Connection: close"],
  after: ["GET /ws HTTP/1.1", "Upgrade: websocket", "Connection: upgrade"],
  carriesFix: true,
};

const { analysis } = worldOf({ files: { "conf.d/site.conf": site }, groups: [group] });
const [first] = analysis.findings;

test("the reports name the package's version", () => {
  expect(tool).toEqual({ name: packageJson.name, version: packageJson.version });
});

describe("jsonReport", () => {
  const report: unknown = JSON.parse(jsonReport(analysis));

  test("has the documented shape", () => {
    const location = {
      file: "conf.d/site.conf",
      line: 3,
      name: "/ws",
      server: "api.example.com",
      includedFrom: [],
    };
    expect(report).toMatchObject({
      version: 1,
      tool,
      nginxVersion: "unknown",
      files: [{ path: "conf.d/site.conf", analysed: true }],
      findings: [
        {
          rule: "upgrade-header",
          severity: "error",
          message: "location /ws sends no Upgrade to http://backend.",
          file: "conf.d/site.conf",
          line: 4,
          column: 2,
          endLine: 4,
          endColumn: 28,
          location,
          group: "group-0",
          fixedBy: null,
          related: [{ file: "conf.d/site.conf", line: 2, note: "the server" }],
          new: true,
          fingerprint: first?.fingerprint,
          fix: {
            title: "Forward the upgrade headers",
            safety: "safe",
            edits: [
              {
                file: "conf.d/site.conf",
                start: site.indexOf("backend;"),
                end: site.indexOf("backend;") + 8,
                text: "backend;\n\tproxy_http_version 1.1;",
              },
            ],
          },
        },
        { rule: "idle-timeout", new: false, fixedBy: first?.fingerprint, fix: null, related: [] },
      ],
      locations: [
        {
          ...location,
          proxyPass: "http://backend",
          websocket: { serves: "yes" },
          handshake: { strict: "breaks", lenient: "breaks" },
          idleTimeoutMs: 60_000,
        },
      ],
      summary: { errors: 1, warnings: 1, notices: 0, locations: 1 },
    });
  });

  test("has exactly the documented keys, in their order", () => {
    const keys = (value: unknown): string[] => Object.keys(Object(value));
    const { findings, locations } = Object(report);
    expect(keys(report)).toEqual([
      "version",
      "tool",
      "nginxVersion",
      "files",
      "incomplete",
      "findings",
      "locations",
      "summary",
    ]);
    expect(keys(findings[0])).toEqual([
      "rule",
      "severity",
      "message",
      "file",
      "line",
      "column",
      "endLine",
      "endColumn",
      "location",
      "group",
      "fixedBy",
      "related",
      "new",
      "fingerprint",
      "fix",
    ]);
    expect(keys(locations[0])).toEqual([
      "file",
      "line",
      "name",
      "server",
      "includedFrom",
      "proxyPass",
      "websocket",
      "handshake",
      "upstream",
      "idleTimeoutMs",
    ]);
  });

  test("shows no secret but in a fix", () => {
    expect(jsonReport(analysis)).not.toContain("c2VjcmV0");
    expect(jsonReport(analysis)).toContain('"Authorization",');
  });

  test("counts and lists the findings that it is given", () => {
    const { findings, summary } = Object(
      JSON.parse(jsonReport(analysis, analysis.findings.slice(1))),
    );
    expect(findings).toHaveLength(1);
    expect(summary).toMatchObject({ errors: 0, warnings: 1 });
  });
});

describe("textReport", () => {
  test("has one frame for what is found at one place", () => {
    expect(textReport(analysis, analysis.findings, { color: false, width: 80 })).toBe(`\
conf.d/site.conf:4:2: 1 error, 1 warning
  3 |   location /ws {
  4 |  proxy_pass http://backend;
    |  ^^^^^^^^^^^^^^^^^^^^^^^^^^
  error [upgrade-header] location /ws sends no Upgrade to http://backend.
  warning [idle-timeout] It closes after 60 s.
  = see conf.d/site.conf:2: the server
  = serves WebSockets: the path /ws is named like a WebSocket endpoint
  = a handshake now sends: Connection: close
  = with the fix: Upgrade: websocket; Connection: upgrade
  = fix: Forward the upgrade headers (--fix applies it)

1 error, 1 warning in 1 file, 1 proxying location
`);
  });

  test("says of a guess that it is one", () => {
    const guesses = analysis.findings.map((finding) => ({ ...finding, isGuess: true }));
    expect(textReport(analysis, guesses, { color: false, width: 80 })).toContain(
      "= may serve WebSockets: ",
    );
  });

  test("without findings it is one line", () => {
    expect(textReport(analysis, [], { color: false, width: 80 })).toBe(
      "nothing to report in 1 file, 1 proxying location\n",
    );
  });

  test("colour changes nothing but colour", () => {
    const plain = textReport(analysis, analysis.findings, { color: false, width: 80 });
    const colored = textReport(analysis, analysis.findings, { color: true, width: 80 });
    expect(colored).not.toBe(plain);
    // oxlint-disable-next-line no-control-regex -- ANSI colours begin with one
    expect(colored.replaceAll(/\u{1b}\[[\d;]*m/gu, "")).toBe(plain);
  });

  test.each([40, 60, 100])("keeps to %i columns, but for words that are longer", (width) => {
    const text = textReport(analysis, analysis.findings, { color: false, width });
    const tooLong = text.split("\n").filter((line) => line.length > width);
    expect(tooLong.filter((line) => line.trim().includes(" ") && !line.includes("["))).toEqual(
      width === 40 ? [expect.stringMatching(/^1 error/)] : [],
    );
  });

  test("nothing of a file reaches the terminal as a command, and secrets stay", () => {
    const bad = worldOf({
      files: { "a\u{1b}[2J.conf": `${site}# \u{1b}]0;x\u{7} token=s3cr3t\n` },
      groups: [
        {
          findings: [
            {
              at: ["a\u{1b}[2J.conf", "# \u{1b}]0;x\u{7} token=s3cr3t"],
              message: "\u{1b}[31m token=s3cr3t",
              evidence: ["\u{202e}"],
            },
          ],
        },
      ],
    });
    const text = textReport(bad.analysis, bad.analysis.findings, { color: false, width: 80 });
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(text).not.toMatch(/[\u{0}-\u{9}\u{b}-\u{1f}\u{7f}-\u{9f}\u{202e}]|s3cr3t/u);
    expect(text).toContain("a\\u{1b}[2J.conf:8:1: 1 error");
  });

  test("a finding at the end of a file, on many lines, or on none", () => {
    const files = { "a.conf": "server {\n  listen 80;\n" };
    const groups = [
      { findings: [{ at: ["a.conf", "server {\n  listen 80;\n"] }] },
      { findings: [{ at: ["a.conf", ""] }] },
    ] as const;
    const { analysis: cut } = worldOf({ files, groups });
    const text = textReport(cut, cut.findings, { color: false, width: 80 });
    expect(text).toContain("  1 | server {\n    | ^^^^^^^^\n");
    expect(text).toContain("a.conf:1:1: 1 error");
  });
});

test.each<[paths: readonly string[], said: string | null]>([
  [["/ws"], null],
  [["/ws", "/live"], "It is the same at `location /live` of `api.example.com`."],
  [["/ws", "/live", "/chat"], "It is the same at 2 other locations."],
])("where a message names one location of %j, it says which others", (paths, said) => {
  const locations = paths.map(
    (path) => `location ${path} { proxy_pass http://u; include s.conf; }`,
  );
  const files: Readonly<Record<string, string>> = {
    "nginx.conf": `events {}\nhttp {\nserver {\nserver_name api.example.com;\n${locations.join("\n")}\n}\n}\n`,
    "s.conf": `proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection "";\n`,
  };
  const found = analyse(
    { list: () => Object.keys(files), read: (path) => files[path] },
    { policy: { ...defaultPolicy, nginxVersion: "1.29.8" } },
  );
  const { findings } = found;
  expect(new Set(findings.map(({ place }) => place.document.path))).toContain("s.conf");
  const own = findings.filter(({ rule }) => rule === "connection-header");
  expect(own).toHaveLength(1);
  const texts = [
    textReport(found, own, { color: false, width: 1000 }),
    summaryReport({ ...summaryInput, analysis: found, findings: own }).replaceAll("`", ""),
  ];
  for (const text of texts) {
    if (said === null) {
      expect(text).not.toContain("It is the same");
    } else {
      expect(text).toContain(said.replaceAll("`", ""));
    }
  }
});

const summaryInput: SummaryInput = {
  title: "nginx-websocket-guard",
  verdictLine: "1 error, 1 warning in site.conf.",
  analysis,
  findings: analysis.findings,
  unplaced: analysis.findings.slice(1),
  live: new Set(),
  resolved: new Set(),
  notes: [],
  incomplete: [],
  policyProblems: [],
};

describe("sarifReport", () => {
  const log = Object(JSON.parse(sarifReport(analysis)));

  test("has rules, results, fixes and fingerprints", () => {
    const region = { startLine: 4, startColumn: 2, endLine: 4, endColumn: 28 };
    const artifactLocation = { uri: "conf.d/site.conf", uriBaseId: "%SRCROOT%" };
    expect(log.version).toBe("2.1.0");
    expect(log.runs[0].columnKind).toBe("utf16CodeUnits");
    expect(log.runs[0].tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual([
      "idle-timeout",
      "upgrade-header",
    ]);
    expect(log.runs[0].results[0]).toEqual({
      ruleId: "upgrade-header",
      ruleIndex: 1,
      level: "error",
      message: {
        text: "location /ws sends no Upgrade to http://backend. See [conf.d/site.conf:2 (the server)](0).",
      },
      locations: [{ physicalLocation: { artifactLocation, region } }],
      relatedLocations: [
        {
          id: 0,
          physicalLocation: {
            artifactLocation,
            region: { startLine: 2, startColumn: 3, endLine: 2, endColumn: 31 },
          },
          message: { text: "the server" },
        },
      ],
      partialFingerprints: { "nginxWebsocketGuard/v1": first?.fingerprint },
      fixes: [
        {
          description: { text: "Forward the upgrade headers" },
          artifactChanges: [
            {
              artifactLocation,
              replacements: [
                {
                  deletedRegion: { startLine: 4, startColumn: 20, endLine: 4, endColumn: 28 },
                  insertedContent: { text: "backend;\n\tproxy_http_version 1.1;" },
                },
              ],
            },
          ],
        },
      ],
    });
  });

  test("a path is a URI", () => {
    const path = "a b/ä#%.conf";
    const odd = worldOf({
      files: { [path]: site },
      groups: [{ findings: [{ at: [path, "server {"] }] }],
    });
    expect(sarifReport(odd.analysis)).toContain('"uri": "a%20b/%C3%A4%23%25.conf"');
  });
});

describe("a handshake that only Firefox fails with", () => {
  const text = `events {}
http {
  map $http_connection $c { default close; upgrade upgrade; }
  server {
    listen 80;
    location /ws {
      proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $c;
    }
  }
}
`;
  const files = { list: () => ["nginx.conf"], read: () => text };
  const found = analyse(files, { policy: defaultPolicy });
  const handshake = { strict: "works", lenient: "works", firefox: "breaks" };
  const traced = (...headers: readonly (readonly [string, string])[]) => {
    const asked = { probe: "websocket", scheme: null, host: null, port: null } as const;
    const result = traceFile(
      files,
      "nginx.conf",
      { ...asked, target: "/ws", headers },
      defaultPolicy,
    );
    if (result === null) {
      throw new Error("this is a configuration");
    }
    return result;
  };

  test.each([
    ["JSON", jsonReport(found)],
    ["conftest", conftestReport(found)],
  ])("in %s", (_, report) => {
    expect(JSON.parse(report)).toMatchObject({ locations: [{ handshake }] });
  });

  test("in the summary", () => {
    const report = summaryReport({ ...summaryInput, analysis: found, findings: found.findings });
    expect(report).toContain("| works, but not with Firefox | works | 60 s");
  });

  test("in what init finds", () => {
    expect(discoveryText(discover(found, files), found)).toContain("works, but not with Firefox");
  });

  test("in a trace, where it does not say how Connection is written", () => {
    expect(JSON.parse(traceJson(traced()))).toMatchObject({ verdict: handshake });
    expect(traceText(traced())).toMatch(
      /is accepted\.\nThat of Firefox, .* fails \(connection-header\)/,
    );
    const given = traced(["Connection", "upgrade"]);
    expect(JSON.parse(traceJson(given))).toMatchObject({
      verdict: { ...handshake, firefox: "works" },
    });
    expect(traceText(given)).not.toContain("Firefox");
  });
});

describe("summaryReport", () => {
  test("says the verdict, then the findings, then the locations, then what is missing", () => {
    const text = summaryReport({
      ...summaryInput,
      live: new Set([first?.fingerprint ?? ""]),
      notes: ["The pull request moved on."],
      incomplete: ["`b.conf` is too large."],
      policyProblems: [{ file: "p.yml", line: 2, column: 3, message: "there is no rule `x`" }],
    });
    expect(text).toBe(`\
## nginx-websocket-guard

1 error, 1 warning in site.conf.

### Policy file

- \`p.yml:2:3\`: there is no rule \`x\`

- The pull request moved on.

### Handshakes that break

#### \`location /ws\` of \`api.example.com\` to \`http://backend\`

\`\`\`mermaid
sequenceDiagram
participant C as client
participant N as nginx, location /ws<br/>api.example.com<br/>conf.d/site.conf:3
participant U as upstream<br/>http://backend
C->>N: GET #8230; HTTP/1.1<br/>Upgrade: websocket<br/>Connection: Upgrade
Note over N: Upgrade is not passed on<br/>conf.d/site.conf:4<br/>proxy_pass http://backend#59;
N-xU: GET #8230; HTTP/1.0 or 1.1<br/>no Upgrade<br/>Connection: close
U--xN: no 101 Switching Protocols
N--xC: no WebSocket
\`\`\`

### Findings

|  | Where | Rule | What | Comment |
| --- | --- | --- | --- | --- |
| error | \`conf.d/site.conf:4\` | \`upgrade-header\` | location /ws sends no Upgrade to \`http://backend\`. | in the diff |
| warning | \`conf.d/site.conf:4\` | \`idle-timeout\` | It closes after 60 s. | no line in the diff |

### WebSocket locations

| Location | Server | Where | Upstream | Handshake now | With the fixes | Closed when idle for |
| --- | --- | --- | --- | --- | --- | --- |
| \`location /ws\` | \`api.example.com\` | \`conf.d/site.conf:3\` | \`http://backend\` | breaks | breaks | 60 s |

### Not analysed

- \`b.conf\` is too large.
`);
  });

  test("says that what a person resolved still counts", () => {
    const resolved = new Set(analysis.findings.map(({ fingerprint }) => fingerprint));
    expect(summaryReport({ ...summaryInput, resolved })).toContain(
      "| resolved by a person; it still counts |",
    );
  });

  test("is short where there was nothing to analyse", () => {
    const nothing = { ...summaryInput, analysis: null, findings: [], unplaced: [] };
    expect(summaryReport({ ...nothing, verdictLine: "No nginx configuration." })).toBe(
      "## nginx-websocket-guard\n\nNo nginx configuration.\n",
    );
  });

  test("stays below 1 MiB in bytes, and says that it is cut", () => {
    const text = summaryReport({
      ...summaryInput,
      notes: Array.from({ length: 5000 }, (_, n) => `${n} ${"漢".repeat(390)}`),
      incomplete: Array.from({ length: 5000 }, () => "$ ".repeat(200)),
    });
    expect(new TextEncoder().encode(text).length).toBeLessThan(1024 * 1024);
    expect(text.trimEnd()).toMatch(
      /\*\*The rest is cut off: GitHub shows no more than 1 MiB\.\*\*$/,
    );
  });
});
