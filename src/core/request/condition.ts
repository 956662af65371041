import { lineOf, type Use } from "../config/level.ts";
import { compilePattern } from "./pattern.ts";
import { evaluateWord, type Running } from "./script-state.ts";
import { evaluate } from "./variables.ts";
import { capture, forgetCaptures, type Scope } from "./scope.ts";
import { isKnown } from "./value.ts";

/** Whether the condition of an `if` holds (ngx_http_rewrite_if_condition); null where that is not known. */
export function holds(use: Use, { scope, steps, escapesGroups }: Running): boolean | null {
  const [subject = "", operator, operand = ""] = conditionWords(use);
  if (/^!?-[fdex]$/.test(subject)) {
    return hasFile(use, subject, scope, steps);
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
  return matches(value, operator, operand, scope);
}

function hasFile(use: Use, subject: string, scope: Scope, steps: string[]): boolean | null {
  if (scope.request.standsForAll) {
    return null;
  }
  steps.push(
    `if (${conditionText(use)}): taken as if there were no such file (line ${lineOf(use)})`,
  );
  return subject.startsWith("!");
}

function matches(value: string, operator: string, source: string, scope: Scope): boolean | null {
  if (!/^!?~\*?$/.test(operator)) {
    return null;
  }
  const groups = compilePattern(source, operator.endsWith("*"))?.match(value);
  if (groups === undefined) {
    forgetCaptures(scope, `whether ${source} matches cannot be told`);
    return null;
  }
  capture(groups ?? new Map(), scope);
  return (groups !== null) !== operator.startsWith("!");
}

/** The condition without the parentheses, as its words are joined again. */
export function conditionText(use: Use): string {
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
