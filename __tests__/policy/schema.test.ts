import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { schema, schemaFaults } from "./schema.ts";
import { wrongPolicies } from "./wrong.ts";

test("the README's policy is right", () => {
  const blocks = readFileSync("README.md", "utf8").matchAll(/^```yaml\n(profile:[^]*?)^```/gm);
  const texts = Array.from(blocks, ([, text = ""]) => text);
  expect(texts).toHaveLength(1);
  expect(texts.flatMap(schemaFaults)).toEqual([]);
});

describe("what is wrong", () => {
  /** What YAML alone refuses needs no schema; an editor shows it all the same. */
  const isYaml = (text: string): boolean => {
    const { errors, warnings } = parseDocument(text);
    return errors.length + warnings.length === 0;
  };
  /** Brackets that are not closed, a number that is no version, and aliases, which are gone when a schema sees the values. */
  const beyond = new Set([
    'files: ["deploy/[a-"]',
    'files: ["deploy/{a,b"]',
    "nginx-version: 1",
    "profile: *p",
    "endpoints: &all [*all]",
  ]);
  const cases = wrongPolicies.filter(([text]) => isYaml(text) && !beyond.has(text));

  test("is most of the table", () => expect(cases.length).toBeGreaterThan(50));

  test.each(cases)("%j is refused by the schema too", (text) => {
    expect(schemaFaults(text)).not.toEqual([]);
  });
});

test("each key says what it is for", () => {
  const { properties } = schema;
  const silent = Object.keys(properties).filter((key) => !properties[key].description);
  expect(silent).toEqual([]);
  const { rules } = properties;
  expect(rules.properties["http-version"].description).toBe(
    "The handshake reaches the upstream as HTTP/1.0 or HTTP/2, not as HTTP/1.1.",
  );
});
