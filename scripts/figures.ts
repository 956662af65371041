import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { architectureFaults } from "./architecture.ts";
import { project, runTool } from "./tools.ts";

/** Generated, or nothing but rows. */
const data = /(?:rules\/(?:pages|index)|nginx\/directive-table|intent\/applications)\.ts$/;

const limits = {
  "max-lines-per-function": 60,
  complexity: 15,
  "max-lines": 350,
} as const;

interface Diagnostic {
  readonly code: string;
  readonly message: string;
  readonly filename: string;
}

/** What of `src` is larger than the limits, data left out, by oxlint's own count; lines count with comments and blank ones. */
async function oversized(): Promise<readonly Diagnostic[]> {
  const folder = mkdtempSync(join(tmpdir(), "figures-"));
  try {
    const config = join(folder, "oxlintrc.json");
    const rules = Object.entries(limits).map(([rule, max]) => [rule, ["error", { max }]]);
    writeFileSync(config, JSON.stringify({ rules: Object.fromEntries(rules) }));
    const { output } = await runTool("oxlint", [`--config=${config}`, "--format=json", "src"]);
    const { diagnostics } = JSON.parse(output) as { readonly diagnostics: readonly Diagnostic[] };
    return diagnostics.filter(({ filename }) => !data.test(filename));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The names of types and interfaces that several files of `src` declare, with these files. */
function sharedNames(): [name: string, files: readonly string[]][] {
  const declared = new Map<string, string[]>();
  const files = readdirSync(join(project, "src"), { recursive: true, encoding: "utf8" });
  for (const file of files.filter((path) => path.endsWith(".ts"))) {
    const text = readFileSync(join(project, "src", file), "utf8");
    for (const [, name = ""] of text.matchAll(/^(?:export )?(?:interface|type|class) (\w+)/gm)) {
      declared.set(name, [...(declared.get(name) ?? []), file]);
    }
  }
  return [...declared].filter(([, places]) => places.length > 1);
}

function print(title: string, rows: readonly string[]): void {
  console.log(`${title}: ${rows.length}`);
  for (const row of rows) {
    console.log(`  ${row}`);
  }
}

const found = await oversized();
for (const [rule, max] of Object.entries(limits)) {
  const rows = found.filter(({ code }) => code === `eslint(${rule})`);
  print(
    `${rule} over ${max}`,
    rows.map(({ filename, message }) => `${filename}: ${message}`).toSorted(),
  );
}
print(
  "Names of two types",
  sharedNames().map(([name, files]) => `${name}: ${files.join(", ")}`),
);
print("Imports against the order, and circles", await architectureFaults(project));
