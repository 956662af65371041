import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { architectureFaults } from "./architecture.ts";
import { checkInBrowser } from "./browser.ts";
import { build, differences, distribution } from "./build.ts";
import { countsOf, countsText, type Counts, type TestReport } from "./counts.ts";
import { stale } from "./generate.ts";
import { project, run, runTool } from "./tools.ts";

interface Outcome extends Counts {
  /** What a person needs to mend it; shown where something failed. */
  readonly output: string;
}

/** What all of CI is, in this order; each is one line of the output. */
const steps: Readonly<Record<string, () => Promise<Outcome>>> = {
  format: () => tool("oxfmt", ["--check"], "npm run format"),
  lint: () =>
    tool("oxlint", ["--type-aware", "--deny-warnings", "--report-unused-disable-directives"]),
  types: () => tool("tsc", ["-p", "tsconfig.json"]),
  "core is pure": () => tool("tsc", ["-p", "src/core/tsconfig.json"]),
  architecture: async () => {
    const faults = await architectureFaults(project);
    return outcome(faults.length === 0, faults.join("\n"));
  },
  "dead code": () => tool("knip", ["--no-progress"]),
  generated: async () => {
    const paths = await stale();
    return outcome(
      paths.length === 0,
      `Not up to date: ${paths.join(", ")}. Run npm run generate.`,
    );
  },
  tests,
  browser: checkInBrowser,
  dist,
};

const minutes = 60_000;

async function tool(name: string, args: readonly string[], remedy?: string): Promise<Outcome> {
  const { code, output } = await runTool(name, args);
  return outcome(code === 0, remedy ? `${output}\nRun ${remedy}.` : output);
}

function outcome(ok: boolean, output: string): Outcome {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, output };
}

/** All of `__tests__`; its tests are what is counted. */
async function tests(): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "check-"));
  const file = join(folder, "report.json");
  try {
    const { code, output } = await runTool(
      "vitest",
      ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
      13 * minutes,
    );
    if (!existsSync(file)) {
      return outcome(false, `${output}\nvitest ended without a report.`);
    }
    const report = JSON.parse(readFileSync(file, "utf8")) as TestReport;
    return { ...countsOf(report, code), output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is committed in `dist` is what the sources build, and starts without `node_modules`. */
async function dist(): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "check-"));
  try {
    await build(folder);
    const faults = differences(folder, distribution);
    if (process.env["CI"] === "true" && existsSync(join(project, ".git"))) {
      const { output } = await run("git", ["status", "--porcelain", "--", "dist"], minutes);
      if (output !== "") {
        faults.push(`not committed: ${output}`);
      }
    }
    if (faults.length > 0) {
      faults.push("Run npm run bundle and commit dist.");
    }
    for (const node of [process.execPath, ...machineNode()]) {
      const { code, output } = await run(node, [join(folder, "cli.js"), "explain"], minutes);
      if (code !== 0) {
        faults.push(`dist/cli.js does not start on ${node}: ${output}`);
      }
    }
    return outcome(faults.length === 0, faults.join("\n"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The Node of the machine, often older than that of the scripts, which npm puts before it. */
function machineNode(): string[] {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .map((folder) => join(folder, "node"))
    .filter((path) => existsSync(path))
    .slice(0, 1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function line(name: string, { passed, failed, skipped }: Counts, seconds: number): string {
  const counts =
    passed + failed + skipped > 1 ? ` (${countsText({ passed, failed, skipped })})` : "";
  return `${failed === 0 ? "ok" : "FAILED"} ${name}${counts} ${seconds.toFixed(1)} s`;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(steps, name));
if (unknown.length > 0) {
  console.error(
    `No such step: ${unknown.join(", ")}. There are: ${Object.keys(steps).join(", ")}.`,
  );
  process.exit(1);
}

const total = { passed: 0, failed: 0, skipped: 0 };
for (const [name, step] of Object.entries(steps)) {
  if (wanted.length > 0 && !wanted.includes(name)) {
    continue;
  }
  const start = performance.now();
  if (process.stdout.isTTY) {
    process.stdout.write(`… ${name}\r`);
  }
  const result = await step().catch((error: unknown) => outcome(false, messageOf(error)));
  console.log(line(name, result, (performance.now() - start) / 1000));
  if (result.failed > 0) {
    console.log(`${result.output.replaceAll(/^(?=.)/gm, "  ")}\n`);
  }
  total.passed += result.passed;
  total.failed += result.failed;
  total.skipped += result.skipped;
}
console.log(countsText(total));
process.exitCode = total.failed === 0 ? 0 : 1;
