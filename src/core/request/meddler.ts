import { rememberedOf } from "../basics/collections.ts";
import { usesOf } from "../config/effective.ts";
import type { Level, Use } from "../config/level.ts";

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
export const meddlerOf = rememberedOf((level: Level): string | null => {
  const [own] = meddling.flatMap((name) => usesOf(level, name));
  return own?.name ?? (level.parent === null ? null : meddlerOf(level.parent));
});

/** Calls of lua-nginx-module with which a request goes on elsewhere, or its headers are other ones. */
const moves =
  /\bngx\s*\.\s*(?:exec|redirect|exit|req\s*\.\s*(?:set_uri|set_header|clear_header))\b/;

/**
 * The first directive of this location or around it whose code may send a request elsewhere, by name; null where there is
 * none. What a file holds that nobody shows us may do so.
 */
export const moverOf = rememberedOf((level: Level): string | null => {
  const own = meddling.flatMap((name) => usesOf(level, name)).find(mayMove);
  return own?.name ?? (level.parent === null ? null : moverOf(level.parent));
});

function mayMove({ name, document, directive, parameters }: Use): boolean {
  if (name.endsWith("_file") || name === "js_access") {
    return true;
  }
  const lua = directive.block?.lua ?? null;
  const code = lua === null ? (parameters[0] ?? "") : document.text.slice(lua.start, lua.end);
  return moves.test(code);
}
