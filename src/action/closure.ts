import { analyse, compare, type Analysis, type ChangedFile, type Policy } from "../core/index.ts";
import { type CommitFiles, type Contents, pathBefore } from "./contents.ts";
import type { Sides } from "./sides.ts";

export interface ClosureRequest extends Sides {
  readonly contents: Contents;
  readonly changes: readonly ChangedFile[];
  /** The changed files that are nginx configuration: where the analysis starts. */
  readonly starts: readonly ChangedFile[];
  readonly policy: Policy;
  /**
   * Analyse every nginx file, not only what hangs together with the changed ones. That happens too where the change
   * brings another version of nginx, which decides about all of them.
   */
  readonly everything: boolean;
}

export interface Closure {
  /** The head, with what is new against the base. */
  readonly analysis: Analysis;
  /** Whether every nginx file was analysed. */
  readonly everything: boolean;
  /** What the analysis wanted and did not get, as sentences. */
  readonly unread: readonly string[];
}

/** Chains of includes are short; this ends a run that would go on for ever. */
const MOST_ROUNDS = 25;

/**
 * Loads and analyses head and base together until neither wants more: what includes the changed files, what they
 * include, and on each side what the other side has reached, so that a fault is new only where the base lacks it.
 */
export async function analyseBoth(request: ClosureRequest): Promise<Closure> {
  const { contents, head, base, policy } = request;
  let { everything } = request;
  const after = new Map(
    request.changes.flatMap((change) => {
      const before = pathBefore(change);
      return before === null || change.status === "removed" ? [] : [[before, change.path] as const];
    }),
  );
  const before = new Map([...after].map(([from, to]) => [to, from]));
  const headPaths = new Set(request.starts.filter(inHead).map((change) => change.path));
  const basePaths = new Set(request.starts.map(pathBefore).filter((path) => path !== null));

  for (let round = 1; ; round += 1) {
    const headAnalysis = analyse(head, { policy, ...(!everything && { paths: [...headPaths] }) });
    const baseAnalysis = analyse(base, { policy, ...(!everything && { paths: [...basePaths] }) });
    const grew = [
      grow(headPaths, baseAnalysis, (path) => after.get(path) ?? path, head),
      grow(basePaths, headAnalysis, (path) => before.get(path) ?? path, base),
    ].includes(true);
    const isOfAll = everything;
    everything ||= headAnalysis.nginxVersion !== baseAnalysis.nginxVersion;
    const missing = [...head.missing(headAnalysis.wanted), ...base.missing(baseAnalysis.wanted)];
    const done = missing.length === 0 && (isOfAll || (!everything && !grew));
    if (done || round === MOST_ROUNDS) {
      return {
        analysis: compare(headAnalysis, baseAnalysis, request.changes),
        everything: isOfAll,
        unread: [
          ...unreadOf(head, headAnalysis, "was not analysed"),
          ...unreadOf(base, baseAnalysis, "was not analysed as it was before"),
          ...lost(headAnalysis, baseAnalysis, request.changes),
        ],
      };
    }
    await contents.load(missing, request.sizeOf);
  }
}

/** Loads and analyses every nginx file of the head, as a policy would have it. */
export async function analyseHead(
  { head, sizeOf, contents }: Pick<ClosureRequest, "head" | "sizeOf" | "contents">,
  policy: Policy,
): Promise<Analysis> {
  for (let round = 1; ; round += 1) {
    const analysis = analyse(head, { policy });
    const missing = head.missing(analysis.wanted);
    if (missing.length === 0 || round === MOST_ROUNDS) {
      return analysis;
    }
    await contents.load(missing, sizeOf);
  }
}

/** Adds what the other side has analysed and this side has too; true where something was added. */
function grow(
  paths: Set<string>,
  other: Analysis,
  counterpart: (path: string) => string,
  files: CommitFiles,
): boolean {
  const size = paths.size;
  for (const file of other.files) {
    const path = counterpart(file.path);
    if (files.has(path)) {
      paths.add(path);
    }
  }
  return paths.size > size;
}

function unreadOf(files: CommitFiles, { wanted }: Analysis, what: string): string[] {
  return wanted.map((path) => `${path} ${what}: ${files.reason(path) ?? "it was not read"}.`);
}

/**
 * What takes part no more since the change removed it, while something still includes it: what that held is not known
 * now, so that nothing may be said about it, but it must not pass in silence.
 */
function lost(head: Analysis, base: Analysis, changes: readonly ChangedFile[]): string[] {
  if (!changes.some(({ status }) => status === "removed" || status === "renamed")) {
    return [];
  }
  const before = new Map(base.configs.map(({ root, incomplete }) => [root, incomplete]));
  return head.configs.flatMap(({ root, incomplete }) => {
    const known = before.get(root);
    return incomplete
      .filter((reason) => known && !known.includes(reason))
      .map((reason) => `${root} can be analysed only in part since this change: ${reason}.`);
  });
}

function inHead(change: ChangedFile): boolean {
  return change.status !== "removed";
}
