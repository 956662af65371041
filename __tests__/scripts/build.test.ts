import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { differences } from "../../scripts/build.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "build-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ["the same", { "index.js": "a" }, { "index.js": "a" }, []],
  [
    "another byte",
    { "index.js": "a" },
    { "index.js": "a\n" },
    ["dist/index.js is not what src builds"],
  ],
  [
    "a file is missing",
    { "index.js": "a", "1.js": "" },
    { "index.js": "a" },
    ["dist/1.js is missing"],
  ],
  ["a file is left over", {}, { "1.js": "" }, ["dist/1.js is not built from src any more"]],
  ["nothing was built", { "index.js": "a" }, null, ["dist is not there"]],
])("%s", (_, expected, actual, lines) => {
  const write = (name: string, files: Readonly<Record<string, string>> | null): string => {
    const path = join(folder, name);
    if (files) {
      mkdirSync(path);
    }
    for (const [file, text] of Object.entries(files ?? {})) {
      writeFileSync(join(path, file), text);
    }
    return path;
  };
  expect(differences(write("expected", expected), write("actual", actual))).toEqual(lines);
});
