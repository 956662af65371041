import type { Config, Level, Use } from "../config/level.ts";
import { usesOfAny } from "./walk.ts";

/** Directives that hand a request to another server. */
const passes: ReadonlySet<string> = new Set([
  "proxy_pass",
  "grpc_pass",
  "fastcgi_pass",
  "uwsgi_pass",
  "scgi_pass",
  "memcached_pass",
]);

/** Blocks that may have one. */
const openers: ReadonlySet<string> = new Set(["location", "if", "limit_except"]);

/** A place where requests leave nginx for another server: a location, or an `if` or `limit_except` in one. */
export interface ProxyingLevel {
  readonly level: Level;
  readonly pass: Use;
}

/**
 * Every proxying level with a pass of its own, once per use, in the order of the text. `if` and `limit_except` that only
 * take on their location's pass are not listed.
 */
export function proxyingLevels(config: Config): ProxyingLevel[] {
  const found: ProxyingLevel[] = [];
  const add = (level: Level): void => {
    const pass = ownPass(level);
    if (pass !== null) {
      found.push({ level, pass });
    }
  };
  add(config.main);
  for (const { inner } of usesOfAny(config, (name) => openers.has(name))) {
    if (inner !== null) {
      add(inner);
    }
  }
  return found;
}

/** The level's own pass; of passes of several kinds the last takes the requests, for each sets the location's handler. */
function ownPass(level: Level): Use | null {
  if (
    level.context !== "location" &&
    level.context !== "location-if" &&
    level.context !== "limit_except"
  ) {
    return null;
  }
  const last = level.uses.findLast((use) => passes.has(use.name));
  return last === undefined ? null : (level.uses.find((use) => use.name === last.name) ?? null);
}

/** The pass that takes a request with this level's settings: an `if` or `limit_except` without one has its location's (E78). */
export function passOf(level: Level): Use | null {
  const own = ownPass(level);
  const inherits = level.context === "location-if" || level.context === "limit_except";
  return own ?? (inherits && level.parent !== null ? ownPass(level.parent) : null);
}
