import { rememberedOf } from "../basics/collections.ts";
import type { Level, Use } from "../config/level.ts";
import type { Value } from "./exchange.ts";
import { compilePattern } from "./pattern.ts";
import { capture, evaluate, forgetCaptures, isKnown, type Scope, unknown } from "./variables.ts";
import { usesWithin } from "./walk.ts";

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
interface Running {
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

/**
 * Runs `set`, `if`, `return`, `rewrite` and `break` of a level in their order, as ngx_http_rewrite_module does: the last
 * `if` that held gives its settings, and a `return` after it still wins (E76).
 *
 * Where the request stands for all of a location's, a condition that is not known counts as not held: the question is
 * what becomes of the requests that stay.
 *
 * @param taken an `if` whose condition counts as held where it is not known: the request stands for those that end in it
 */
export function runScript(
  level: Level,
  scope: Scope,
  steps: string[],
  taken: Level | null = null,
): ScriptEnd {
  const running: Running = {
    scope,
    steps,
    taken,
    settings: level,
    rewritten: null,
    mayHaveStopped: false,
    escapesGroups: true,
  };
  const end = run(level, running);
  if (end !== "next" && end !== "stop") {
    return end;
  }
  const { settings, rewritten, mayHaveStopped } = running;
  return rewritten === null || mayHaveStopped
    ? { end: "continue", level: settings }
    : { end: "rewritten", level: settings, use: rewritten };
}

function run(level: Level, running: Running): ScriptEnd | "next" | "stop" {
  for (const use of scriptOf(level)) {
    if (running.mayHaveStopped && (use.inner === null || use.inner !== running.taken)) {
      forgetAssigned(
        use,
        running.scope,
        "whether a rewrite … break before it matches is not known",
      );
      continue;
    }
    switch (use.name) {
      case "set":
        assign(use, running);
        break;
      case "break":
        takeAsItIs(running);
        return "stop";
      case "return": {
        const [code = ""] = use.parameters;
        const status = /^\d+$/.test(code) ? Number(code) : 302;
        const text = use.parameters.length > 1 && !isRedirect(status);
        return { end: "answered", status, text, level: running.settings, use };
      }
      case "rewrite": {
        const end = rewrite(use, running);
        if (end !== "next") {
          return end;
        }
        break;
      }
      case "if": {
        const end = use.inner === null ? "next" : runIf(use, use.inner, running);
        if (end !== "next") {
          return end;
        }
        break;
      }
    }
  }
  return "next";
}

/** The level's directives of the rewrite module. They are run for each location of a server, which may have thousands. */
const scriptOf = rememberedOf((level: Level): readonly Use[] =>
  level.uses.filter(({ name }) => /^(?:set|if|return|rewrite|break)$/.test(name)),
);

function runIf(use: Use, inner: Level, running: Running): ScriptEnd | "next" | "stop" {
  const { scope, taken, steps } = running;
  const held = holds(use, running) ?? (inner === taken ? true : null);
  if (held === null) {
    if (!matters(inner)) {
      return "next";
    }
    if (!scope.request.standsForAll) {
      return { end: "unknown", why: `whether (${conditionText(use)}) holds is not known` };
    }
    forgetAssigned(use, scope, `whether (${conditionText(use)}) holds is not known`);
    return "next";
  }
  if (!held) {
    return "next";
  }
  steps.push(`if (${conditionText(use)}) holds (line ${lineOf(use)})`);
  if (inner.context === "location-if") {
    running.settings = inner;
  }
  return run(inner, running);
}

/** The line of a directive, for people. */
export function lineOf(use: Use): number {
  return use.document.lines.lineAt(use.directive.start);
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** `break` ends the search for another location; the URI part of `proxy_pass` then replaces nothing. */
function takeAsItIs(running: Running): void {
  if (running.rewritten !== null) {
    running.rewritten = null;
    running.scope.replacesPath = false;
  }
}

function assign(use: Use, { scope, escapesGroups }: Running): void {
  const [name, text] = use.parameters;
  if (name?.startsWith("$") !== true || text === undefined) {
    return;
  }
  const key = name.slice(1).toLowerCase();
  const value = evaluateWord(text, scope, escapesGroups);
  if (key === "args") {
    scope.query = isKnown(value) ? value : null;
  } else {
    scope.assigned.set(key, value);
  }
}

/** Variables that a `set` gives a value, or one in an `if`, of which nobody knows whether the request passes it. */
function forgetAssigned(passed: Use, scope: Scope, why: string): void {
  for (const use of passed.inner === null ? [passed] : usesWithin(passed.inner)) {
    if (use.name === "set" && use.parameters[0] !== undefined) {
      const name = use.parameters[0].slice(1).toLowerCase();
      scope.assigned.set(name, unknown(why, `$${name}`));
      if (name === "args") {
        scope.query = null;
      }
    }
  }
}

/** Patterns that match every path, whatever it is. */
const everyPath = /^(?:\^|\/|\^\/|\(?\.\*\)?|\^\(?\.[*+]\)?\$?|\^?\/\(?\.\*\)?\$?|\(\.[*+]\)\$?)$/;

function rewrite(use: Use, running: Running): ScriptEnd | "next" | "stop" {
  const { scope, steps } = running;
  const [pattern = "", replacement = "", mode] = use.parameters;
  const redirects =
    mode === "redirect" || mode === "permanent" || /^(?:https?:\/\/|\$scheme)/.test(replacement);
  if (scope.path === null) {
    forgetCaptures(scope, "it is a part of the path that the client asks for");
    if (!everyPath.test(pattern)) {
      running.mayHaveStopped ||= mode === "break";
      return "next";
    }
  } else {
    const groups = compilePattern(pattern, false)?.match(scope.path);
    if (groups === undefined) {
      return { end: "unknown", why: `whether ${pattern} matches cannot be told` };
    }
    if (groups === null) {
      capture(new Map(), scope);
      return "next";
    }
    capture(groups, scope);
  }
  running.escapesGroups = false;
  if (redirects) {
    const status = mode === "permanent" ? 301 : 302;
    return { end: "answered", status, text: false, level: running.settings, use };
  }
  const question = replacement.indexOf("?");
  const target = evaluate(question < 0 ? replacement : replacement.slice(0, question), scope);
  const query =
    question < 0
      ? ""
      : evaluateWord(replacement.slice(question + 1).replace(/\?$/, ""), scope, true);
  if (!isKnown(target) && !scope.request.standsForAll) {
    return { end: "unknown", why: target.unknown };
  }
  if (target === "") {
    return { end: "answered", status: 500, text: false, level: running.settings, use };
  }
  const appends = !replacement.endsWith("?");
  if (question >= 0) {
    scope.query =
      !isKnown(query) || (appends && scope.query === null)
        ? null
        : query + (appends && scope.query !== null && scope.query !== "" ? `&${scope.query}` : "");
  }
  scope.path = isKnown(target) ? target : null;
  scope.sentAsAsked = false;
  scope.isInternal = true;
  if (isKnown(target)) {
    steps.push(`rewrite to ${target} (line ${lineOf(use)})`);
  }
  if (mode === "break") {
    running.rewritten = null;
    scope.replacesPath = false;
    return "stop";
  }
  running.rewritten = use;
  return mode === "last" ? "stop" : "next";
}

/**
 * Evaluates a word of the script.
 *
 * @param escapesGroups whether groups are escaped as in a query, which nginx does where the client's path was escaped or had
 *   a plus (ngx_http_script_copy_capture_code)
 */
function evaluateWord(text: string, scope: Scope, escapesGroups: boolean): Value {
  scope.escapesGroups = escapesGroups && /[%+]/.test(scope.request.target?.split("?")[0] ?? "");
  const value = evaluate(text, scope);
  scope.escapesGroups = false;
  return value;
}

/** Whether a condition that nobody knows could change the way of a request. */
function matters(level: Level): boolean {
  return level.uses.some(
    ({ name }) => name.endsWith("_pass") || ["return", "rewrite", "set", "break"].includes(name),
  );
}

/** The condition without the parentheses, as its words are joined again. */
function conditionText(use: Use): string {
  return use.parameters
    .join(" ")
    .replace(/^\(\s*/, "")
    .replace(/\s*\)$/, "");
}

/** The words between the parentheses, which may or may not touch them. */
function conditionWords(use: Use): string[] {
  const words = [...use.parameters];
  const first = words[0] ?? "";
  if (first === "(") {
    words.shift();
  } else {
    words[0] = first.slice(1);
  }
  const last = words.at(-1) ?? "";
  if (last === ")") {
    words.pop();
  } else {
    words[words.length - 1] = last.slice(0, -1);
  }
  return words;
}

/** Whether the condition of an `if` holds; null where that is not known. */
function holds(use: Use, { scope, steps, escapesGroups }: Running): boolean | null {
  const [subject = "", operator, operand = ""] = conditionWords(use);
  if (/^!?-[fdex]$/.test(subject)) {
    if (scope.request.standsForAll) {
      return null;
    }
    steps.push(
      `if (${conditionText(use)}): taken as if there were no such file (line ${lineOf(use)})`,
    );
    return subject.startsWith("!");
  }
  if (!subject.startsWith("$")) {
    return null;
  }
  const value = evaluate(subject, scope);
  if (!isKnown(value)) {
    if (operator?.includes("~") === true) {
      forgetCaptures(scope, value.unknown);
    }
    return null;
  }
  if (operator === undefined) {
    return value !== "" && value !== "0";
  }
  if (operator === "=" || operator === "!=") {
    const expected = evaluateWord(operand, scope, escapesGroups);
    return isKnown(expected) ? (value === expected) === (operator === "=") : null;
  }
  if (!/^!?~\*?$/.test(operator)) {
    return null;
  }
  const groups = compilePattern(operand, operator.endsWith("*"))?.match(value);
  if (groups === undefined) {
    forgetCaptures(scope, `whether ${operand} matches cannot be told`);
    return null;
  }
  capture(groups ?? new Map(), scope);
  return (groups !== null) !== operator.startsWith("!");
}
