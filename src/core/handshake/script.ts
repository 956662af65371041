import type { Level, Use } from "../config/model.ts";
import { compilePattern } from "./pattern.ts";
import { evaluate, forEachUse, isKnown, type Scope, unknown } from "./variables.ts";

/** Where the rewrite module's directives of one level leave a request. */
export type ScriptEnd =
  /** On with the settings of `level`: the level itself or an `if` of it that held. */
  | { readonly end: "continue"; readonly level: Level }
  | { readonly end: "answered"; readonly status: number | null; readonly use: Use }
  /** The path changed: a location is looked up anew. */
  | { readonly end: "rewritten"; readonly use: Use }
  | { readonly end: "unknown"; readonly why: string; readonly use: Use };

/**
 * Runs `set`, `if`, `return`, `rewrite` and `break` of a level in their order, as ngx_http_rewrite_module does: the last
 * `if` that held gives its settings, and a `return` after it still wins (E76).
 *
 * Where the request stands for all of a location's, a condition that is not known counts as not
 * held: the question is what becomes of the requests that stay.
 *
 * @param taken an `if` whose condition counts as held where it is not known: the request stands for those that end in it
 */
export function runScript(
  level: Level,
  scope: Scope,
  steps: string[],
  taken: Level | null = null,
): ScriptEnd {
  return run(level, level, scope, steps, taken);
}

function run(
  level: Level,
  current: Level,
  scope: Scope,
  steps: string[],
  taken: Level | null,
): ScriptEnd {
  let settings = current;
  for (const use of level.uses) {
    switch (use.name) {
      case "set":
        assign(use, scope);
        break;
      case "break":
        return { end: "continue", level: settings };
      case "return":
        return { end: "answered", status: statusOf(use), use };
      case "rewrite": {
        const end = rewrite(use, scope, steps);
        if (end === "break") {
          return { end: "continue", level: settings };
        }
        if (end !== null) {
          return end;
        }
        break;
      }
      case "if": {
        if (use.inner === null) {
          break;
        }
        const held = holds(use, scope) ?? (use.inner === taken ? true : null);
        if (held === null) {
          if (!matters(use.inner)) {
            break;
          }
          if (!scope.request.standsForAll) {
            return {
              end: "unknown",
              why: `whether (${conditionText(use)}) holds is not known`,
              use,
            };
          }
          forgetAssigned(use.inner, scope, use);
          break;
        }
        if (held) {
          steps.push(`if (${conditionText(use)}) holds (line ${lineOf(use)})`);
          const inside = run(
            use.inner,
            use.inner.context === "location-if" ? use.inner : settings,
            scope,
            steps,
            taken,
          );
          if (inside.end !== "continue") {
            return inside;
          }
          settings = inside.level;
          if (use.inner.uses.some((inner) => inner.name === "break")) {
            return inside;
          }
        }
        break;
      }
    }
  }
  return { end: "continue", level: settings };
}

export function lineOf(use: Use): number {
  return use.document.lines.lineAt(use.directive.start);
}

function assign(use: Use, scope: Scope): void {
  const [name, value] = use.parameters;
  if (name?.startsWith("$") === true && value !== undefined) {
    scope.assigned.set(name.slice(1).toLowerCase(), evaluate(value, scope));
  }
}

/** Variables that a condition of unknown outcome may set are unknown after it. */
function forgetAssigned(level: Level, scope: Scope, condition: Use): void {
  forEachUse(level, (use) => {
    if (use.name === "set" && use.parameters[0] !== undefined) {
      const name = use.parameters[0].slice(1).toLowerCase();
      scope.assigned.set(
        name,
        unknown(`whether (${conditionText(condition)}) holds is not known`, `$${name}`),
      );
    }
  });
}

function statusOf(use: Use): number | null {
  const [code = ""] = use.parameters;
  return /^\d+$/.test(code) ? Number(code) : 302;
}

function rewrite(use: Use, scope: Scope, steps: string[]): ScriptEnd | "break" | null {
  const [pattern = "", replacement = "", mode] = use.parameters;
  if (scope.path === null) {
    return null;
  }
  const compiled = compilePattern(pattern, false);
  if (compiled === undefined) {
    return { end: "unknown", why: `the regular expression ${pattern} cannot be evaluated`, use };
  }
  const groups = compiled.match(scope.path);
  if (groups === null) {
    return null;
  }
  for (const [name, value] of groups) {
    scope.assigned.set(name, value);
  }
  const target = evaluate(replacement, scope);
  if (!isKnown(target)) {
    return { end: "unknown", why: target.unknown, use };
  }
  if (
    mode === "redirect" ||
    mode === "permanent" ||
    /^(?:https?:\/\/|\$scheme)/.test(replacement)
  ) {
    return { end: "answered", status: mode === "permanent" ? 301 : 302, use };
  }
  scope.path = target.replace(/\?.*$/s, "");
  steps.push(`rewrite to ${scope.path} (line ${lineOf(use)})`);
  return mode === "break" ? "break" : { end: "rewritten", use };
}

/** Whether a condition that nobody knows could change the way of a request. */
function matters(level: Level): boolean {
  return level.uses.some((use) =>
    ["return", "rewrite", "set", "break", "proxy_pass"].includes(use.name),
  );
}

function conditionText(use: Use): string {
  return use.parameters
    .join(" ")
    .replace(/^\(\s*/, "")
    .replace(/\s*\)$/, "");
}

/** Whether the condition of an `if` holds; null where that is not known. */
function holds(use: Use, scope: Scope): boolean | null {
  const words = [...use.parameters];
  if (words[0] !== undefined) {
    words[0] = words[0].replace(/^\(/, "");
  }
  const last = words.length - 1;
  if (words[last] !== undefined) {
    words[last] = words[last].replace(/\)$/, "");
  }
  const [subject = "", operator, ...rest] = words.filter(
    (word, index) => word !== "" || (index > 1 && index < last),
  );
  if (!subject.startsWith("$")) {
    return null;
  }
  const value = evaluate(subject, scope);
  if (!isKnown(value)) {
    return null;
  }
  if (operator === undefined) {
    return value !== "" && value !== "0";
  }
  const operand = rest[0] ?? "";
  if (operator === "=" || operator === "!=") {
    const expected = evaluate(operand, scope);
    return isKnown(expected) ? (value === expected) === (operator === "=") : null;
  }
  if (/^!?~\*?$/.test(operator)) {
    const compiled = compilePattern(operand, operator.endsWith("*"));
    if (compiled === undefined) {
      return null;
    }
    const groups = compiled.match(value);
    if (groups !== null && !operator.startsWith("!")) {
      for (const [name, text] of groups) {
        scope.assigned.set(name, text);
      }
    }
    return (groups !== null) === !operator.startsWith("!");
  }
  return null;
}
