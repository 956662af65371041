import { defaultPolicy, loadPolicy } from "../core/index.ts";
import type { Policy, PolicyProblem } from "../core/index.ts";
import { UserError } from "./faults.ts";
import type { Content } from "./github.ts";
import type { Inputs } from "./inputs.ts";

/**
 * The policy that decides: the file as it is before the change, under the Action's inputs.
 * @throws UserError with file and line where the file is not valid.
 */
export function decidingPolicy(content: Content | null, inputs: Inputs): Policy {
  return withInputs(content === null ? defaultPolicy : validPolicy(content, inputs.config), inputs);
}

function validPolicy(content: Content, path: string): Policy {
  const read = readPolicy(content, path);
  if ("policy" in read) return read.policy;
  const [first] = read.problems;
  throw new UserError(
    read.problems.map(problemText).join("\n"),
    first ? { file: first.file, line: first.line } : null,
  );
}

/** The policy of a file, or what is wrong with it. */
export function readPolicy(
  content: Content,
  path: string,
): { readonly policy: Policy } | { readonly problems: readonly PolicyProblem[] } {
  if ("text" in content) return loadPolicy(content.text, path);
  const message = `The policy file cannot be read: ${content.reason}.`;
  return { problems: [{ file: path, line: 1, column: 1, message }] };
}

/** What the workflow says overrules the policy file, as flags do on the command line. */
export function withInputs(policy: Policy, inputs: Inputs): Policy {
  return {
    ...policy,
    ...(inputs.files && { files: inputs.files }),
    ...(inputs.profile && { profile: inputs.profile }),
    ...(inputs.nginxVersion && { nginxVersion: inputs.nginxVersion }),
  };
}

export function problemText({ file, line, column, message }: PolicyProblem): string {
  return `${file}:${line}:${column}: ${message}`;
}
