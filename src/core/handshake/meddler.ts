import { usesOf } from "../config/effective.ts";
import type { Level, Use } from "../config/model.ts";

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

/** Calls of lua-nginx-module with which a request goes on elsewhere, or its headers are other ones. */
const moves =
  /\bngx\s*\.\s*(?:exec|redirect|exit|req\s*\.\s*(?:set_uri|set_header|clear_header))\b/;

/**
 * The first directive of this location or around it whose code may send a request elsewhere, by name; null where there is
 * none. What a file holds that nobody shows us may do so.
 */
export function moverOf(level: Level): string | null {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    const here = at;
    const found = meddling.flatMap((name) => usesOf(here, name)).find(mayMove);
    if (found !== undefined) {
      return found.name;
    }
  }
  return null;
}

function mayMove({ name, document, directive, parameters }: Use): boolean {
  if (name.endsWith("_file") || name === "js_access") {
    return true;
  }
  const lua = directive.block?.lua ?? null;
  const code = lua === null ? (parameters[0] ?? "") : document.text.slice(lua.start, lua.end);
  return moves.test(code);
}
