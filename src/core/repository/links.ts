import type { Files } from "./document.ts";

/** The longest chain of links that is followed; Linux follows as many. */
const MOST_LINKS = 40;

/** The longest path that Linux takes (PATH_MAX), in bytes: a link whose text is longer leads nowhere. */
export const longestLink = 4096;

/**
 * The path that a symbolic link leads to in the end; the path itself where it is no link. Links are followed as text, by
 * the names that git keeps, and only within the repository: null for one that is absolute, leads out of it, or in a circle.
 *
 * @returns undefined where the text of a link on the way is not loaded. What is at the path is not asked
 */
export function followLinks(
  files: Pick<Files, "read" | "isLink">,
  path: string,
): string | null | undefined {
  let at = path;
  for (let step = 0; files.isLink?.(at) === true; step++) {
    const text = files.read(at);
    if (text === undefined) {
      return undefined;
    }
    const next = step < MOST_LINKS && isRelative(text) ? joinPath(folderOf(at), text) : undefined;
    if (next === undefined) {
      return null;
    }
    at = next;
  }
  return at;
}

function isRelative(text: string): boolean {
  return text !== "" && text.length <= longestLink && !text.startsWith("/") && !text.includes("\0");
}

/** The folder of a path, "" for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Joins and resolves `.` and `..`; undefined where the path leaves the repository. */
export function joinPath(folder: string, path: string): string | undefined {
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) {
        return undefined;
      }
    } else if (part !== "" && part !== ".") {
      parts.push(part);
    }
  }
  return parts.join("/");
}
