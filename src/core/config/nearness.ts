import { isMainName } from "./role.ts";
import { folderOf } from "../repository/links.ts";

/** The folders of the paths and those above: for each, how many folders below it the nearest of the paths is. */
export function foldersAround(paths: ReadonlySet<string>): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const path of paths) {
    let folder = folderOf(path);
    for (let depth = 0; ; depth++) {
      depths.set(folder, Math.min(depth, depths.get(folder) ?? Infinity));
      if (folder === "") {
        break;
      }
      folder = folderOf(folder);
    }
  }
  return depths;
}

/** How many folders up and down it is to the nearest path. A main file by its name counts as two nearer. */
export function distanceTo(path: string, depths: ReadonlyMap<string, number>): number {
  let folder = folderOf(path);
  let down = 0;
  while (!depths.has(folder) && folder !== "") {
    folder = folderOf(folder);
    down++;
  }
  return down + (depths.get(folder) ?? 0) - (isMainName(path) ? 2 : 0);
}
