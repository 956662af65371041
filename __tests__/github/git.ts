import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hunk, parseHunks } from "./patch.ts";

/** What a file of a commit is; `null` deletes it. */
export type FileContent =
  | string
  | Uint8Array
  | null
  | { readonly executable: string }
  | { readonly submodule: string }
  | { readonly symlink: string };

/** File contents by path from the repository's root, separated by `/`. */
export type Files = Readonly<Record<string, FileContent>>;

/** One line of `git ls-tree`. `size` is null for trees and submodules. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: "blob" | "commit" | "tree";
  readonly sha: string;
  readonly size: number | null;
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** ISO 8601, UTC. */
  readonly date: string;
}

export interface CommitInfo {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/** One file of a diff, renames detected as git does by default (50 % alike). */
export interface FileDiff {
  readonly path: string;
  readonly previousPath: string | undefined;
  readonly status: "added" | "changed" | "modified" | "removed" | "renamed";
  /** The blob in the head; in the base where the file was removed. */
  readonly sha: string;
  /** The hunks as git prints them, without the lines before the first `@@`; undefined for a binary file or where no line changed. */
  readonly patch: string | undefined;
  readonly hunks: readonly Hunk[];
  readonly additions: number;
  readonly deletions: number;
}

export interface NewCommit {
  /** In full, such as `refs/heads/main`; moved to the new commit, from wherever it was. */
  readonly ref: string;
  readonly parents: readonly string[];
  readonly message: string;
  /** Seconds since 1970. */
  readonly time: number;
  readonly author: { readonly name: string; readonly email: string };
  /** On top of the first parent. */
  readonly changes?: Files;
  /** In place of the first parent's tree. */
  readonly tree?: readonly TreeEntry[];
}

/**
 * A bare repository in a temporary folder, driven through the `git` command, so that hashes, merge
 * bases, renames and hunks are git's own. Everything is synchronous: a request to the local GitHub
 * is then atomic. Objects never change, so what was read once is remembered.
 */
export class GitStore {
  readonly folder = mkdtempSync(join(tmpdir(), "local-github-"));
  /** The tips of branches, by full name. Nothing else moves them. */
  readonly #tips = new Map<string, string>();
  readonly #blobs = new Map<string, Buffer>();
  readonly #listings = new Map<string, readonly TreeEntry[]>();
  readonly #commits = new Map<string, CommitInfo>();
  readonly #diffs = new Map<string, readonly FileDiff[]>();
  readonly #types = new Map<string, string>();
  readonly #mergeBases = new Map<string, string>();

  constructor() {
    this.#git(["init", "--quiet", "--bare", "--template="]);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #git(args: readonly string[], input: Buffer | string = ""): Buffer {
    return execFileSync("git", ["--git-dir", this.folder, ...args], {
      input,
      maxBuffer: 2 ** 30,
      env: {
        PATH: process.env["PATH"],
        HOME: this.folder,
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: "/dev/null",
        LC_ALL: "C",
      },
      stdio: ["pipe", "pipe", "pipe"],
    });
  }

  #text(args: readonly string[], input?: string): string {
    return this.#git(args, input).toString("utf8");
  }

  /** The object's hash, of whatever `git rev-parse` understands; undefined where there is none. */
  resolve(expression: string): string | undefined {
    if (expression.startsWith("-")) {
      return undefined;
    }
    try {
      return this.#text(["rev-parse", "--quiet", "--verify", expression]).trim();
    } catch {
      return undefined;
    }
  }

  /** As `resolve`, for what leads to a commit. */
  resolveCommit(expression: string): string | undefined {
    const tip = this.#tips.get(expression) ?? this.#tips.get(`refs/heads/${expression}`);
    if (tip !== undefined) {
      return tip;
    }
    if (this.#types.get(expression) === "commit") {
      return expression;
    }
    return this.resolve(`${expression}^{commit}`);
  }

  /** The tip of a branch, by its short name. */
  tip(branch: string): string | undefined {
    return this.#tips.get(`refs/heads/${branch}`);
  }

  commit({ ref, parents, message, time, author, changes, tree }: NewCommit): string {
    const signature = `${author.name} <${author.email}> ${time} +0000`;
    const head = [
      `commit ${ref}`,
      "mark :1",
      `author ${signature}`,
      `committer ${signature}`,
      `data ${Buffer.byteLength(message)}\n${message}`,
      ...parents.map((parent, index) => `${index === 0 ? "from" : "merge"} ${parent}`),
    ];
    const files = tree ? ["deleteall", ...tree.map(treeCommand)] : [];
    const lines = [...head, ...files].map((line) => Buffer.from(`${line}\n`));
    const edits = Object.entries(changes ?? {})
      .toSorted(([, one], [, other]) => Number(other === null) - Number(one === null))
      .map(([path, content]) => this.#changeCommand(path, content));
    const script = Buffer.concat([...lines, ...edits, Buffer.from("\nget-mark :1\ndone\n")]);
    const output = this.#git(["fast-import", "--quiet", "--force", "--done"], script);
    const sha = output.toString("utf8").trim();
    this.#tips.set(ref, sha);
    this.#types.set(sha, "commit");
    return sha;
  }

  #changeCommand(path: string, content: FileContent): Buffer {
    if (content === null) {
      return Buffer.from(`D ${quotedPath(path)}\n`);
    }
    if (typeof content === "object" && "submodule" in content) {
      return Buffer.from(`M 160000 ${content.submodule} ${quotedPath(path)}\n`);
    }
    const [mode, data] = modeAndData(content);
    this.#blobs.set(blobSha(data), data);
    return Buffer.concat([
      Buffer.from(`M ${mode} inline ${quotedPath(path)}\ndata ${data.length}\n`),
      data,
      Buffer.from("\n"),
    ]);
  }

  /** Moves or makes a branch. */
  setBranch(branch: string, sha: string): void {
    this.#git(["update-ref", `refs/heads/${branch}`, sha]);
    this.#tips.set(`refs/heads/${branch}`, sha);
  }

  commitInfo(sha: string): CommitInfo {
    const known = this.#commits.get(sha);
    if (known) {
      return known;
    }
    const text = this.#text(["cat-file", "commit", sha]);
    const end = text.indexOf("\n\n");
    const headers = text
      .slice(0, end)
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]);
    const values = (key: string): string[] =>
      headers.flatMap(([name, value]) => (name === key && value !== undefined ? [value] : []));
    const info = {
      sha,
      tree: values("tree")[0] ?? "",
      parents: values("parent"),
      author: signature(values("author")[0] ?? ""),
      committer: signature(values("committer")[0] ?? ""),
      message: text.slice(end + 2),
    };
    this.#commits.set(sha, info);
    return info;
  }

  /** Everything below a commit or tree, the trees themselves included, in git's order. */
  listing(treeish: string): readonly TreeEntry[] {
    const known = this.#listings.get(treeish);
    if (known) {
      return known;
    }
    const entries = this.#text(["ls-tree", "-r", "-t", "-z", "-l", "--full-tree", treeish])
      .split("\0")
      .filter((line) => line !== "")
      .map((line) => {
        const tab = line.indexOf("\t");
        const [mode = "", type, sha = "", size] = line.slice(0, tab).split(/ +/);
        return {
          path: line.slice(tab + 1),
          mode,
          type: type as TreeEntry["type"],
          sha,
          size: size === "-" ? null : Number(size),
        };
      });
    this.#listings.set(treeish, entries);
    return entries;
  }

  blob(sha: string): Buffer {
    const known = this.#blobs.get(sha);
    if (known) {
      return known;
    }
    const content = this.#git(["cat-file", "blob", sha]);
    this.#blobs.set(sha, content);
    return content;
  }

  /** "blob", "tree" or "commit"; undefined where there is no such object. */
  typeOf(sha: string): string | undefined {
    const known = this.#blobs.has(sha) ? "blob" : this.#types.get(sha);
    if (known !== undefined) {
      return known;
    }
    try {
      const type = this.#text(["cat-file", "-t", sha]).trim();
      this.#types.set(sha, type);
      return type;
    } catch {
      return undefined;
    }
  }

  mergeBase(one: string, other: string): string | undefined {
    const key = `${one} ${other}`;
    const known = one === other ? one : this.#mergeBases.get(key);
    if (known !== undefined) {
      return known;
    }
    try {
      const found = this.#text(["merge-base", one, other]).trim();
      this.#mergeBases.set(key, found);
      return found;
    } catch {
      return undefined;
    }
  }

  /** The commits that `head` has and `base` has not, oldest first. */
  commitsBetween(base: string, head: string): string[] {
    const output = this.#text(["rev-list", "--reverse", "--topo-order", `${base}..${head}`]);
    return output.split("\n").filter((line) => line !== "");
  }

  /** The text that git prints for a diff of two commits or trees. */
  diffText(base: string, head: string): string {
    return this.#text(["diff-tree", "-r", "-M", "-p", "--full-index", base, head]);
  }

  diff(base: string, head: string): readonly FileDiff[] {
    const key = `${base} ${head}`;
    const known = this.#diffs.get(key);
    if (known) {
      return known;
    }
    const sections = this.diffText(base, head)
      .split(/(?<=\n)(?=diff --git )/u)
      .filter((section) => section !== "");
    const raw = this.#text(["diff-tree", "-r", "-M", "--raw", "--full-index", "-z", base, head]);
    const fields = raw.split("\0").filter((field) => field !== "");
    const files: FileDiff[] = [];
    for (let at = 0, section = 0; at < fields.length; section += 1) {
      const [, , oldSha = "", newSha = "", letter = ""] = (fields[at] ?? "").split(" ");
      const isRename = letter.startsWith("R");
      const path = fields[at + (isRename ? 2 : 1)] ?? "";
      const previousPath = isRename ? fields[at + 1] : undefined;
      at += isRename ? 3 : 2;
      const isTypeChange = letter === "T";
      const text = isTypeChange ? "" : (sections[section] ?? "");
      if (isTypeChange) {
        section += 1;
      }
      const patch = fromFirstHunk(text);
      const hunks = parseHunks(patch ?? "");
      const count = (kind: string): number =>
        hunks.flatMap((hunk) => hunk.lines).filter((line) => line.kind === kind).length;
      files.push({
        path,
        previousPath,
        status: statusOf(letter),
        sha: letter === "D" ? oldSha : newSha,
        patch,
        hunks,
        additions: count("added"),
        deletions: count("removed"),
      });
    }
    this.#diffs.set(key, files);
    return files;
  }

  /** The hunks between two blobs without context lines, for following a line through a change. */
  blobHunks(from: string, to: string): readonly Hunk[] {
    if (from === to) {
      return [];
    }
    return parseHunks(fromFirstHunk(this.#text(["diff", "--text", "-U0", from, to])) ?? "");
  }

  /** A three-way merge of the texts, or undefined where they conflict. */
  mergeBlobs(base: string, ours: string, theirs: string): Buffer | undefined {
    const paths = [ours, base, theirs].map((sha, index) => {
      const path = join(this.folder, `merge-${index}`);
      writeFileSync(path, this.blob(sha));
      return path;
    });
    try {
      return this.#git(["merge-file", "-p", "--quiet", ...paths]);
    } catch {
      return undefined;
    }
  }

  /** Stores a blob that no commit has yet. */
  writeBlob(content: Buffer): string {
    this.#git(["hash-object", "-w", "--stdin"], content);
    const sha = blobSha(content);
    this.#blobs.set(sha, content);
    return sha;
  }
}

function fromFirstHunk(diff: string): string | undefined {
  const start = diff.indexOf("\n@@ ");
  return start < 0 ? undefined : diff.slice(start + 1).replace(/\n$/u, "");
}

function treeCommand({ mode, sha, path }: TreeEntry): string {
  return `M ${mode} ${sha} ${quotedPath(path)}`;
}

function quotedPath(path: string): string {
  const escaped = path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `"${escaped}"`;
}

function modeAndData(
  content: Exclude<FileContent, null | { submodule: string }>,
): [mode: string, data: Buffer] {
  if (typeof content === "string") {
    return ["100644", Buffer.from(content)];
  }
  if (content instanceof Uint8Array) {
    return ["100644", Buffer.from(content)];
  }
  if ("symlink" in content) {
    return ["120000", Buffer.from(content.symlink)];
  }
  return ["100755", Buffer.from(content.executable)];
}

function blobSha(data: Buffer): string {
  return createHash("sha1").update(`blob ${data.length}\0`).update(data).digest("hex");
}

function statusOf(letter: string): FileDiff["status"] {
  switch (letter[0]) {
    case "A":
      return "added";
    case "D":
      return "removed";
    case "R":
      return "renamed";
    case "T":
      return "changed";
    default:
      return "modified";
  }
}

function signature(line: string): Signature {
  const [, name = "", email = "", seconds = "0"] =
    /^(.*) <(.*)> (\d+) [+-]\d{4}$/u.exec(line) ?? [];
  return { name, email, date: isoDate(Number(seconds)) };
}

/** As GitHub writes a time: ISO 8601, whole seconds, UTC. */
export function isoDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
