import type { Level } from "../config/level.ts";
import { meddlerOf, moverOf } from "./meddler.ts";
import { limited } from "./proxied.ts";
import { runScript } from "./script.ts";
import type { ScriptEnd } from "./script-state.ts";
import type { Scope } from "./scope.ts";

/**
 * Enters a location: what happens to a request there before access rules and content. Code that we cannot follow comes first, then
 * the block of a `limit_except` that holds for the method, which has no script, else the location's own script.
 *
 * @param taken an `if` whose condition counts as held where it is not known, as for `runScript`
 */
export function enterLocation(
  location: Level,
  scope: Scope,
  steps: string[],
  taken: Level | null = null,
): ScriptEnd {
  const meddler = meddlerOf(location);
  if (meddler !== null) {
    scope.meddler = meddler;
    steps.push(`${meddler} may change this request`);
  }
  const mover = moverOf(location);
  if (mover !== null) {
    return { end: "unknown", why: `${mover} may send the request elsewhere` };
  }
  const settings = limited(location, scope.method);
  if (settings !== location) {
    steps.push(`limit_except holds for ${scope.method}`);
    return { end: "continue", level: settings };
  }
  return runScript(location, scope, steps, taken);
}
