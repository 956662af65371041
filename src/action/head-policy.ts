import { countsInWords, type Analysis, type Finding, type PolicyProblem } from "../core/index.ts";
import { analyseHead } from "./closure.ts";
import type { Contents } from "./contents.ts";
import type { Inputs } from "./inputs.ts";
import { readPolicy, withInputs } from "./policy.ts";
import type { Sides } from "./sides.ts";

/** What a changed policy file would do once it is merged; until then the base's decides. */
export interface PolicyPreview {
  readonly problems: readonly PolicyProblem[];
  readonly notes: readonly string[];
}

export interface PreviewRequest {
  readonly sides: Sides;
  readonly contents: Contents;
  readonly headSha: string;
  readonly inputs: Inputs;
  /** Every nginx file of the head under the policy that decides. */
  readonly analysis: Analysis;
}

/** Validates the head's policy file and says in one sentence what it changes. */
export async function previewPolicy(request: PreviewRequest): Promise<PolicyPreview> {
  const { sides, contents, headSha, inputs, analysis } = request;
  const path = inputs.config;
  if (!sides.head.has(path)) {
    return { problems: [], notes: [`This change removes the policy file ${path}.`] };
  }
  const source = { sha: headSha, path };
  await contents.load([source], sides.sizeOf);
  const text = contents.text(source);
  const reason = contents.reason(source) ?? "it was not read";
  const read = readPolicy(text === undefined ? { reason } : { text }, path);
  if ("problems" in read) {
    return { problems: read.problems, notes: [] };
  }
  const after = await analyseHead({ ...sides, contents }, withInputs(read.policy, inputs));
  return { problems: [], notes: [effect(path, analysis.findings, after.findings)] };
}

function effect(path: string, before: readonly Finding[], after: readonly Finding[]): string {
  const gone = without(before, after);
  const added = without(after, before);
  const start = `This change alters the policy file ${path}, which counts after the merge:`;
  if (gone.length === 0 && added.length === 0) {
    return `${start} the findings stay the same.`;
  }
  const parts = [
    ...(gone.length > 0
      ? [`it would no longer report ${countsInWords(gone)} (${named(gone)})`]
      : []),
    ...(added.length > 0 ? [`it would report ${countsInWords(added)} more (${named(added)})`] : []),
  ];
  return `${start} ${parts.join(", and ")}.`;
}

/** A finding of another severity is another finding here. */
function without(findings: readonly Finding[], others: readonly Finding[]): Finding[] {
  const known = new Set(others.map(key));
  return findings.filter((finding) => !known.has(key(finding)));
}

function key({ fingerprint, severity }: Finding): string {
  return `${severity} ${fingerprint}`;
}

function named(findings: readonly Finding[]): string {
  return [...new Set(findings.map(({ rule }) => rule))].toSorted().join(", ");
}
