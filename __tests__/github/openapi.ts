import { readFileSync } from "node:fs";
import { type ErrorObject, type ValidateFunction, Ajv } from "ajv";

/** An operation of GitHub's OpenAPI description, as scripts/extract-openapi.ts cut it out. */
interface OperationExtract {
  readonly method: string;
  /** A template such as `/repos/{owner}/{repo}/pulls/{pull_number}`. */
  readonly path: string;
  readonly query: Readonly<Record<string, object>>;
  readonly body: object | null;
  readonly answers: Readonly<Record<string, object | null>>;
}

interface Extract {
  readonly operations: Readonly<Record<string, OperationExtract>>;
  readonly schemas: Readonly<Record<string, object>>;
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  /** Path parameters as named groups, still encoded. */
  readonly pattern: RegExp;
  /** What GitHub says of the query and body; empty where they are right. */
  readonly requestProblems: (query: Readonly<Record<string, string>>, body: unknown) => string[];
  /** Where an answer of this model is not what the description says; empty where it is. */
  readonly answerProblems: (status: number, body: unknown) => string[];
}

/** These take several segments, whatever their place (`x-multi-segment` of the description). */
const multiSegment = new Set(["basehead", "path", "ref", "tree_sha"]);

let known: readonly Operation[] | undefined;

/** The operations that the model serves, each with validators compiled from the description, once for all. */
export function readOperations(): readonly Operation[] {
  known ??= compiledOperations();
  return known;
}

function compiledOperations(): Operation[] {
  const text = readFileSync(new URL("openapi.json", import.meta.url), "utf8");
  const { operations, schemas } = JSON.parse(text) as Extract;
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addSchema({ $id: "github", schemas });
  return Object.entries(operations).map(([id, extract]) => operation(ajv, id, extract));
}

function operation(
  ajv: Ajv,
  id: string,
  { method, path, query, body, answers }: OperationExtract,
): Operation {
  const checkQuery = new Ajv({ strict: false, allErrors: true, coerceTypes: true }).compile({
    type: "object",
    properties: query,
    additionalProperties: false,
  });
  const checkBody = body ? ajv.compile(body) : undefined;
  const checkAnswers = new Map(
    Object.entries(answers).map(([status, schema]) => [
      Number(status),
      schema ? ajv.compile(schema) : undefined,
    ]),
  );
  return {
    id,
    method,
    pattern: pathPattern(path),
    requestProblems: (query, body) => [
      ...problems(checkQuery, { ...query }),
      ...(checkBody ? problems(checkBody, body) : []),
    ],
    answerProblems: (status, body) => {
      if (!checkAnswers.has(status)) {
        return [`${id} has no answer ${status}`];
      }
      const check = checkAnswers.get(status);
      return check ? problems(check, body).map((problem) => `${id} ${status}: ${problem}`) : [];
    },
  };
}

function pathPattern(template: string): RegExp {
  const source = template.replaceAll(/\{(\w+)\}/gu, (_, name: string) =>
    multiSegment.has(name) ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
  );
  return new RegExp(`^${source}$`, "u");
}

function problems(check: ValidateFunction, value: unknown): string[] {
  return check(value) ? [] : (check.errors ?? []).map(sentence);
}

/** Worded as in octokit/octokit.rb#1748. */
function sentence({ keyword, params, instancePath, message }: ErrorObject): string {
  const parameters = params as Readonly<Record<string, unknown>>;
  if (keyword === "additionalProperties") {
    return `"${String(parameters["additionalProperty"])}" is not a permitted key.`;
  }
  if (keyword === "required") {
    return `"${String(parameters["missingProperty"])}" wasn't supplied.`;
  }
  return `For '${instancePath}', ${message ?? "it is invalid"}.`;
}
