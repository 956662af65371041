import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** As CONTRIBUTING.md says: what runs in a layer comes from the same one or from those before it. Types may come from anywhere. */
const layers = [
  ["syntax"],
  ["sources"],
  ["config"],
  ["handshake"],
  // The names of the rules are a table that the policy and silences are read with.
  ["rules/names.ts", "policy"],
  ["intent"],
  ["rules"],
  ["fix"],
  ["check"],
  ["review", "report", "adopt"],
];

function layerOf(path: string): number {
  const named = layers.findIndex((layer) => layer.includes(path));
  return named === -1
    ? layers.findIndex((layer) => layer.includes(path.split("/")[0] ?? ""))
    : named;
}

const core = join("src", "core");
const files = readdirSync(core, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => /\/.*\.ts$/.test(path));

test("imports go one way through the layers of core", () => {
  const upwards = files.flatMap((path) =>
    Array.from(
      readFileSync(join(core, path), "utf8").matchAll(
        /^(?:import|export) (?!type\b)[^;]*?from "(\.[^"]*)";/gm,
      ),
      ([, target = ""]) => new URL(target, `core:/${path}`).pathname.slice(1),
    )
      .filter((target) => layerOf(target) > layerOf(path))
      .map((target) => `${path} imports ${target}`),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(upwards).toEqual([]);
});
