import type { Level, Use } from "../config/level.ts";
import type { Value } from "./value.ts";
import { evaluate } from "./variables.ts";
import type { Scope } from "./scope.ts";

/** Where the rewrite module's directives of one level leave a request. */
export type ScriptEnd =
  /** On with the settings of `level`: the level itself or an `if` of it that held. */
  | { readonly end: "continue"; readonly level: Level }
  | {
      readonly end: "answered";
      readonly status: number | null;
      /** Whether `return` gives a text of its own: then no `error_page` takes its place. */
      readonly text: boolean;
      readonly level: Level;
      readonly use: Use;
    }
  /** The path changed: a location is looked up anew. */
  | { readonly end: "rewritten"; readonly level: Level; readonly use: Use }
  | { readonly end: "unknown"; readonly why: string };

/** What the script has come to so far. */
export interface Running {
  readonly scope: Scope;
  readonly steps: string[];
  readonly taken: Level | null;
  settings: Level;
  /** The last `rewrite` that changed the path, until a `break` takes the change as it is. */
  rewritten: Use | null;
  /** Whether a `rewrite … break` may have ended the script: then all that follows may not have been passed. */
  mayHaveStopped: boolean;
  /** Whether groups are escaped as in a query: so they are until a `rewrite` matches (ngx_http_rewrite_handler). */
  escapesGroups: boolean;
}

/** What follows one directive of the script: the next one, none any more, or the request goes elsewhere. */
export type ScriptStep = ScriptEnd | "next" | "stop";

/**
 * Evaluates a word of the script.
 *
 * @param escapesGroups whether groups are escaped as in a query, which nginx does where the client's path was escaped or had
 *   a plus (ngx_http_script_copy_capture_code)
 */
export function evaluateWord(text: string, scope: Scope, escapesGroups: boolean): Value {
  scope.escapesGroups = escapesGroups && /[%+]/.test(scope.request.target?.split("?")[0] ?? "");
  const value = evaluate(text, scope);
  scope.escapesGroups = false;
  return value;
}
