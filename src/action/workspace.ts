import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { Files } from "../core/index.ts";
import { UserError } from "./faults.ts";
import { largestFile, type BlobContent } from "./github.ts";

const unreadFolders = new Set([".git", "node_modules"]);

/**
 * The files of a checkout. Of a symbolic link only where it leads is read, so that nothing outside the folder is: the
 * analysis follows it by its name to a file that is listed.
 */
export class WorkspaceFiles implements Files {
  readonly #folder: string;
  readonly #paths: ReadonlySet<string>;
  readonly #links = new Map<string, string>();
  readonly #contents = new Map<string, BlobContent | null>();

  /** @throws UserError where a folder cannot be listed. */
  constructor(folder: string) {
    this.#folder = folder;
    try {
      this.#paths = new Set(this.#walk(""));
    } catch (error) {
      throw new UserError(`The checkout cannot be read: ${said(error)}.`);
    }
  }

  list(): readonly string[] {
    return [...this.#paths];
  }

  isLink(path: string): boolean {
    return this.#links.has(path);
  }

  read(path: string): string | undefined {
    const target = this.#links.get(path);
    if (target !== undefined) {
      return target;
    }
    const content = this.#paths.has(path) ? this.content(path) : null;
    return content && "text" in content ? content.text : undefined;
  }

  /** The text, or why there is none although something stands there; null where nothing does. */
  content(path: string): BlobContent | null {
    let content = this.#contents.get(path);
    if (content === undefined) {
      content = this.#load(path);
      this.#contents.set(path, content);
    }
    return content;
  }

  *#walk(prefix: string): Generator<string> {
    const entries = readdirSync(join(this.#folder, prefix), { withFileTypes: true });
    for (const entry of entries) {
      const path = prefix + entry.name;
      if (entry.isSymbolicLink()) {
        this.#links.set(path, readlinkSync(join(this.#folder, path)));
      }
      if (entry.isFile() || entry.isSymbolicLink()) {
        yield path;
      } else if (entry.isDirectory() && !unreadFolders.has(entry.name)) {
        yield* this.#walk(`${path}/`);
      }
    }
  }

  #load(path: string): BlobContent | null {
    const file = join(this.#folder, path);
    try {
      const stat = lstatSync(file, { throwIfNoEntry: false });
      if (!stat) {
        return null;
      }
      if (!stat.isFile()) {
        return { reason: "it is not a plain file" };
      }
      if (stat.size > largestFile) {
        return { reason: `it is larger than ${largestFile / 1e6} MB` };
      }
      const bytes = readFileSync(file);
      return bytes.includes(0) ? { reason: "it is binary" } : { text: bytes.toString("utf8") };
    } catch (error) {
      return { reason: said(error) };
    }
  }
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
