import * as core from "@actions/core";
import { type FailOn, nearest, type Profile } from "../core/index.ts";
import { UserError } from "./faults.ts";

export type CheckScope = "new" | "changed" | "all";

/** The Action's inputs, validated. Null means that the policy file or the default decides. */
export interface Inputs {
  /** Empty where there is none; only the events that read over the API need it. */
  readonly token: string;
  /** The policy file's path in the repository. */
  readonly config: string;
  readonly files: readonly string[] | null;
  readonly profile: Profile | null;
  readonly nginxVersion: string | null;
  readonly failOn: FailOn;
  readonly scope: CheckScope;
  readonly comment: "review" | "summary" | "off";
  readonly maxComments: number;
  readonly sarifFile: string | null;
  readonly reportFile: string | null;
  readonly incomplete: "warn" | "fail";
}

/** Where the policy file lies if the workflow does not say. */
export const defaultConfig = ".github/nginx-websocket-guard.yml";
const MOST_COMMENTS = 50;

/**
 * Reads the inputs that the runner passes in `INPUT_*`.
 * @throws UserError that names the input, what was given and what is allowed.
 */
export function readInputs(read: (name: string) => string = core.getInput): Inputs {
  return {
    token: read("token"),
    config: repositoryPath("config", read("config") || defaultConfig),
    files: lines(read("files")),
    profile: read("profile")
      ? choice<Profile>(read, "profile", ["recommended", "basic", "enterprise", "hardened"])
      : null,
    nginxVersion: version(read("nginx-version")),
    failOn: choice(read, "fail-on", ["error", "warning", "notice", "never"]),
    scope: choice(read, "scope", ["new", "changed", "all"]),
    comment: choice(read, "comment", ["review", "summary", "off"]),
    maxComments: count("max-comments", read("max-comments")),
    sarifFile: read("sarif-file") || null,
    reportFile: read("report-file") || null,
    incomplete: choice(read, "incomplete", ["warn", "fail"]),
  };
}

/** One of the allowed values; the first is the default. */
function choice<Value extends string>(
  read: (name: string) => string,
  name: string,
  allowed: readonly [Value, ...Value[]],
): Value {
  const given = read(name);
  if (given === "") {
    return allowed[0];
  }
  const found = allowed.find((value) => value === given);
  if (found !== undefined) {
    return found;
  }
  const guess = nearest(given, allowed);
  const hint = guess === null ? "" : ` Did you mean ${guess}?`;
  throw new UserError(
    `The input ${name} is ${quoted(given)}; allowed are ${allowed.join(", ")}.${hint}`,
  );
}

function count(name: string, given: string): number {
  if (given === "") {
    return MOST_COMMENTS;
  }
  const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (value <= MOST_COMMENTS) {
    return value;
  }
  throw new UserError(
    `The input ${name} is ${quoted(given)}; allowed is a whole number from 0 to ${MOST_COMMENTS}.`,
  );
}

function version(given: string): string | null {
  if (given === "") {
    return null;
  }
  if (/^\d+\.\d+(\.\d+)?$/.test(given)) {
    return given;
  }
  throw new UserError(
    `The input nginx-version is ${quoted(given)}; expected is a version such as 1.27 or 1.27.3.`,
  );
}

function repositoryPath(name: string, given: string): string {
  const path = given.replace(/^(\.\/)+/, "");
  const parts = path.split("/");
  if (
    !path.startsWith("/") &&
    !path.includes("\\") &&
    !parts.includes("..") &&
    !parts.includes("")
  ) {
    return path;
  }
  throw new UserError(
    `The input ${name} is ${quoted(given)}; expected is the path of a file in the repository, without .. and without a leading /.`,
  );
}

function lines(given: string): readonly string[] | null {
  const found = given
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return found.length > 0 ? found : null;
}

function quoted(given: string): string {
  return JSON.stringify(given.length > 60 ? `${given.slice(0, 60)}…` : given);
}
