import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Files } from "../core/index.ts";
import { largestFile } from "./github.ts";
import type { Content } from "./github.ts";

/** Why a plain file has no text. */
export const unread = `it is binary or larger than ${largestFile / 1e6} MB`;

const unreadFolders = new Set([".git", "node_modules"]);

/** The files of a checkout. Symbolic links are not followed, so nothing outside the folder is read. */
export class WorkspaceFiles implements Files {
  readonly #folder: string;
  readonly #paths: ReadonlySet<string>;
  readonly #texts = new Map<string, string | undefined>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#paths = new Set(walk(folder, ""));
  }

  list(): readonly string[] {
    return [...this.#paths];
  }

  read(path: string): string | undefined {
    if (!this.#texts.has(path)) this.#texts.set(path, this.#load(path));
    return this.#texts.get(path);
  }

  /** The text, or why there is none although something stands there; null where nothing does. */
  content(path: string): Content | null {
    const text = this.read(path);
    if (text !== undefined) return { text };
    if (this.#paths.has(path)) return { reason: unread };
    return existsSync(join(this.#folder, path)) ? { reason: "it is not a plain file" } : null;
  }

  #load(path: string): string | undefined {
    if (!this.#paths.has(path)) return undefined;
    const file = join(this.#folder, path);
    if (lstatSync(file).size > largestFile) return undefined;
    const bytes = readFileSync(file);
    return bytes.includes(0) ? undefined : bytes.toString("utf8");
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
