import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Files } from "../core/index.ts";
import { UserError } from "./faults.ts";
import { largestFile } from "./github.ts";
import type { Content } from "./github.ts";

const unreadFolders = new Set([".git", "node_modules"]);

/** The files of a checkout. Symbolic links are not followed, so nothing outside the folder is read. */
export class WorkspaceFiles implements Files {
  readonly #folder: string;
  readonly #paths: ReadonlySet<string>;
  readonly #contents = new Map<string, Content | null>();

  /** @throws UserError where a folder cannot be listed. */
  constructor(folder: string) {
    this.#folder = folder;
    try {
      this.#paths = new Set(walk(folder, ""));
    } catch (error) {
      throw new UserError(`The checkout cannot be read: ${said(error)}.`);
    }
  }

  list(): readonly string[] {
    return [...this.#paths];
  }

  read(path: string): string | undefined {
    const content = this.#paths.has(path) ? this.content(path) : null;
    return content && "text" in content ? content.text : undefined;
  }

  /** The text, or why there is none although something stands there; null where nothing does. */
  content(path: string): Content | null {
    let content = this.#contents.get(path);
    if (content === undefined) {
      content = this.#load(path);
      this.#contents.set(path, content);
    }
    return content;
  }

  #load(path: string): Content | null {
    const file = join(this.#folder, path);
    try {
      const stat = lstatSync(file, { throwIfNoEntry: false });
      if (!stat) return null;
      if (!stat.isFile()) return { reason: "it is not a plain file" };
      if (stat.size > largestFile) return { reason: `it is larger than ${largestFile / 1e6} MB` };
      const bytes = readFileSync(file);
      return bytes.includes(0) ? { reason: "it is binary" } : { text: bytes.toString("utf8") };
    } catch (error) {
      return { reason: said(error) };
    }
  }
}

function* walk(folder: string, prefix: string): Generator<string> {
  const entries = readdirSync(join(folder, prefix), { withFileTypes: true });
  for (const entry of entries) {
    const path = prefix + entry.name;
    if (entry.isFile()) yield path;
    else if (entry.isDirectory() && !unreadFolders.has(entry.name)) yield* walk(folder, `${path}/`);
  }
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
