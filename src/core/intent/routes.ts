import { usesOf } from "../config/effective.ts";
import { type Config, type Level, enclosing } from "../config/level.ts";
import { locate } from "../request/locate.ts";
import { locationName } from "../config/location-name.ts";

/** The block that holds a location's server, or the top of a fragment. */
export function serverOf(config: Config, level: Level): Level {
  return enclosing(level, "server") ?? config.main;
}

/** Whether requests for the path end at the location, if need be by `try_files` or `error_page`. */
export function isTakenBy(server: Level, location: Level, path: string): boolean {
  const found = locate(server, path);
  return !("unknown" in found) && (found.level === location || fallsBackTo(found.level, location));
}

/** Whether it is a named location that takes what no file answers. */
export function isFallback(server: Level, location: Level): boolean {
  if (locationName(location)?.kind !== "named") {
    return false;
  }
  const root = locate(server, "/");
  return (
    fallsBackTo(server, location) || (!("unknown" in root) && fallsBackTo(root.level, location))
  );
}

function fallsBackTo(level: Level, location: Level): boolean {
  const name = locationName(location);
  return (
    name?.kind === "named" &&
    ["try_files", "error_page"].some((directive) =>
      usesOf(level, directive).some((use) => use.parameters.at(-1) === name.text),
    )
  );
}
