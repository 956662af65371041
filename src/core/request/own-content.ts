import { type Level, lineOf } from "../config/level.ts";
import { directiveRows } from "../nginx/directives.ts";

/** What answers where nothing is handed on: a status, or null where it depends on a file; or why that is not known. */
type Content = { readonly status: 200 | null; readonly why: string } | { readonly unknown: string };

/** Which module answers at a level without a pass. */
export function ownContent(level: Level): Content {
  const levels =
    level.parent !== null && level.context !== "location" ? [level, level.parent] : [level];
  for (const use of levels.flatMap((each) => each.uses)) {
    const why = `${use.name} (line ${lineOf(use)}) answers`;
    const isCode = /^(?:content_by_lua|js_content$|perl$)/.test(use.name);
    if (isCode || directiveRows(use.name) === undefined) {
      return { unknown: why };
    }
    if (use.name === "stub_status" || use.name === "empty_gif") {
      return { status: 200, why };
    }
  }
  const [hidden] = level.hidden;
  return hidden === undefined
    ? { status: null, why: "nginx looks for a file" }
    : { unknown: hidden };
}
