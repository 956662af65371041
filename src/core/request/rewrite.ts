import { rememberedOf } from "../basics/collections.ts";
import { lineOf, type Use } from "../config/level.ts";
import { type Value, isKnown } from "./value.ts";
import { compilePattern } from "./pattern.ts";
import { evaluateWord, type Running, type ScriptStep } from "./script-state.ts";
import { evaluate } from "./variables.ts";
import { capture, forgetCaptures } from "./scope.ts";

/** A `rewrite` as nginx reads it. */
interface Rewrite {
  readonly pattern: string;
  /** What the path becomes. */
  readonly path: string;
  /** What stands after a `?`; null where there is none. */
  readonly query: string | null;
  /** Whether the query that was asked for follows: not where the replacement ends in `?`. */
  readonly appends: boolean;
  /** Of the answer, where it is a redirect. */
  readonly status: 301 | 302 | null;
  readonly flag: "last" | "break" | null;
}

const readRewrite = rememberedOf(({ parameters }: Use): Rewrite => {
  const [pattern = "", replacement = "", flag] = parameters;
  const question = replacement.indexOf("?");
  const redirects = flag === "redirect" || /^(?:https?:\/\/|\$scheme)/.test(replacement);
  return {
    pattern,
    path: question < 0 ? replacement : replacement.slice(0, question),
    query: question < 0 ? null : replacement.slice(question + 1).replace(/\?$/, ""),
    appends: !replacement.endsWith("?"),
    status: flag === "permanent" ? 301 : redirects ? 302 : null,
    flag: flag === "last" || flag === "break" ? flag : null,
  };
});

/** Applies one `rewrite` to the path, as far as the path is known (ngx_http_rewrite, ngx_http_script_regex_start_code). */
export function rewrite(use: Use, running: Running): ScriptStep {
  const rule = readRewrite(use);
  const match = matchOf(rule, running);
  if (match === "untold") {
    return { end: "unknown", why: `whether ${rule.pattern} matches cannot be told` };
  }
  if (match !== "yes") {
    running.mayHaveStopped ||= match === "perhaps" && rule.flag === "break";
    return "next";
  }
  running.escapesGroups = false;
  return rule.status === null
    ? change(use, rule, running)
    : { end: "answered", status: rule.status, text: false, level: running.settings, use };
}

/** Patterns that match every path, whatever it is. */
const everyPath = /^(?:\^|\/|\^\/|\(?\.\*\)?|\^\(?\.[*+]\)?\$?|\^?\/\(?\.\*\)?\$?|\(\.[*+]\)\$?)$/;

/** Whether the pattern matches: `perhaps` for a path that is not known, `untold` for a pattern that we cannot run. */
function matchOf({ pattern }: Rewrite, { scope }: Running): "yes" | "no" | "perhaps" | "untold" {
  if (scope.path === null) {
    forgetCaptures(scope, "it is a part of the path that the client asks for");
    return everyPath.test(pattern) ? "yes" : "perhaps";
  }
  const groups = compilePattern(pattern, false)?.match(scope.path);
  if (groups === undefined) {
    return "untold";
  }
  capture(groups ?? new Map(), scope);
  return groups === null ? "no" : "yes";
}

/** Gives the request the path and query of the replacement. */
function change(use: Use, rule: Rewrite, running: Running): ScriptStep {
  const { scope, steps } = running;
  const path = evaluate(rule.path, scope);
  const query = rule.query === null ? null : evaluateWord(rule.query, scope, true);
  if (!isKnown(path) && !scope.request.standsForAll) {
    return { end: "unknown", why: path.unknown };
  }
  if (path === "") {
    return { end: "answered", status: 500, text: false, level: running.settings, use };
  }
  if (query !== null) {
    scope.query = joinedQuery(query, rule.appends ? scope.query : "");
  }
  scope.path = isKnown(path) ? path : null;
  scope.sentAsAsked = false;
  scope.isInternal = true;
  if (isKnown(path)) {
    steps.push(`rewrite to ${path} (line ${lineOf(use)})`);
  }
  if (rule.flag === "break") {
    running.rewritten = null;
    scope.replacesPath = false;
    return "stop";
  }
  running.rewritten = use;
  return rule.flag === "last" ? "stop" : "next";
}

function joinedQuery(query: Value, asked: string | null): string | null {
  if (!isKnown(query) || asked === null) {
    return null;
  }
  return asked === "" ? query : `${query}&${asked}`;
}
