/**
 * Writes __tests__/github/openapi.json: the operations that the GitHub on localhost serves, cut out
 * of GitHub's own OpenAPI description. The description is 385 MB unpacked, so it is no dependency:
 *
 *     npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz package/generated/api.github.com.json package/package.json
 *     node scripts/extract-openapi.ts package
 *
 * The extract is stricter than the description in two ways, which let typing errors through:
 * request bodies and answers take no further properties.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const operations = new Set([
  "git/get-blob",
  "git/get-commit",
  "git/get-tree",
  "pulls/create-reply-for-review-comment",
  "pulls/create-review",
  "pulls/create-review-comment",
  "pulls/delete-review-comment",
  "pulls/get",
  "pulls/get-review-comment",
  "pulls/list-files",
  "pulls/list-review-comments",
  "pulls/list-reviews",
  "pulls/update-review-comment",
  "rate-limit/get",
  "repos/compare-commits-with-basehead",
  "repos/get",
  "repos/get-commit",
  "repos/get-content",
]);

const repositoryProperties =
  "id node_id name full_name owner private html_url description fork url archived disabled default_branch visibility clone_url";

/** What the local GitHub answers of the large schemas; of the others it answers everything. */
const answered: Record<string, string> = {
  "full-repository": repositoryProperties,
  "nullable-simple-user": "login id node_id type html_url site_admin",
  "pull-request":
    "url id node_id html_url diff_url patch_url number state locked title user body labels created_at updated_at closed_at merged_at merge_commit_sha draft head base author_association merged mergeable mergeable_state comments review_comments commits additions deletions changed_files maintainer_can_modify",
  "rate-limit-overview": "resources rate",
  "simple-user": "login id node_id type html_url site_admin",
  repository: repositoryProperties,
};

/** Declared as plain integers, but null once a comment is outdated (seen in vitali87/croft#454). */
const nullableInFact: Record<string, readonly string[]> = {
  "pull-request-review-comment": ["line", "position"],
  "review-comment": ["line"],
};

/** Only for people who read the description. */
const annotations = new Set([
  "deprecated",
  "description",
  "discriminator",
  "example",
  "examples",
  "externalDocs",
  "format",
  "title",
]);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: node scripts/extract-openapi.ts FOLDER_OF_THE_PACKAGE @octokit/openapi");
  process.exit(2);
}
const readJson = (path: string): JsonObject =>
  object(JSON.parse(readFileSync(join(folder, path), "utf8")));
const description = readJson("generated/api.github.com.json");
const schemas: JsonObject = {};
const missing = new Set(operations);

const extracted = Object.entries(object(description["paths"])).flatMap(([path, methods]) =>
  Object.entries(object(methods))
    .filter(([, operation]) => missing.delete(String(object(operation)["operationId"])))
    .map(([method, operation]) => [path, method, object(operation)] as const),
);
if (missing.size > 0) {
  throw new Error(`the description has no operation ${[...missing].join(", ")}`);
}

const result = {
  source: `@octokit/openapi ${String(readJson("package.json")["version"])}, api.github.com, by scripts/extract-openapi.ts`,
  operations: Object.fromEntries(
    extracted
      .map(([path, method, operation]) => {
        const entry = {
          method: method.toUpperCase(),
          path,
          query: queryParameters(operation),
          body: bodySchema(operation),
          answers: answerSchemas(operation),
        };
        return [String(operation["operationId"]), entry] as const;
      })
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  ),
  schemas,
};
const target = new URL("../__tests__/github/openapi.json", import.meta.url);
writeFileSync(target, `${layout(result)}\n`);

function object(value: Json | undefined): JsonObject {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Error(`expected an object, not ${JSON.stringify(value)}`);
  }
  return value;
}

function resolve(value: Json | undefined): JsonObject {
  const reference = object(value)["$ref"];
  if (typeof reference !== "string") {
    return object(value);
  }
  let found: Json | undefined = description;
  for (const step of reference.split("/").slice(1)) {
    found = object(found)[step];
  }
  return object(found);
}

function queryParameters(operation: JsonObject): JsonObject {
  const parameters = (operation["parameters"] ?? []) as Json[];
  return Object.fromEntries(
    parameters
      .map((parameter) => resolve(parameter))
      .filter((parameter) => parameter["in"] === "query")
      .map((parameter) => [String(parameter["name"]), schema(parameter["schema"] ?? {}, "query")]),
  );
}

function jsonSchema(content: Json | undefined): Json | undefined {
  if (content === undefined) {
    return undefined;
  }
  const media = object(content)["application/json"];
  return media === undefined ? undefined : object(media)["schema"];
}

function bodySchema(operation: JsonObject): Json {
  const body = operation["requestBody"];
  const found = body === undefined ? undefined : jsonSchema(object(body)["content"]);
  return found === undefined ? null : schema(found, "body");
}

function answerSchemas(operation: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object(operation["responses"]))
      .filter(([status]) => status.startsWith("2"))
      .map(([status, answer]) => {
        const found = jsonSchema(resolve(answer)["content"]);
        return [status, found === undefined ? null : schema(found, "answer")];
      }),
  );
}

/** An OpenAPI 3.0 schema as JSON Schema, closed, and without annotations; referenced ones go to `schemas`. */
function schema(value: Json, use: "answer" | "body" | "query"): Json {
  const source = object(value);
  const reference = source["$ref"];
  if (typeof reference === "string") {
    return referenceTo(reference, use);
  }
  const converted: JsonObject = {};
  for (const [key, part] of Object.entries(source)) {
    if (key === "nullable" || key.startsWith("x-") || annotations.has(key)) {
      continue;
    }
    converted[key] = convert(key, part, use);
  }
  if (source["properties"] !== undefined && source["additionalProperties"] === undefined) {
    converted["additionalProperties"] = false;
  }
  return source["nullable"] === true ? nullable(converted) : converted;
}

function convert(key: string, part: Json, use: "answer" | "body" | "query"): Json {
  if (key === "properties") {
    const properties = Object.entries(object(part));
    return Object.fromEntries(properties.map(([name, inner]) => [name, schema(inner, use)]));
  }
  if (key === "items" || (key === "additionalProperties" && typeof part === "object")) {
    return schema(part, use);
  }
  if ((key === "oneOf" || key === "anyOf" || key === "allOf") && Array.isArray(part)) {
    return part.map((inner) => schema(inner, use));
  }
  return part;
}

function referenceTo(reference: string, use: "answer" | "body" | "query"): Json {
  const name = reference.split("/").at(-1) ?? "";
  if (!(name in schemas)) {
    schemas[name] = {};
    schemas[name] = schema(trimmed(name, resolve({ $ref: reference })), use);
  }
  return { $ref: `github#/schemas/${name}` };
}

function trimmed(name: string, source: JsonObject): JsonObject {
  const kept = answered[name]?.split(" ");
  const nullables = nullableInFact[name] ?? [];
  if (kept === undefined && nullables.length === 0) {
    return source;
  }
  const properties = Object.entries(object(source["properties"]))
    .filter(([property]) => kept === undefined || kept.includes(property))
    .map(([property, part]) => {
      const inner = nullables.includes(property) ? { ...object(part), nullable: true } : part;
      return [property, inner] as const;
    });
  const required = (source["required"] ?? []) as string[];
  return {
    ...source,
    properties: Object.fromEntries(properties),
    required: required.filter((property) => kept === undefined || kept.includes(property)),
  };
}

function nullable(source: JsonObject): Json {
  const { type, enum: values } = source;
  if (typeof type !== "string") {
    return { anyOf: [source, { type: "null" }] };
  }
  const wider: JsonObject = { ...source, type: [type, "null"] };
  if (Array.isArray(values)) {
    wider["enum"] = [...values, null];
  }
  return wider;
}

/** One line for each operation and schema, so that a later extract shows what changed. */
function layout({ source, operations, schemas }: typeof result): string {
  return `{
  "source": ${JSON.stringify(source)},
  "operations": {
${entryLines(operations)}
  },
  "schemas": {
${entryLines(schemas)}
  }
}`;
}

function entryLines(entries: object): string {
  return Object.entries(entries)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(",\n");
}
