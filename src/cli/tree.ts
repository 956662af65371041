import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Files } from "../core/index.ts";
import { Git } from "./git.ts";
import { messageOf } from "./settings.ts";
import { UsageError } from "./terminal.ts";

/** Files above this size are not read: no one writes such a configuration by hand. In bytes. */
const largestFile = 5_000_000;
const unreadFolders = new Set([".git", "node_modules"]);

/**
 * The files of a folder. A symbolic link reads as its target's path, as git stores it: the analysis follows it to a file of
 * the same folder and nowhere else.
 */
export class Tree implements Files {
  readonly folder: string;
  /** Why files that were asked for have no text, by path. */
  readonly unreadable = new Map<string, string>();
  readonly #paths = new Set<string>();
  readonly #links = new Set<string>();
  readonly #texts = new Map<string, string | undefined>();

  /** @param named paths that the user named: they are there even where git ignores them */
  constructor(folder: string, named: readonly string[]) {
    this.folder = folder;
    const paths = tracked(folder) ?? [...walk(folder, "")];
    const wanted = named.flatMap((path) => (path === "" ? [] : below(folder, path)));
    for (const path of new Set([...paths, ...wanted])) {
      const status = lstatSync(join(folder, path), { throwIfNoEntry: false });
      if (status?.isSymbolicLink() === true) {
        this.#links.add(path);
      }
      if (status?.isFile() === true || status?.isSymbolicLink() === true) {
        this.#paths.add(path);
      }
    }
  }

  list(): readonly string[] {
    return [...this.#paths];
  }

  isLink(path: string): boolean {
    return this.#links.has(path);
  }

  read(path: string): string | undefined {
    if (!this.#texts.has(path)) {
      this.#texts.set(path, this.#load(path));
    }
    return this.#texts.get(path);
  }

  /** Replaces files, each as a whole: a run that is cut off leaves the old or the new text, never a part. */
  write(texts: ReadonlyMap<string, string>): void {
    for (const [path, text] of texts) {
      const file = join(this.folder, path);
      const next = `${file}.${crypto.randomUUID()}`;
      try {
        writeFileSync(next, text, { mode: statSync(file).mode, flag: "wx" });
        renameSync(next, file);
      } catch (error) {
        throw new UsageError(`${path} cannot be written: ${messageOf(error)}`);
      }
      this.#texts.set(path, text);
    }
  }

  #load(path: string): string | undefined {
    if (!this.#paths.has(path)) {
      return undefined;
    }
    const content = contentOf(join(this.folder, path));
    if ("text" in content) {
      return content.text;
    }
    this.unreadable.set(path, content.reason);
    return undefined;
  }
}

function contentOf(file: string): { readonly text: string } | { readonly reason: string } {
  try {
    const status = lstatSync(file);
    if (status.isSymbolicLink()) {
      return { text: readlinkSync(file) };
    }
    if (status.size > largestFile) {
      return { reason: `it is larger than ${largestFile / 1e6} MB` };
    }
    const bytes = readFileSync(file);
    return bytes.includes(0) ? { reason: "it is binary" } : { text: bytes.toString("utf8") };
  } catch (error) {
    return { reason: messageOf(error) };
  }
}

/** What the user asks about: the folder whose files count, and the paths in it, `""` for all. */
export interface SelectedPaths {
  readonly folder: string;
  readonly paths: readonly string[];
}

/**
 * Where to look for the paths that a user names: in the current folder, or, for one path outside of it, in the nearest
 * folder above that holds an nginx.conf.
 * @throws UsageError for a path that is not there, or several outside of the current folder
 */
export function select(cwd: string, words: readonly string[]): SelectedPaths {
  const given = words.length === 0 ? [cwd] : words.map((word) => resolve(cwd, word));
  for (const [index, path] of given.entries()) {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) {
      throw new UsageError(`there is no file or folder ${words[index] ?? path}.`);
    }
  }
  if (given.every((path) => isWithin(cwd, path))) {
    return selection(cwd, given);
  }
  const [only, ...more] = given;
  if (only === undefined || more.length > 0) {
    throw new UsageError(
      "paths outside of the current folder are checked one at a time; change into their folder to check several.",
    );
  }
  const folder = statSync(only).isDirectory() ? only : dirname(only);
  return selection(folderOfMain(folder) ?? folder, given);
}

function selection(folder: string, paths: readonly string[]): SelectedPaths {
  return { folder, paths: paths.map((path) => relative(folder, path).replaceAll(sep, "/")) };
}

function folderOfMain(folder: string): string | null {
  for (let at = folder, steps = 0; steps < 4; at = dirname(at), steps += 1) {
    if (isPlainFile(join(at, "nginx.conf"))) {
      return at;
    }
  }
  return null;
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !way.startsWith(sep);
}

function isPlainFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Null outside of a git repository. */
function tracked(folder: string): string[] | null {
  try {
    return new Git(folder).workingFiles();
  } catch (error) {
    if (error instanceof UsageError) {
      return null;
    }
    throw error;
  }
}

/** The file itself, or every file below the folder. */
function below(folder: string, path: string): string[] {
  return isPlainFile(join(folder, path)) ? [path] : [...walk(folder, `${path}/`)];
}

function* walk(folder: string, prefix: string): Generator<string> {
  let entries;
  try {
    entries = readdirSync(join(folder, prefix), { withFileTypes: true });
  } catch (error) {
    throw new UsageError(`the folder ${prefix} cannot be read: ${messageOf(error)}`);
  }
  for (const entry of entries) {
    const path = prefix + entry.name;
    if (entry.isFile() || entry.isSymbolicLink()) {
      yield path;
    } else if (entry.isDirectory() && !unreadFolders.has(entry.name)) {
      yield* walk(folder, `${path}/`);
    }
  }
}
