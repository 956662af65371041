import { isNginxFile, type ChangedFile, type Policy } from "../core/index.ts";

/**
 * Whether a changed file may be nginx configuration, before or after, by its name. What it holds is not asked: a patch
 * shows a part of it only.
 */
export function isNginxChange(change: ChangedFile, policy: Policy): boolean {
  return [change.path, change.previousPath].some(
    (path) => path !== null && isNginxFile(path, null, policy),
  );
}
