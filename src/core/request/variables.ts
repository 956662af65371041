import { assignedByOthers, definitions, setInLocations } from "./definitions.ts";
import { remembered } from "../basics/collections.ts";
import type { Level, Use } from "../config/level.ts";
import { isOpaque, withoutTags } from "../syntax/opaque.ts";
import { builtinValue } from "./builtin.ts";
import { escapeArgument } from "./escape.ts";
import { mapTable, onlyChoice, onlyValue, select } from "./map.ts";
import { capture, type Scope } from "./scope.ts";
import { isKnown, shown, unknown, type Value } from "./value.ts";

/** A variable in a parameter: `${name}`, a group's one digit, or a name. nginx has no way to escape a `$` (E153). */
const reference = /\$(?:\{(\w+)\}|([1-9])|([A-Za-z_]\w*))/g;

/** What a template's tag says, or a variable. */
const referenceOrTag = new RegExp(`\\uE000([^\\uE001]*)\\uE001|${reference.source}`, "g");

/** The names of the variables in a parameter, in lower case, in order. */
export function variablesIn(text: string): readonly string[] {
  return text.includes("$") ? namesIn(text) : none;
}

const none: readonly string[] = [];

const namesIn = remembered((text): readonly string[] =>
  Array.from(withoutTags(text).matchAll(reference), ([, braced, digit, bare]) =>
    (braced ?? digit ?? bare ?? "").toLowerCase(),
  ),
);

/** Expands the variables of a parameter's value. */
export function evaluate(text: string, scope: Scope): Value {
  return expand(text, scope, []);
}

/** Longer values (UTF-16 units) than any header line, as maps that double each other make them, are not computed. */
const LONGEST_VALUE = 65_536;

/** Variables that need each other nest this deep at most; deeper ones are empty (ngx_http_variable_depth). */
const MOST_NESTED = 100;

function expand(text: string, scope: Scope, within: readonly string[]): Value {
  if (!text.includes("$") && !isOpaque(text)) {
    return text;
  }
  let why: string | null = null;
  let result = "";
  let position = 0;
  for (const match of text.matchAll(referenceOrTag)) {
    const value = referenced(match, scope, within);
    result += text.slice(position, match.index) + shown(value);
    position = match.index + match[0].length;
    if (!isKnown(value)) {
      why ??= value.unknown;
    }
    if (result.length > LONGEST_VALUE) {
      return unknown("the value is longer than any header", text);
    }
  }
  result += text.slice(position);
  return why === null ? result : unknown(why, result);
}

/** What one variable or one template's tag of a parameter stands for. */
function referenced(
  [written, tag, braced, digit, bare]: RegExpExecArray,
  scope: Scope,
  within: readonly string[],
): Value {
  if (tag !== undefined) {
    return unknown(`it comes from the template's tag ${tag}`, tag);
  }
  const value = variable((braced ?? digit ?? bare ?? "").toLowerCase(), scope, within);
  if (!isKnown(value)) {
    return value.text === "" ? unknown(value.unknown, written) : value;
  }
  const isEscaped = digit !== undefined && scope.escapesGroups && within.length === 0;
  return isEscaped ? escapeArgument(value) : value;
}

function variable(name: string, scope: Scope, within: readonly string[]): Value {
  const assigned = scope.assigned.get(name);
  if (assigned !== undefined) {
    const by = /^\d$/.test(name)
      ? null
      : (scope.meddler ?? assignedByOthers(scope.config).get(name)?.name ?? null);
    return by === null ? assigned : unknown(`${by} may change $${name}`, `$${name}`);
  }
  const computed = scope.computed.get(name);
  if (computed !== undefined) {
    return computed;
  }
  const definition = definitions(scope.config).get(name);
  if (definition === undefined) {
    return within.length >= MOST_NESTED
      ? tooDeep(name)
      : kept(name, builtinValue(name, scope), scope);
  }
  if (definition.name === "map" && definition.inner !== null && isMapOf(definition, name)) {
    if (within.length >= MOST_NESTED) {
      return "";
    }
    if (within.includes(name) && within.some((each) => isVolatile(each, scope))) {
      return unknown(`$${name} is defined by itself`, `$${name}`);
    }
    return mapValue(definition, definition.inner, name, scope, [...within, name]);
  }
  return onlyChoice(definition) ?? unpassed(name, definition, scope);
}

/** Whether nginx keeps what it has once worked out for the rest of the request; so it does for most that a map reads. */
function isKept(name: string): boolean {
  return name.startsWith("http_") || name === "host";
}

function kept(name: string, value: Value, scope: Scope): Value {
  if (isKept(name)) {
    scope.computed.set(name, value);
  }
  return value;
}

/** What nginx works out anew wherever it is read, because rewrites change it. */
const fleeting = /^(?:arg_\w+|args|is_args|query_string|uri|document_uri)$/;

function tooDeep(name: string): Value {
  return isKept(name) || fleeting.test(name)
    ? ""
    : unknown(`$${name} is asked for too deep inside others`, `$${name}`);
}

/** A map that is worked out anew each time: what is defined by itself then takes for ever. */
function isVolatile(name: string, scope: Scope): boolean {
  const inner = definitions(scope.config).get(name)?.inner ?? null;
  return inner !== null && mapTable(inner).volatile;
}

/** A map's regular expressions may define variables too. */
function isMapOf(map: Use, name: string): boolean {
  return map.parameters[1]?.toLowerCase() === `$${name}`;
}

/** What a variable holds whose `set` or regular expression this request has not passed: nothing; nginx only logs it. */
function unpassed(name: string, definition: Use, scope: Scope): Value {
  const isScript = ["set", "if", "rewrite", "location", "server_name", "map"].includes(
    definition.name,
  );
  if (!isScript) {
    return unknown(`$${name} is set by ${definition.name}`, `$${name}`);
  }
  if (scope.meddler !== null) {
    return unknown(`${scope.meddler} may change $${name}`, `$${name}`);
  }
  const { cameFromElsewhere = false, standsForAll } = scope.request;
  const mayBeSet =
    cameFromElsewhere ||
    definition.name !== "set" ||
    setInLocations(scope.config).get(name) === true;
  if (standsForAll && mayBeSet) {
    return unknown(`$${name} is set on the way here, by ${definition.name}`, `$${name}`);
  }
  return "";
}

function mapValue(
  map: Use,
  inner: Level,
  name: string,
  scope: Scope,
  within: readonly string[],
): Value {
  const table = mapTable(inner);
  const source = expand(map.parameters[0] ?? "", scope, within);
  let value: Value;
  if (isKnown(source)) {
    const selected = select(table, source);
    if ("unknown" in selected) {
      value = unknown(selected.unknown, `$${name}`);
    } else {
      capture(selected.groups, scope);
      value = expand(selected.entry?.value ?? "", scope, within);
    }
  } else {
    value = onlyValue(table) ?? unknown(source.unknown, `$${name}`);
  }
  if (!table.volatile) {
    scope.computed.set(name, value);
  }
  return value;
}
