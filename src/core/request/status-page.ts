import { rememberedOf } from "../basics/collections.ts";
import { effectiveList, usesOf } from "../config/effective.ts";
import { type Level, type Use, enclosing } from "../config/level.ts";
import { locationName } from "../config/location-name.ts";
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
  const uses = [...inherited, ...usesWithin(server)];
  if (uses.some((use) => mayHideWays(use, server))) {
    return [];
  }
  const ways = uses.filter((use) => use.name === "error_page" || use.name === "try_files");
  const own = ways.filter((use) => targetOf(use) === name.text);
  const isSure = ways.every((use) => !targetOf(use).includes("$")) && own.every(putsStatus);
  return isSure ? own : [];
});

/** Whether requests may come to any location by what stands in there, or what the directive's code does. */
function mayHideWays({ name, inner }: Use, server: Level): boolean {
  const hidden = inner?.hidden ?? server.hidden;
  return hidden.length > 0 || name.includes("_by_lua") || name.startsWith("js_");
}

function targetOf({ parameters }: Use): string {
  return parameters.at(-1) ?? "";
}

/** `=` alone leaves the answer's own status, `=200` puts another, and without it the error's stays. */
function putsStatus({ name, parameters }: Use): boolean {
  return name === "error_page" && !parameters.includes("=");
}
