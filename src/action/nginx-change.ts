import { isNginxFile } from "../core/index.ts";
import type { ChangedFile, Policy } from "../core/index.ts";

/** Whether a changed file is nginx configuration before or after, as far as its paths and its patch tell. */
export function isNginxChange(change: ChangedFile, policy: Policy): boolean {
  const text = change.patch === null ? null : patchText(change.patch);
  return [change.path, change.previousPath].some(
    (path) => path !== null && isNginxFile(path, text, policy),
  );
}

/** The lines that a patch shows, of both sides: enough to recognise a language that the path does not name. */
function patchText(patch: string): string {
  return patch
    .split("\n")
    .filter((line) => /^[-+ ]/.test(line))
    .map((line) => line.slice(1))
    .join("\n");
}
