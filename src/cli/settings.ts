import { defaultPolicy, loadPolicy, type Policy } from "../core/index.ts";
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { Arguments, Flags } from "./arguments.ts";
import type { Git } from "./git.ts";
import { UsageError } from "./terminal.ts";

/** Where the policy file is, unless `--config` says otherwise. */
export const usualPath = ".github/nginx-websocket-guard.yml";

/** Flags of every command that analyses. */
export const policyFlags = {
  config: { value: "FILE", about: `the policy file; else ${usualPath}` },
  profile: {
    value: "P",
    about: "recommended, basic, enterprise or hardened; overrules the policy's",
  },
  "nginx-version": {
    value: "V",
    about: "the version that runs the configuration, such as 1.27; overrules the policy's",
  },
} as const satisfies Flags;

/**
 * The policy file, under the flags, which overrule it.
 * @throws UsageError with all that is wrong in the file, one line each: `file:line:column: message`
 */
export function readPolicy(args: Arguments, cwd: string): Policy {
  const given = args.value("config");
  const path = resolve(cwd, given ?? usualPath);
  const policy = given !== null || existsSync(path) ? readFile(path, cwd) : defaultPolicy;
  return withFlags(policy, args);
}

/**
 * The policy that decides about a change: the file as it is in the base, for nobody shall switch off what judges them. A
 * file outside of the folder is not part of the change and is read as it is.
 */
export function policyAt(git: Git, commit: string, args: Arguments, cwd: string): Policy {
  const path = relative(cwd, resolve(cwd, args.value("config") ?? usualPath)).replaceAll(sep, "/");
  if (isAbsolute(path) || path.startsWith("../")) {
    return readPolicy(args, cwd);
  }
  const text = git.filesAt(commit, defaultPolicy).read(path);
  return withFlags(text === undefined ? defaultPolicy : parsed(text, `${path} of the base`), args);
}

function withFlags(policy: Policy, args: Arguments): Policy {
  const { profile } = policy;
  const others = (["recommended", "basic", "enterprise", "hardened"] as const).filter(
    (each) => each !== profile,
  );
  return {
    ...policy,
    profile: args.choice("profile", [profile, ...others]),
    nginxVersion: versionOf(args) ?? policy.nginxVersion,
  };
}

/** `--nginx-version`, or null. */
export function versionOf(args: Arguments): string | null {
  const version = args.value("nginx-version");
  if (version === null || /^\d+\.\d+(\.\d+)?$/.test(version)) {
    return version;
  }
  throw new UsageError(`--nginx-version is ${version}: expected a version such as 1.27 or 1.27.3.`);
}

function readFile(path: string, cwd: string): Policy {
  const name = relative(cwd, path);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`the policy file ${name} cannot be read: ${messageOf(error)}`);
  }
  return parsed(text, name);
}

function parsed(text: string, name: string): Policy {
  const read = loadPolicy(text, name);
  if ("policy" in read) {
    return read.policy;
  }
  const lines = read.problems.map(
    ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
  );
  throw new UsageError(`the policy file is not valid:\n${lines.join("\n")}`);
}

/** What Node says of a file, without its code and the path, which the sentence around it names. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^[A-Z]+: /, "").replace(/, \w+ '.*'$/, "");
}

/** The values of `--fail-on`, the default first. */
export const failOnValues = ["error", "warning", "notice", "never"] as const;
