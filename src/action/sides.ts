import { longestLink, type ChangedFile } from "../core/index.ts";
import { type Contents, CommitFiles, pathBefore } from "./contents.ts";
import type { BlobSource, RepositoryTree } from "./github.ts";

/** The two commits that are compared. */
export interface Sides {
  readonly head: CommitFiles;
  readonly base: CommitFiles;
  /** In bytes; of the base's own versions a guess. */
  readonly sizeOf: (source: BlobSource) => number;
}

export interface SidesRequest {
  readonly contents: Contents;
  readonly headSha: string;
  readonly headTree: RepositoryTree;
  /** The merge base. */
  readonly baseSha: string;
  /** Everything that differs between the two. */
  readonly changes: readonly ChangedFile[];
}

/**
 * The head's files from its tree, the base's from what changed since: no second tree is asked for, and a file that did
 * not change is read once for both.
 */
export function sidesOf({ contents, headSha, headTree, baseSha, changes }: SidesRequest): Sides {
  const links = new Set(
    [...headTree.links].flatMap(([path, { kind, size }]) =>
      kind === "symbolic link" && size <= longestLink ? path : [],
    ),
  );
  const headPaths = new Set([...headTree.files.keys(), ...links]);
  // A tree that GitHub cut short may lack them.
  if (headTree.truncated) {
    for (const { path, status } of changes) {
      if (status !== "removed" && !headTree.links.has(path)) {
        headPaths.add(path);
      }
    }
  }
  const basePaths = new Set(headPaths);
  for (const change of changes) {
    basePaths.delete(change.path);
  }
  const changed = new Set(changes.map(pathBefore).filter((path) => path !== null));
  for (const path of changed) {
    basePaths.add(path);
  }

  const inBase = (path: string): BlobSource => ({
    sha: changed.has(path) ? baseSha : headSha,
    path,
  });
  // Only a second tree would tell what a changed file was before: the text of a link has neither blank nor line ending.
  const wasLink = (path: string): boolean =>
    changed.has(path) ? /^[^\s;{}#]+$/.test(contents.text(inBase(path)) ?? "") : links.has(path);
  return {
    head: new CommitFiles(
      headPaths,
      contents,
      (path) => ({ sha: headSha, path }),
      (path) => links.has(path),
    ),
    base: new CommitFiles(basePaths, contents, inBase, wasLink),
    sizeOf: ({ path }) => headTree.files.get(path)?.size ?? 0,
  };
}

/** What differs between two trees. A file that was only moved is a rename; there are no patches. */
function differences(base: RepositoryTree, head: RepositoryTree): ChangedFile[] {
  const moved = movesBetween(base, head);
  const changes: ChangedFile[] = [];
  for (const [path, { sha }] of head.files) {
    const before = base.files.get(path);
    const previousPath = moved.get(path);
    if (previousPath !== undefined) {
      changes.push(change(path, "renamed", previousPath));
    } else if (before === undefined) {
      changes.push(change(path, "added", null));
    } else if (before.sha !== sha) {
      changes.push(change(path, "modified", null));
    }
  }
  for (const [path, { sha }] of head.links) {
    if (base.links.get(path)?.sha !== sha) {
      const wasThere = base.files.has(path) || base.links.has(path);
      changes.push(change(path, wasThere ? "modified" : "added", null));
    }
  }
  const sources = new Set(moved.values());
  for (const path of base.files.keys()) {
    if (!head.files.has(path) && !head.links.has(path) && !sources.has(path)) {
      changes.push(change(path, "removed", null));
    }
  }
  return changes;
}

/** New paths whose content stood at another path that is gone, with that path; each is moved once. */
function movesBetween(base: RepositoryTree, head: RepositoryTree): ReadonlyMap<string, string> {
  const gone = new Map<string, string>();
  for (const [path, { sha }] of base.files) {
    if (!head.files.has(path)) {
      gone.set(sha, path);
    }
  }
  const moves = new Map<string, string>();
  for (const [path, { sha }] of head.files) {
    const previousPath = gone.get(sha);
    if (previousPath !== undefined && !base.files.has(path)) {
      moves.set(path, previousPath);
      gone.delete(sha);
    }
  }
  return moves;
}

function change(
  path: string,
  status: ChangedFile["status"],
  previousPath: string | null,
): ChangedFile {
  return { path, previousPath, status, patch: null };
}

/** The listed changes, and those that differ between the trees without being listed. */
export function withUnlisted(
  listed: readonly ChangedFile[],
  base: RepositoryTree,
  head: RepositoryTree,
): readonly ChangedFile[] {
  const known = new Set(listed.flatMap(({ path, previousPath }) => [path, previousPath]));
  return [...listed, ...differences(base, head).filter(({ path }) => !known.has(path))];
}
