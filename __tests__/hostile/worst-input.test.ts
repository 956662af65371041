import { describe, expect, test } from "vitest";
import { analyse, type Analysis, defaultPolicy } from "../../src/core/index.ts";

// None of these asserts a time: what does not end in proportion to its input runs into the test's time limit.

const pair = `proxy_http_version 1.1;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection $connection_upgrade;
proxy_set_header Host $host;
proxy_read_timeout 1h;`;

function many(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => `${line(index)}\n`).join("");
}

function analysed(texts: Readonly<Record<string, string>>): Analysis {
  const files = { list: () => Object.keys(texts), read: (path: string) => texts[path] };
  return analyse(files, { policy: defaultPolicy });
}

function inHttp(lines: string, more: Readonly<Record<string, string>> = {}): Analysis {
  const connectionMap = "map $http_upgrade $connection_upgrade { default upgrade; '' close; }";
  return analysed({ "nginx.conf": `events {}\nhttp {\n${connectionMap}\n${lines}\n}\n`, ...more });
}

function inServer(lines: string, more: Readonly<Record<string, string>> = {}): Analysis {
  return inHttp(`server {\nlisten 80;\n${lines}\n}`, more);
}

/** The strict verdict of each proxying location. */
function verdicts({ locations }: Analysis): string[] {
  return locations.map(({ verdict }) => verdict.strict);
}

/** Backtracks for ever in an engine that tries one way after the other. */
const endless = "^(([a-z])+.)+[A-Z]([a-z])+$";
const long = "a".repeat(5000);

describe("many of a kind", () => {
  test("a map of 50,000 names", () => {
    const entries = many(50_000, (index) => `host-${index} upstream-${index};`);
    const map = `map $host $backend {\n${entries}}`;
    const analysis = inHttp(
      `${map}\nserver { location /ws { proxy_pass http://$backend; ${pair} } }`,
    );
    expect(verdicts(analysis)).toEqual(["works"]);
  });

  test("a map of 50,000 regular expressions: what Connection says is unknown", () => {
    const entries = many(50_000, (index) => `"~^${index}(a+)+$" other;`);
    const map = `map $http_upgrade $connection {\n${entries}default upgrade;\n}`;
    const headers = pair.replace("$connection_upgrade", "$connection");
    const analysis = inHttp(`${map}\nserver { location /ws { proxy_pass http://a; ${headers} } }`);
    expect(verdicts(analysis)).toEqual(["unknown"]);
  });

  test("2,000 locations with regular expressions", () => {
    const analysis = inServer(
      many(
        2000,
        (index) => `location ~ ^/(([a-z])+.)+${index}/ws$ { proxy_pass http://a; ${pair} }`,
      ),
    );
    expect(new Set(verdicts(analysis))).toEqual(new Set(["works"]));
    expect(analysis.locations).toHaveLength(2000);
  });

  test("50,000 servers of one name", () => {
    const analysis = inHttp(
      many(
        50_000,
        () => "server { listen 80; server_name a; location /x { proxy_pass http://a; } }",
      ),
    );
    expect(analysis.locations).toHaveLength(50_000);
    expect(analysis.findings).toEqual([]);
  });

  test("10,000 locations inside each other, deeper than the parser goes", () => {
    const analysis = inServer(
      `${many(10_000, () => `location /x { proxy_pass http://a;`)}${"}".repeat(10_000)}`,
    );
    const [problem] = analysis.documents.get("nginx.conf")?.tree.problems ?? [];
    expect(problem?.code).toBe("too-deep");
    expect(analysis.locations.length).toBeGreaterThan(500);
  });
});

describe("includes", () => {
  /** A file for each step, which includes the next one so often. */
  function steps(count: number, times: number, last: string): Record<string, string> {
    const texts: Record<string, string> = {};
    for (let step = 0; step < count; step++) {
      texts[`step-${step}.conf`] =
        step === count - 1 ? last : `include step-${step + 1}.conf;\n`.repeat(times);
    }
    return texts;
  }

  test("100 inside each other", () => {
    const analysis = inServer(
      "include step-0.conf;",
      steps(100, 1, `location /ws { proxy_pass http://a; ${pair} }\n`),
    );
    expect(verdicts(analysis)).toEqual(["works"]);
  });

  test("that double at each of 100 steps: what they would bring is unknown", () => {
    const analysis = inServer(
      `location /ws { proxy_pass http://a; include step-0.conf; }`,
      steps(100, 2, "proxy_set_header A b;\n"),
    );
    expect(verdicts(analysis)).toEqual(["unknown"]);
    expect(analysis.configs[0]?.incomplete).toContainEqual(expect.stringContaining("repeat more"));
  });
});

test("a regular expression that backtracks for ever, wherever one may stand", () => {
  const analysis = inHttp(`
map $request_uri $never { "~${endless}" 1; default 0; }
server {
    server_name ~${endless};
    rewrite ${endless} /x last;
    if ($request_uri ~ "${endless}") { return 403; }
    location ~ ${endless} { proxy_pass http://a; ${pair} }
    location = /${long} { proxy_pass http://a; proxy_set_header X $never; ${pair} }
}`);
  expect(analysis.locations).toHaveLength(2);
});

describe("one line of 5 MB", () => {
  test.each([
    ["one word", `proxy_set_header Upgrade ${"a".repeat(5_000_000)};`],
    ["words", `proxy_set_header Upgrade ${"a ".repeat(2_500_000)};`],
    ["a comment", `# ${"ignore[ ".repeat(600_000)}\n`],
  ])("%s", (_, line) => {
    const analysis = inServer(`location /ws { proxy_pass http://a; ${line} }`);
    expect(analysis.locations).toHaveLength(1);
  });
});
