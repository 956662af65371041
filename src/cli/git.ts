import { type ChangedFile, type Files, isNginxFile, type Policy } from "../core/index.ts";
import { execute } from "./execute.ts";
import { UsageError } from "./terminal.ts";

/** Git's answer to a question is at most this long, in bytes. */
const longestAnswer = 1 << 30;

/**
 * A git repository as the commands see it: paths are relative to `folder`, which may be below the repository's top, and
 * what lies outside of it is not seen.
 */
export class Git {
  readonly #folder: string;

  /** @throws UsageError where the folder is in no git repository. */
  constructor(folder: string) {
    this.#folder = folder;
    let isInside: string;
    try {
      isInside = this.#git(["rev-parse", "--is-inside-work-tree"]).toString("utf8").trim();
    } catch (error) {
      const isNone = error instanceof UsageError && /not a git repository/.test(error.message);
      if (!isNone) {
        throw error;
      }
      isInside = "false";
    }
    if (isInside !== "true") {
      throw new UsageError(`${folder} is not in a git repository, so there is nothing to compare.`);
    }
  }

  /** The top folder of the repository that a folder is in; null where it is in none. */
  static topOf(folder: string): string | null {
    let git: Git;
    try {
      git = new Git(folder);
    } catch (error) {
      if (error instanceof UsageError) {
        return null;
      }
      throw error;
    }
    return git.#try(["rev-parse", "--show-toplevel"]);
  }

  /** Where HEAD left a branch. @throws UsageError where the reference is unknown or has nothing in common with HEAD. */
  mergeBase(reference: string): string {
    if (this.#try(["rev-parse", "--verify", "--quiet", `${reference}^{commit}`]) === null) {
      throw new UsageError(
        `git knows no commit ${reference}. Fetch it first, or name another one with --base.`,
      );
    }
    const base = this.#try(["merge-base", reference, "HEAD"]);
    if (base === null) {
      throw new UsageError(
        `${reference} and HEAD have no commit in common. In a shallow clone, fetch more history.`,
      );
    }
    return base;
  }

  /** The branch that pull requests go to, as far as git knows: the remote's default, else main or master. */
  defaultBase(): string {
    const candidates = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];
    const found = candidates.find(
      (name) => this.#try(["rev-parse", "--verify", "--quiet", `${name}^{commit}`]) !== null,
    );
    if (found !== undefined) {
      return found;
    }
    throw new UsageError("git knows no main branch here; name the base with --base REF.");
  }

  /** Whether something in the working tree is not as HEAD has it. */
  isChanged(): boolean {
    return this.#git(["status", "--porcelain", "--", "."]).length > 0;
  }

  /** Files that git tracks or would track, without those that it ignores. */
  workingFiles(): string[] {
    return split(this.#git(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]));
  }

  /** The files of a commit; a symbolic link reads as its target's path. Those that `policy` takes for nginx configuration are read in one go. */
  filesAt(commit: string, policy: Policy): Files {
    const entries = split(this.#git(["ls-tree", "-r", "-z", commit, "./"])).flatMap((line) => {
      const [, mode = "", sha = "", path = ""] = /^(\d+) \w+ ([0-9a-f]+)\t([^]*)$/.exec(line) ?? [];
      return /^(?:100|120)/.test(mode) ? [{ path, sha, isLink: mode.startsWith("120") }] : [];
    });
    const links = new Set(entries.flatMap(({ path, isLink }) => (isLink ? path : [])));
    const shas = new Map(entries.map(({ path, sha }) => [path, sha]));
    const paths = [...shas.keys()];
    const texts = new Map<string, string | undefined>();
    const load = (wanted: readonly string[]): void => {
      const contents = this.#blobs(wanted.map((path) => shas.get(path) ?? ""));
      for (const [index, path] of wanted.entries()) {
        texts.set(path, contents[index]);
      }
    };
    return {
      list: () => paths,
      isLink: (path) => links.has(path),
      read(path) {
        if (!shas.has(path)) {
          return undefined;
        }
        if (texts.size === 0) {
          load(paths.filter((each) => isNginxFile(each, null, policy)));
        }
        if (!texts.has(path)) {
          load([path]);
        }
        return texts.get(path);
      },
    };
  }

  /** What differs between a commit and another, or the working tree where `to` is null, renames found. */
  changes(from: string, to: string | null, policy: Policy): ChangedFile[] {
    const range = to === null ? [from] : [from, to];
    const fields = split(
      this.#git(["diff", "--name-status", "-z", "-M", "--relative", ...range, "--", "."]),
    );
    const changes: ChangedFile[] = [];
    for (let at = 0; at < fields.length;) {
      const letter = fields[at] ?? "";
      const renames = /^[RC]/.test(letter);
      const previous = renames ? (fields[at + 1] ?? "") : null;
      const path = fields[at + (renames ? 2 : 1)] ?? "";
      at += renames ? 3 : 2;
      const status = statusOf(letter);
      const paths = previous === null ? [path] : [previous, path];
      const matters = paths.some((each) => isNginxFile(each, null, policy));
      changes.push({
        path,
        previousPath: status === "renamed" ? previous : null,
        status,
        patch: matters ? this.#patch(range, paths) : null,
      });
    }
    return changes;
  }

  #patch(range: readonly string[], paths: readonly string[]): string | null {
    const diff = this.#git([
      "diff",
      "-M",
      "--no-color",
      "--no-ext-diff",
      "--relative",
      "--unified=3",
      ...range,
      "--",
      ...paths.map((path) => `:(literal)${path}`),
    ]).toString("utf8");
    const hunks = diff.search(/^@@ /m);
    return hunks === -1 ? null : diff.slice(hunks).replace(/\n$/, "");
  }

  /** Undefined for what is binary. */
  #blobs(shas: readonly string[]): (string | undefined)[] {
    if (shas.length === 0) {
      return [];
    }
    const answer = this.#git(["cat-file", "--batch"], `${shas.join("\n")}\n`);
    const contents: (string | undefined)[] = [];
    for (let at = 0; at < answer.length;) {
      const end = answer.indexOf("\n", at);
      const size = Number(answer.toString("latin1", at, end).split(" ")[2]);
      const bytes = answer.subarray(end + 1, end + 1 + size);
      contents.push(bytes.includes(0) ? undefined : bytes.toString("utf8"));
      at = end + 1 + size + 1;
    }
    return contents;
  }

  #git(args: readonly string[], input = ""): Buffer {
    try {
      return execute("git", args, {
        cwd: this.#folder,
        input,
        maxBuffer: longestAnswer,
        stdio: ["pipe", "pipe", "pipe"],
      });
    } catch (error) {
      const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
      throw new UsageError(`git ${args[0]} failed: ${said === "" ? String(error) : said}`);
    }
  }

  #try(args: readonly string[]): string | null {
    try {
      return this.#git(args).toString("utf8").trim();
    } catch {
      return null;
    }
  }
}

function statusOf(letter: string): ChangedFile["status"] {
  switch (letter.charAt(0)) {
    case "A":
    case "C":
      return "added";
    case "D":
      return "removed";
    case "R":
      return "renamed";
    default:
      return "modified";
  }
}

function split(bytes: Buffer): string[] {
  return bytes
    .toString("utf8")
    .split("\0")
    .filter((field) => field !== "");
}
