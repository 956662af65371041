import published from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { analyse, defaultPolicy, sarifReport } from "../../src/core/index.ts";
import { loadFixtures } from "../rules/fixtures.ts";

// The schema that the SARIF committee published, as this package ships it. It says that it is draft 4 and calls `id` what
// later drafts, which ajv reads, call `$id`; nothing else in it differs.
const { $schema: _, id, ...rest } = published;
const ajv = new Ajv({
  strict: false,
  allErrors: true,
  // One of its patterns has a bracket too many, which only regular expressions without this flag take.
  unicodeRegExp: false,
  formats: {
    uri: (text) => URL.canParse(text),
    "uri-reference": (text) => URL.canParse(text, "file:///"),
    "date-time": (text) => !Number.isNaN(Date.parse(text)),
  },
});
const isSarif = ajv.compile({ ...rest, $id: id });

function sarifOf(files: Readonly<Record<string, string>>): unknown {
  const analysis = analyse(
    { list: () => Object.keys(files), read: (path) => files[path] },
    { policy: { ...defaultPolicy, profile: "hardened" } },
  );
  return JSON.parse(sarifReport(analysis));
}

test("the check is one: what is no SARIF is refused", () => {
  expect(isSarif({ version: "2.1.0" })).toBe(false);
  expect(isSarif({ version: "2.1.0", runs: [{ tool: {} }] })).toBe(false);
  expect(isSarif({ version: "2.1.0", runs: [], more: 1 })).toBe(false);
});

const fixtures = loadFixtures();

test.each(fixtures.map((fixture) => [`${fixture.rule} ${fixture.name}`, fixture] as const))(
  "%s: the report is SARIF as published",
  (_name, { base, added }) => {
    isSarif(sarifOf({ ...base, ...added }));
    expect(isSarif.errors).toBeNull();
  },
);

test("the report of a repository without nginx files is SARIF too", () => {
  isSarif(sarifOf({}));
  expect(isSarif.errors).toBeNull();
});

test("a path that looks like anything else, a file that cannot be read, a message that looks like a link", () => {
  const path = 'a:b/%2e%2e/[x](1)"\\ \u{202e}\n.conf';
  const text = `server {
    location ~ "^/ws/[a-z](1)" {
        proxy_pass http://backend;
    }
}
`;
  const log = Object(
    sarifOf({ [path]: text, "nginx.conf": "http { include conf.d/missing.conf; }" }),
  );
  isSarif(log);
  expect(isSarif.errors).toBeNull();
  const [{ message, locations }] = log.runs[0].results;
  expect(decodeURIComponent(locations[0].physicalLocation.artifactLocation.uri)).toBe(path);
  expect(message.text).not.toMatch(/(?<!\\)\[[^\]]*\]\(/);
});

test("a rule has its page, GitHub's severities and tags; a related place is linked from the message", () => {
  const text = `http {
    proxy_set_header Connection close;
    server {
        location /ws {
            proxy_pass http://backend;
        }
    }
}
`;
  const [{ results, tool }] = Object(sarifOf({ "nginx.conf": text })).runs;
  const result = results.find(({ ruleId }: { ruleId: string }) => ruleId === "connection-header");
  expect(result.relatedLocations[0].physicalLocation.region.startLine).toBe(2);
  expect(result.message.text).toMatch(/ See \[nginx\.conf:2 \(sets Connection .*\)\]\(0\)\.$/);
  expect(Object.keys(result.partialFingerprints)).toEqual(["nginxWebsocketGuard/v1"]);
  const rule = tool.driver.rules[result.ruleIndex];
  expect(rule).toMatchObject({
    id: "connection-header",
    defaultConfiguration: { level: "error", enabled: true },
    help: { markdown: expect.stringMatching(/^# connection-header/) },
    properties: { "problem.severity": "error", tags: ["nginx", "websocket", "handshake"] },
  });
});
