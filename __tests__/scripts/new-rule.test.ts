import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const name = "redirect-rewrite";
const copy = mkdtempSync(join(tmpdir(), "new-rule-"));

const config = `server {
    listen 80;
    location /ws {
        proxy_pass http://127.0.0.1:3000;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $host;
        proxy_read_timeout 3600s;
        proxy_redirect off;
    }
}
`;

beforeAll(() => {
  for (const path of ["src", "scripts", "package.json", "README.md", "action.yml"]) {
    cpSync(path, join(copy, path), { recursive: true });
  }
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

function node(...args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: copy,
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

function edit(path: string, change: (text: string) => string): void {
  const before = readFileSync(join(copy, path), "utf8");
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(join(copy, path), after);
}

/** The files of `src` that are not as in the project. */
function changed(): string[] {
  const files = readdirSync(join(copy, "src"), { recursive: true, encoding: "utf8" });
  return files
    .filter((path) => /\.\w+$/.test(path))
    .filter((path) => {
      const text = readFileSync(join(copy, "src", path), "utf8");
      try {
        return readFileSync(join("src", path), "utf8") !== text;
      } catch {
        return true;
      }
    })
    .toSorted();
}

test("a new rule is two files by hand, and is known everywhere", () => {
  const made = node("scripts/new-rule.ts", name);
  expect(made).toMatchObject({ status: 0 });
  expect(changed()).toEqual([`core/rules/${name}.md`, `core/rules/${name}.ts`]);

  const summary = "A `proxy_redirect` stands beside a WebSocket";
  edit(`src/core/rules/${name}.ts`, (text) =>
    text
      .replace("What it finds, as one line without a full stop", summary)
      .replace(
        "upstream === null",
        'location.level.uses.every((use) => use.name !== "proxy_redirect")',
      )
      .replace("    const { upstream } = location.exchanges.websocket;\n", ""),
  );
  edit(`src/core/rules/${name}.md`, (text) =>
    text.replace("What it finds, as one line without a full stop", summary),
  );
  expect(node("scripts/generate.ts")).toMatchObject({ status: 0 });
  expect(changed()).toEqual([
    "core/policy-file/policy.schema.json",
    "core/rules/index.ts",
    "core/rules/pages.ts",
    `core/rules/${name}.md`,
    `core/rules/${name}.ts`,
  ]);

  expect(readFileSync(join(copy, "README.md"), "utf8")).toContain(
    `| [\`${name}\`](src/core/rules/${name}.md) | warning | recommended, enterprise, hardened | ${summary} |`,
  );
  const schema = JSON.parse(
    readFileSync(join(copy, "src/core/policy-file/policy.schema.json"), "utf8"),
  ) as { properties: { rules: { properties: Record<string, { description: string }> } } };
  expect(schema.properties.rules.properties[name]?.description).toBe(`${summary}.`);

  const cli = "src/cli/index.ts";
  expect(node(cli, "explain", name).output).toContain(`# ${name}\n\n${summary}.`);
  writeFileSync(join(copy, "site.conf"), config);
  writeFileSync(join(copy, "policy.yml"), `rules: { ${name}: error }\n`);
  const sarif = node(cli, "check", "site.conf", "--format", "sarif", "--config", "policy.yml");
  expect(sarif.status).toBe(1);
  const [run] = (JSON.parse(sarif.output) as { runs: { tool: unknown; results: unknown }[] }).runs;
  expect(run?.results).toMatchObject([{ ruleId: name, level: "error" }]);
  expect(run?.tool).toMatchObject({ driver: { rules: [{ id: name }] } });
  writeFileSync(join(copy, "policy.yml"), `rules: { ${name}: off }\n`);
  expect(node(cli, "check", "site.conf", "--config", "policy.yml").status).toBe(0);
});

test.each(["Idle", "idle", "../idle-timeout", ""])("%j is no name for a rule", (wrong) => {
  const { status, output } = node("scripts/new-rule.ts", wrong);
  expect({ status, output }).toMatchObject({ status: 2, output: expect.stringContaining("Usage") });
});

test("what is there is not written over", () => {
  const { status, output } = node("scripts/new-rule.ts", "idle-timeout");
  expect(status).toBe(2);
  expect(output).toContain("There is already src/core/rules/idle-timeout.ts");
});
