import { defaultPolicy, loadPolicy, type Policy, type PolicyProblem } from "../core/index.ts";
import { UserError } from "./faults.ts";
import type { BlobContent } from "./github.ts";
import { defaultConfig, type Inputs } from "./inputs.ts";

/** The policy that decides, under the Action's inputs; the default one where there is a fault. */
export interface Decision {
  readonly policy: Policy;
  /** Names file, line and what was expected. To be thrown, unless the change at hand mends it. */
  readonly fault: UserError | null;
}

/**
 * Reads the policy that decides.
 * @param content the file's; null where there is none, which is a fault if the workflow names another path than the default.
 * @param where whose file it is, e.g. `commit 1a2b3c4`.
 */
export function decide(content: BlobContent | null, inputs: Inputs, where: string): Decision {
  const { config } = inputs;
  if (content === null) {
    const message = `The input config is ${JSON.stringify(config)}, but ${where} has no such file.`;
    return {
      policy: withInputs(defaultPolicy, inputs),
      fault: config === defaultConfig ? null : new UserError(message),
    };
  }
  const read = readPolicy(content, config);
  if ("policy" in read) {
    return { policy: withInputs(read.policy, inputs), fault: null };
  }
  return { policy: withInputs(defaultPolicy, inputs), fault: policyFault(read.problems) };
}

function policyFault(problems: readonly PolicyProblem[]): UserError {
  const [first] = problems;
  return new UserError(
    ["The policy file is not valid.", ...problems.map(problemText)].join("\n"),
    first ? { file: first.file, line: first.line } : null,
  );
}

/** The policy of a file, or what is wrong with it. */
export function readPolicy(
  content: BlobContent,
  path: string,
): { readonly policy: Policy } | { readonly problems: readonly PolicyProblem[] } {
  if ("text" in content) {
    return loadPolicy(content.text, path);
  }
  const message = `the file cannot be read: ${content.reason}`;
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

function problemText({ file, line, column, message }: PolicyProblem): string {
  return `${file}:${line}:${column}: ${message}`;
}
