import {
  decidesVersion,
  followLinks,
  isNginxFile,
  numbered,
  pendingInWords,
  type Analysis,
  type ChangedFile,
  type Policy,
  type PolicyProblem,
} from "../core/index.ts";
import { analyseBoth } from "./closure.ts";
import { Contents, pathBefore } from "./contents.ts";
import type { Doing } from "./doing.ts";
import type { UserError } from "./faults.ts";
import type { GitHub, ListedChanges, RepositoryTree } from "./github.ts";
import { previewPolicy } from "./head-policy.ts";
import type { Inputs } from "./inputs.ts";
import { isNginxChange } from "./nginx-change.ts";
import type { Decision } from "./policy.ts";
import { sidesOf, withUnlisted, type Sides } from "./sides.ts";

export interface ComparisonRequest {
  readonly github: GitHub;
  /** Of the pull request; null for a merge group. */
  readonly number: number | null;
  readonly headSha: string;
  /** The merge base. */
  readonly baseSha: string;
  readonly listed: ListedChanges;
  readonly decision: Decision;
  readonly inputs: Inputs;
  readonly doing: Doing;
}

/** What a change does to the handshakes. */
export interface Comparison {
  readonly analysis: Analysis;
  readonly changes: readonly ChangedFile[];
  /** What was analysed, e.g. `3 nginx files`; null where nothing is nginx configuration. */
  readonly subject: string | null;
  readonly incomplete: readonly string[];
  readonly passedOver: readonly string[];
  readonly notes: readonly string[];
  readonly policyProblems: readonly PolicyProblem[];
}

/**
 * Whether a change has to be looked at.
 * @throws UserError where the policy that decides is not valid and the change does not touch it.
 */
export function matters(
  listed: ListedChanges,
  { policy, fault }: Decision,
  { scope, config }: Inputs,
): boolean {
  const touchesPolicy = touches(listed.files, config);
  if (fault && listed.complete && !touchesPolicy) {
    throw fault;
  }
  if (scope === "all" || !listed.complete || touchesPolicy) {
    return true;
  }
  return (
    listed.files.some((change) => isNginxChange(change, policy)) ||
    (policy.nginxVersion === null && touchesVersion(listed.files))
  );
}

/**
 * Analyses two commits over the API.
 * @throws UserError where the policy that decides is not valid and the change does not mend it.
 */
export async function compareCommits(request: ComparisonRequest): Promise<Comparison> {
  const { github, number, headSha, baseSha, listed, inputs, doing } = request;
  const { policy, fault } = request.decision;
  doing("listing the repository's files");
  const [headTree, baseTree] = await Promise.all([
    github.tree(headSha),
    listed.complete ? null : github.tree(baseSha),
  ]);
  const changes = baseTree ? withUnlisted(listed.files, baseTree, headTree) : listed.files;
  const contents = new Contents(github, number);
  const sides = sidesOf({ contents, headSha, headTree, baseSha, changes });
  const starts = changes.filter((change) => isNginxChange(change, policy));
  const touchesPolicy = touches(changes, inputs.config);
  doing("reading and analysing the nginx files");
  const { analysis, everything, unread } = await analyseBoth({
    ...sides,
    contents,
    changes,
    starts,
    policy,
    everything: inputs.scope === "all" || touchesPolicy,
  });
  doing("reading the policy that the change brings");
  const preview = touchesPolicy
    ? await previewPolicy({ sides, contents, headSha, inputs, analysis })
    : { problems: [], notes: [] };
  if (fault && (!touchesPolicy || preview.problems.length > 0)) {
    throw fault;
  }
  return {
    analysis,
    changes,
    subject: subjectOf(analysis, starts, everything),
    incomplete: [
      ...unread,
      ...analysis.limits,
      ...behindLinks(starts, headTree, sides, policy),
      ...truncations(headTree, baseTree),
    ],
    passedOver: passedOver(analysis, starts),
    notes: [
      ...pendingInWords(analysis),
      ...mended(fault),
      ...preview.notes,
      ...(number === null ? [] : unlisted(listed)),
    ],
    policyProblems: preview.problems,
  };
}

/** Only an analysis knows what the files hold whose names promise nginx configuration. */
function subjectOf(
  { files, findings }: Analysis,
  starts: readonly ChangedFile[],
  everything: boolean,
): string | null {
  const analysed = new Set(files.flatMap(({ path, analysed }) => (analysed ? [path] : [])));
  const changed = starts.filter(({ path, status }) => status === "removed" || analysed.has(path));
  const count = everything ? analysed.size : changed.length;
  return count === 0 && findings.length === 0 ? null : numbered(count, "nginx file");
}

function passedOver({ files }: Analysis, starts: readonly ChangedFile[]): string[] {
  const changed = new Set(starts.map(({ path }) => path));
  return files
    .filter(({ path, analysed }) => !analysed && changed.has(path))
    .map(({ path, reason }) => `${path} was not analysed: ${reason ?? "it is of another kind"}.`);
}

/**
 * Links are followed to files of the repository only, so a change that puts one of another kind where nginx configuration
 * was, or a folder of it, must not pass in silence.
 */
function behindLinks(
  starts: readonly ChangedFile[],
  { links }: RepositoryTree,
  { head, base }: Sides,
  policy: Policy,
): string[] {
  const held = (change: ChangedFile): boolean => {
    const before = pathBefore(change);
    const text = before === null ? undefined : base.read(before);
    // Of a new link only the name tells: this asks whether configuration of that name would count.
    return before === null || text === undefined
      ? isNginxFile(change.path, "events {}\n", policy)
      : isNginxFile(before, text, policy);
  };
  const sentences = starts.filter(held).flatMap(({ path, previousPath }) =>
    [path, previousPath ?? path].flatMap((name) => {
      const at = ancestry(name).find((folder) => links.has(folder));
      const link = at === undefined ? undefined : links.get(at);
      const target = followLinks(head, name);
      const isFollowed = at === name && typeof target === "string" && head.has(target);
      if (!link || (isFollowed && link.kind === "symbolic link")) {
        return [];
      }
      const what = at === name ? "it is" : `${at} is`;
      return [`${name} was not analysed: ${what} a ${link.kind}, which is not followed.`];
    }),
  );
  return [...new Set(sentences)];
}

/** The path and the folders above it. */
function ancestry(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** Where the policy names the files, those that tell the version need not be among them. */
function touchesVersion(changes: readonly ChangedFile[]): boolean {
  return changes.some(
    ({ path, previousPath }) => decidesVersion(path) || decidesVersion(previousPath ?? path),
  );
}

function touches(changes: readonly ChangedFile[], path: string): boolean {
  return changes.some((change) => change.path === path || change.previousPath === path);
}

function truncations(head: RepositoryTree, base: RepositoryTree | null): string[] {
  return head.truncated || base?.truncated === true
    ? [
        "GitHub lists only a part of this repository's files, so files that belong together may be missing.",
      ]
    : [];
}

function mended(fault: UserError | null): string[] {
  if (!fault) {
    return [];
  }
  const said = fault.message.replaceAll("\n", " ");
  return [
    `Until the merge the default policy decides, because the one before this change cannot: ${said}`,
  ];
}

function unlisted({ complete, files }: ListedChanges): string[] {
  if (complete || files.length === 0) {
    return [];
  }
  return [
    `GitHub lists the first ${files.length} files of this change only; the others were compared as well, but get no comments.`,
  ];
}
