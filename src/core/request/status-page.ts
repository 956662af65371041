import { rememberedOf } from "../basics/collections.ts";
import { effectiveList, usesOf } from "../config/effective.ts";
import { type Level, type Use, enclosing } from "../config/level.ts";
import { locationName } from "./locate.ts";
import { usesWithin } from "./walk.ts";

/**
 * The `error_page` lines by which alone requests come to a named location, where each puts a status of its own over the
 * answer: a 101 gets to no client then. Empty where there is another way, or may be one that we do not see.
 */
export const statusPages = rememberedOf((location: Level): readonly Use[] => {
  const name = locationName(location);
  const server = enclosing(location, "server");
  if (name?.kind !== "named" || server === null) {
    return [];
  }
  const hasOwn = usesOf(server, "error_page").length > 0;
  const inherited = hasOwn ? [] : effectiveList(server, "error_page").uses;
  const found: Use[] = [];
  for (const use of [...inherited, ...usesWithin(server)]) {
    const target = use.parameters.at(-1) ?? "";
    const isHidden = (use.inner?.hidden ?? server.hidden).length > 0;
    if (isHidden || use.name.includes("_by_lua") || use.name.startsWith("js_")) {
      return [];
    }
    if (use.name !== "error_page" && use.name !== "try_files") {
      continue;
    }
    if (target.includes("$") || (target === name.text && !putsStatus(use))) {
      return [];
    }
    if (target === name.text) {
      found.push(use);
    }
  }
  return found;
});

/** `=` alone leaves the answer's own status, `=200` puts another, and without it the error's stays. */
function putsStatus({ name, parameters }: Use): boolean {
  return name === "error_page" && !parameters.includes("=");
}
