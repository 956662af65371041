import { rememberedOf } from "../basics/collections.ts";
import { type Level, lineOf, type Use } from "../config/level.ts";
import { conditionText, holds } from "./condition.ts";
import { rewrite } from "./rewrite.ts";
import { evaluateWord, type Running, type ScriptEnd, type ScriptStep } from "./script-state.ts";
import type { Scope } from "./scope.ts";
import { isKnown, unknown } from "./value.ts";
import { usesWithin } from "./walk.ts";

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

function run(level: Level, running: Running): ScriptStep {
  for (const use of scriptOf(level)) {
    if (running.mayHaveStopped && (use.inner === null || use.inner !== running.taken)) {
      const why = "whether a rewrite … break before it matches is not known";
      forgetAssigned(use, running.scope, why);
      continue;
    }
    const next = step(use, running);
    if (next !== "next") {
      return next;
    }
  }
  return "next";
}

/** The level's directives of the rewrite module. They are run for each location of a server, which may have thousands. */
const scriptOf = rememberedOf((level: Level): readonly Use[] =>
  level.uses.filter(({ name }) => /^(?:set|if|return|rewrite|break)$/.test(name)),
);

function step(use: Use, running: Running): ScriptStep {
  switch (use.name) {
    case "set":
      assign(use, running);
      return "next";
    case "break":
      takeAsItIs(running);
      return "stop";
    case "return":
      return answer(use, running);
    case "rewrite":
      return rewrite(use, running);
    default:
      return use.inner === null ? "next" : runIf(use, use.inner, running);
  }
}

/** `return` with a status, a redirect, or a text. */
function answer(use: Use, { settings }: Running): ScriptEnd {
  const [code = ""] = use.parameters;
  const status = /^\d+$/.test(code) ? Number(code) : 302;
  const text = use.parameters.length > 1 && !isRedirect(status);
  return { end: "answered", status, text, level: settings, use };
}

function runIf(use: Use, inner: Level, running: Running): ScriptStep {
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

/** Whether a condition that nobody knows could change the way of a request. */
function matters(level: Level): boolean {
  return level.uses.some(
    ({ name }) => name.endsWith("_pass") || ["return", "rewrite", "set", "break"].includes(name),
  );
}
