import { appendFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { architectureFaults } from "../../scripts/architecture.ts";

const copy = mkdtempSync(join(tmpdir(), "architecture-"));
cpSync("src", join(copy, "src"), { recursive: true });
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test("imports go one way through the rooms of core", async () => {
  expect(await architectureFaults(copy)).toEqual([]);
});

test.each([
  {
    from: "src/core/rules/phrases.ts",
    line: 'import type { TextEdit } from "../fix/edit.ts";',
    faults: ["src/core/rules/phrases.ts → src/core/fix/edit.ts: rules imports only rooms above it"],
  },
  {
    from: "src/core/syntax/lines.ts",
    line: 'import { analyse } from "../index.ts";',
    faults: ["src/core/syntax/lines.ts → src/core/index.ts: syntax imports only rooms above it"],
  },
  {
    from: "src/cli/usage.ts",
    line: 'import { parse } from "../core/syntax/parse.ts";',
    faults: [
      "src/cli/usage.ts → src/core/syntax/parse.ts: nothing but core/index.ts is imported from outside core",
    ],
  },
  {
    from: "src/core/basics/nearest.ts",
    line: 'import { groupBy } from "./collections.ts";\nimport "./nearest.ts";',
    faults: ["src/core/basics/nearest.ts → src/core/basics/nearest.ts: no circles"],
  },
])("an import against the order is found: $from", async ({ from, line, faults }) => {
  const folder = mkdtempSync(join(tmpdir(), "architecture-"));
  try {
    cpSync(copy, folder, { recursive: true });
    appendFileSync(join(folder, from), `\n${line}\n`);
    expect(await architectureFaults(folder)).toEqual(expect.arrayContaining(faults));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
