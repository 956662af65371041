import { nameOf } from "./names.ts";
import { folderOf } from "./links.ts";

/** The files and folders directly in a folder, by name. */
export interface Folder {
  readonly files: Set<string>;
  readonly folders: Set<string>;
}

export const emptyFolder: Folder = { files: new Set(), folders: new Set() };

/** The folders of these paths, by path; the repository's own is the empty one. */
export function foldersOf(paths: Iterable<string>): Map<string, Folder> {
  const found = new Map<string, Folder>();
  const folderAt = (path: string): Folder => {
    const known = found.get(path);
    if (known !== undefined) {
      return known;
    }
    const folder = { files: new Set<string>(), folders: new Set<string>() };
    found.set(path, folder);
    if (path !== "") {
      folderAt(folderOf(path)).folders.add(nameOf(path));
    }
    return folder;
  };
  for (const path of paths) {
    folderAt(folderOf(path)).files.add(nameOf(path));
  }
  return found;
}
