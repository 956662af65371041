import { readFileSync } from "node:fs";
import { UserError } from "./faults.ts";
import type { RepositoryName } from "./github.ts";

/** What started the job, as far as it decides what is read and where the answer goes. */
export type Event =
  | {
      readonly kind: "pull-request";
      readonly repository: RepositoryName;
      readonly number: number;
      readonly headSha: string;
      /** The base branch when the head was last pushed: neither its tip nor the merge base. */
      readonly baseSha: string;
      /** Whose pull requests get a read-only token, whatever `permissions:` says (docs); null where this one's is not. */
      readonly author: "a fork" | "Dependabot" | null;
    }
  | {
      readonly kind: "merge-group";
      readonly repository: RepositoryName;
      readonly headSha: string;
      readonly baseSha: string;
    }
  | { readonly kind: "workspace"; readonly name: string; readonly folder: string };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads what the runner says about the event: a pull request or a merge group is read over the API, anything else
 * from the checkout.
 * @throws UserError where the runner's variables are not there or the payload is not that of the event.
 */
export function readEvent(environment: Environment = process.env): Event {
  const name = environment["GITHUB_EVENT_NAME"] ?? "";
  switch (name) {
    case "pull_request":
    case "pull_request_target": {
      const pullRequest = object(payload(environment, name), "pull_request", name);
      const head = object(pullRequest, "head", name);
      const base = object(pullRequest, "base", name);
      return {
        kind: "pull-request",
        repository: repository(environment),
        number: number(pullRequest, name),
        headSha: sha(head, "sha", name),
        baseSha: sha(base, "sha", name),
        author: restricted(pullRequest, head, base),
      };
    }
    case "merge_group": {
      const group = object(payload(environment, name), "merge_group", name);
      return {
        kind: "merge-group",
        repository: repository(environment),
        headSha: sha(group, "head_sha", name),
        baseSha: sha(group, "base_sha", name),
      };
    }
    default:
      return { kind: "workspace", name, folder: environment["GITHUB_WORKSPACE"] ?? process.cwd() };
  }
}

function repository(environment: Environment): RepositoryName {
  const [owner, repo] = (environment["GITHUB_REPOSITORY"] ?? "").split("/");
  if (owner && repo) {
    return { owner, repo };
  }
  throw new UserError(
    "GITHUB_REPOSITORY is not set to owner/name; the runner of GitHub Actions sets it.",
  );
}

function payload(environment: Environment, event: string): unknown {
  const path = environment["GITHUB_EVENT_PATH"];
  if (!path) {
    throw new UserError(`GITHUB_EVENT_PATH is not set, so the ${event} event cannot be read.`);
  }
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new UserError(`The ${event} event in GITHUB_EVENT_PATH cannot be read: ${said}`);
  }
}

function object(parent: unknown, key: string, event: string): object {
  const value = field(parent, key, event);
  if (typeof value === "object" && value !== null) {
    return value;
  }
  throw new UserError(`The payload of the ${event} event has no object ${key}.`);
}

function number(pullRequest: object, event: string): number {
  const value = field(pullRequest, "number", event);
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) {
    return value;
  }
  throw new UserError(
    `The payload of the ${event} event has no whole number as pull_request.number.`,
  );
}

/** A commit's hash: anything else could name another commit, or another path, in a request. */
function sha(parent: object, key: string, event: string): string {
  const value = field(parent, key, event);
  if (typeof value === "string" && /^[0-9a-f]{40,64}$/.test(value)) {
    return value;
  }
  throw new UserError(`The payload of the ${event} event has no commit hash as ${key}.`);
}

function field(parent: unknown, key: string, event: string): unknown {
  if (typeof parent === "object" && parent !== null && Object.hasOwn(parent, key)) {
    return Reflect.get(parent, key) as unknown;
  }
  throw new UserError(`The payload of the ${event} event has no ${key}.`);
}

function restricted(
  pullRequest: object,
  head: object,
  base: object,
): "a fork" | "Dependabot" | null {
  if (fullName(head) !== fullName(base)) {
    return "a fork";
  }
  const user = "user" in pullRequest ? pullRequest.user : null;
  const isDependabot =
    typeof user === "object" &&
    user !== null &&
    "login" in user &&
    user.login === "dependabot[bot]";
  return isDependabot ? "Dependabot" : null;
}

/** `owner/name` of one end of a pull request; undefined where its repository was deleted. */
function fullName(end: object): unknown {
  const repo = "repo" in end ? end.repo : null;
  return typeof repo === "object" && repo !== null && "full_name" in repo
    ? repo.full_name
    : undefined;
}
