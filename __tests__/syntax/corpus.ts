import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Real configurations, in a folder beside the project that not everybody has. */
const DATA = join(import.meta.dirname, "../../../shared/data");

/** Why tests that need the folder are skipped; empty where it is there. */
export const absent = existsSync(DATA) ? "" : " (skipped: ../shared/data is not there)";

export interface CorpusFile {
  readonly path: string;
  readonly text: string;
}

/** Every file under the given folders of the data. */
export function corpus(...folders: string[]): CorpusFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(DATA, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => ({ path: path.slice(DATA.length + 1), text: readFileSync(path, "utf8") })),
  );
}

export function lines(path: string): string[] {
  return readFileSync(join(DATA, path), "utf8").trimEnd().split("\n");
}
