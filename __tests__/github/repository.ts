import type { Account } from "./accounts.ts";
import { type CommitInfo, type Files, type TreeEntry, GitStore } from "./git.ts";
import type { World } from "./world.ts";
import { type PullRequestOptions, PullRequest } from "./pull-request.ts";

export interface RepositoryOptions {
  /** The first commit of the default branch. */
  readonly files?: Files;
  readonly private?: boolean;
}

export interface CommitOptions {
  readonly message?: string;
  readonly author?: Account;
  /** Another parent than the branch's tip: a forced push. */
  readonly parent?: string;
}

/** A repository on the local GitHub: branches, commits and pull requests, backed by real git. */
export class Repository {
  readonly world: World;
  readonly id: number;
  readonly owner: Account;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly defaultBranch = "main";
  readonly git = new GitStore();
  readonly pullRequests: PullRequest[] = [];

  constructor(world: World, fullName: string, options: RepositoryOptions) {
    const [owner = "", name = ""] = fullName.split("/");
    this.world = world;
    this.id = world.nextId();
    this.owner = world.account(owner, "Organization");
    this.name = name;
    this.isPrivate = options.private ?? false;
    this.#write("refs/heads/main", [], { changes: options.files ?? {} }, { message: "Start" });
  }

  get fullName(): string {
    return `${this.owner.login}/${this.name}`;
  }

  /** The hash of a branch's tip. */
  branch(name: string): string {
    const sha = this.git.tip(name);
    if (sha === undefined) {
      throw new Error(`${this.fullName} has no branch ${name}`);
    }
    return sha;
  }

  createBranch(name: string, from = this.branch(this.defaultBranch)): void {
    this.git.setBranch(name, from);
  }

  /** Commits these changes on a branch and pushes them. Returns the new hash. */
  commit(branch: string, changes: Files, options: CommitOptions = {}): string {
    const parent = options.parent ?? this.branch(branch);
    const sha = this.#write(`refs/heads/${branch}`, [parent], { changes }, options);
    this.#pushed(branch);
    return sha;
  }

  /** A merge commit of two commits that stays on no branch; undefined where they conflict. */
  mergeCommit(ours: string, theirs: string): string | undefined {
    const tree = this.#mergedTree(ours, theirs);
    if (!tree) {
      return undefined;
    }
    return this.#write("refs/merge", [ours, theirs], { tree }, { message: "Merge" });
  }

  /** Puts the changes of a branch, as one commit, on top of another commit, and forces the push. */
  rebase(branch: string, onto = this.branch(this.defaultBranch)): string {
    const tree = this.#mergedTree(onto, this.branch(branch));
    if (!tree) {
      throw new Error(`${branch} conflicts with ${onto}`);
    }
    const sha = this.#write(`refs/heads/${branch}`, [onto], { tree }, { message: "Rebased" });
    this.#pushed(branch);
    return sha;
  }

  openPullRequest(options: PullRequestOptions = {}): PullRequest {
    const number = this.pullRequests.length + 1;
    const head = options.head ?? `change-${number}`;
    const base = options.base ?? this.defaultBranch;
    if (this.git.tip(head) === undefined) {
      this.createBranch(head, this.branch(base));
    }
    if (options.files) {
      this.commit(head, options.files, { message: options.title ?? "Change" });
    }
    const pullRequest = new PullRequest(this, number, { ...options, head, base });
    this.pullRequests.push(pullRequest);
    return pullRequest;
  }

  pullRequest(number: number): PullRequest | undefined {
    return this.pullRequests[number - 1];
  }

  /** The entry at a path of a commit; undefined where there is none. */
  entry(commit: string, path: string): TreeEntry | undefined {
    return this.git.listing(commit).find((entry) => entry.path === path);
  }

  /** The text of a file in a commit or branch, for a test to look at. */
  read(commitish: string, path: string): string {
    const commit = this.git.resolveCommit(commitish);
    const entry = commit === undefined ? undefined : this.entry(commit, path);
    if (entry?.type !== "blob") {
      throw new Error(`no file ${path} in ${commitish}`);
    }
    return this.git.blob(entry.sha).toString("utf8");
  }

  commitInfo(sha: string): CommitInfo {
    return this.git.commitInfo(sha);
  }

  #write(
    ref: string,
    parents: readonly string[],
    content: { readonly changes: Files } | { readonly tree: readonly TreeEntry[] },
    { message = "Change", author = this.world.person }: CommitOptions,
  ): string {
    return this.git.commit({
      ref,
      parents,
      message,
      time: this.world.tick(),
      author: { name: author.login, email: `${author.login}@users.noreply.example` },
      ...content,
    });
  }

  #pushed(branch: string): void {
    for (const pullRequest of this.pullRequests) {
      if (pullRequest.headRef === branch) {
        pullRequest.headMoved();
      }
    }
  }

  #mergedTree(ours: string, theirs: string): TreeEntry[] | undefined {
    const base = this.git.mergeBase(ours, theirs);
    const [baseFiles, ourFiles, theirFiles] = [base, ours, theirs].map(
      (commit) =>
        new Map(
          (commit === undefined ? [] : this.git.listing(commit))
            .filter((entry) => entry.type !== "tree")
            .map((entry) => [entry.path, entry]),
        ),
    ) as [Map<string, TreeEntry>, Map<string, TreeEntry>, Map<string, TreeEntry>];
    const merged: TreeEntry[] = [];
    for (const path of new Set([...ourFiles.keys(), ...theirFiles.keys()])) {
      const entries = [baseFiles.get(path), ourFiles.get(path), theirFiles.get(path)] as const;
      const entry = this.#mergedEntry(...entries);
      if (entry === "conflict") {
        return undefined;
      }
      if (entry) {
        merged.push(entry);
      }
    }
    return merged;
  }

  #mergedEntry(
    base: TreeEntry | undefined,
    ours: TreeEntry | undefined,
    theirs: TreeEntry | undefined,
  ): TreeEntry | "conflict" | undefined {
    if (ours?.sha === theirs?.sha || theirs?.sha === base?.sha) {
      return ours;
    }
    if (ours?.sha === base?.sha) {
      return theirs;
    }
    if (!base || !ours || !theirs) {
      return "conflict";
    }
    const content = this.git.mergeBlobs(base.sha, ours.sha, theirs.sha);
    return content ? { ...theirs, sha: this.git.writeBlob(content) } : "conflict";
  }
}

export type { Files };
