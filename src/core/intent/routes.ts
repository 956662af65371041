import type { Level, Use } from "../config/model.ts";
import { compilePattern } from "../handshake/pattern.ts";

/** The block that holds a server's locations: the server itself, or the top of a fragment. */
export function serverOf(level: Level): Level {
  let at = level;
  while (at.parent !== null && at.context !== "server") {
    if (at.context !== "location" && at.context !== "location-if" && at.context !== "limit_except")
      break;
    at = at.parent;
  }
  return at;
}

/** Every location of the server, nested ones included. */
export function locationsOf(server: Level): readonly Use[] {
  return server.uses.flatMap((use) =>
    use.name === "location" && use.inner !== null ? [use, ...locationsOf(use.inner)] : [],
  );
}

/**
 * The location that nginx chooses for a path, before any rewrite: an exact one, else the first regular expression that
 * matches, else the longest prefix; `^~` keeps regular expressions out. Null where there is none, or where a regular
 * expression cannot be evaluated.
 */
export function locationFor(level: Level, path: string): Use | null {
  return choose(level, path)?.use ?? null;
}

/** Whether requests for the path end at the location, if need be by `try_files` or `error_page`. */
export function isTakenBy(server: Level, location: Level, path: string): boolean {
  const chosen = locationFor(server, path);
  return (
    chosen !== null && (chosen === location.opener || fallsBackTo(chosen.inner, location.opener))
  );
}

/** Whether it is a named location that takes what no file answers. */
export function isFallback(server: Level, location: Level): boolean {
  const root = locationFor(server, "/")?.inner ?? null;
  return fallsBackTo(server, location.opener) || fallsBackTo(root, location.opener);
}

function fallsBackTo(level: Level | null, named: Use | null): boolean {
  const name = named?.parameters[0];
  return (
    name?.startsWith("@") === true &&
    level?.uses.some(
      (use) =>
        (use.name === "try_files" || use.name === "error_page") && use.parameters.at(-1) === name,
    ) === true
  );
}

interface Choice {
  readonly use: Use | null;
  /** A regular expression or an exact location, after which nginx looks no further. */
  readonly final: boolean;
}

function choose(level: Level, path: string): Choice | null {
  let prefix: { use: Use; text: string; final: boolean } | null = null;
  const patterns: { use: Use; source: string; caseless: boolean }[] = [];
  for (const use of level.uses) {
    if (use.name !== "location" || use.inner === null) continue;
    const { modifier, text } = readParameters(use.parameters);
    if (modifier === "~" || modifier === "~*") {
      patterns.push({ use, source: text, caseless: modifier === "~*" });
    } else if (modifier === "=") {
      if (text === path) return { use, final: true };
    } else if (
      !text.startsWith("@") &&
      path.startsWith(text) &&
      text.length >= (prefix?.text.length ?? 0)
    ) {
      prefix = { use, text, final: modifier === "^~" };
    }
  }
  let chosen: Choice | null = prefix;
  if (prefix?.use.inner) {
    const nested = choose(prefix.use.inner, path);
    if (nested?.final === true) return nested;
    chosen = nested?.use ? nested : prefix;
    if (prefix.final) return { use: chosen.use, final: false };
  }
  for (const { use, source, caseless } of patterns) {
    const pattern = compilePattern(source, caseless);
    if (pattern === undefined) return { use: null, final: true };
    if (pattern.match(path) !== null) {
      const nested = use.inner && choose(use.inner, path);
      return { use: nested?.use ?? use, final: true };
    }
  }
  return chosen && { use: chosen.use, final: false };
}

/** `location ^~ /x` and `location ^~/x` say the same. */
function readParameters(parameters: readonly string[]): { modifier: string; text: string } {
  const [first = "", second] = parameters;
  if (second !== undefined) return { modifier: first, text: second };
  const glued = /^(=|~\*|~|\^~)(.*)$/s.exec(first);
  return { modifier: glued?.[1] ?? "", text: glued?.[2] ?? first };
}
