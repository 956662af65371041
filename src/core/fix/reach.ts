import { usesNamed, forEachUse } from "../request/walk.ts";
import { rememberedOf } from "../basics/collections.ts";
import { headerLines } from "../config/effective.ts";
import type { Directive } from "../syntax/tree.ts";
import type { Use, Level, Config } from "../config/level.ts";

/** Whether changing this line, or adding one at this level, reaches further locations than one. */
export function isSharedByOthers(config: Config, at: Level, current: Use | undefined): boolean {
  if (current !== undefined && current.level === at) {
    return (reach(config).get(current.directive)?.size ?? 0) > 1;
  }
  const locations = new Set<Directive | null>();
  forEachUse(at, ({ name, level }) => {
    if (name === "proxy_pass") {
      const list = headerLines(level);
      if (list.level === null || isAround(list.level, at)) {
        locations.add(settingsLevel(level).opener?.directive ?? null);
      }
    }
  });
  return locations.size > 1;
}
/** The blocks with a `proxy_pass` in which each header line holds; null stands for a file's top. */
const reach = rememberedOf(
  (config: Config): ReadonlyMap<Directive, ReadonlySet<Directive | null>> => {
    const found = new Map<Directive, Set<Directive | null>>();
    for (const { level } of usesNamed(config, "proxy_pass")) {
      const block = settingsLevel(level).opener?.directive ?? null;
      for (const { directive } of headerLines(level).uses) {
        const blocks = found.get(directive);
        if (blocks === undefined) {
          found.set(directive, new Set([block]));
        } else {
          blocks.add(block);
        }
      }
    }
    return found;
  },
);

/** Whether `outer` is `inner` or a level around it. */
function isAround(outer: Level, inner: Level): boolean {
  let at: Level | null = inner;
  while (at !== null && at !== outer) {
    at = at.parent;
  }
  return at !== null;
}

/** `if` and `limit_except` take none of the directives in question: the block around them does. */
export function settingsLevel(level: Level): Level {
  let at = level;
  while (
    at.parent !== null &&
    (at.context === "location-if" || at.context === "server-if" || at.context === "limit_except")
  ) {
    at = at.parent;
  }
  return at;
}
