import { usesOf } from "../config/effective.ts";
import type { Level } from "../config/model.ts";

/** Directives that run code on a request before it is passed on: it may set variables, or answer. */
const meddling = [
  "rewrite_by_lua",
  "rewrite_by_lua_block",
  "rewrite_by_lua_file",
  "access_by_lua",
  "access_by_lua_block",
  "access_by_lua_file",
  "js_access",
] as const;

/** The first such directive of this location or around it, by name; null where there is none. */
export function meddlerOf(level: Level): string | null {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    const uses = meddling.flatMap((name) => usesOf(at, name));
    if (uses[0] !== undefined) {
      return uses[0].name;
    }
  }
  return null;
}
