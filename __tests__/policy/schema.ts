import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { parse } from "yaml";

/** As editors have it. */
export const schema = JSON.parse(readFileSync("src/core/policy-file/policy.schema.json", "utf8"));
const matches = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

/** What the schema says of a policy file. */
export function schemaFaults(text: string): readonly unknown[] {
  return matches(parse(text)) ? [] : (matches.errors ?? []);
}
