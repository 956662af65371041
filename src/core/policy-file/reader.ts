import { didYouMean, quoted } from "../basics/nearest.ts";
import type { PolicyEntry, PolicyNode } from "./node.ts";

/** Where to report that the text at this offset is wrong. */
export type Complain = (at: number, message: string) => void;

/** JSON Schema, draft 7. */
export type JsonSchema = Readonly<Record<string, unknown>>;

type Read<Result> = (node: PolicyNode, what: string, complain: Complain) => Result | undefined;

/** Reads one value; undefined where it has complained. `what` is its name in messages, e.g. `rules.idle-timeout`. */
export interface Reader<Result> extends Read<Result> {
  /** The same for editors: it takes all that is right, and of what is wrong as little as JSON Schema lets it. */
  readonly schema: JsonSchema;
}

export function reader<Result>(schema: JsonSchema, read: Read<Result>): Reader<Result> {
  return Object.assign<Read<Result>, { schema: JsonSchema }>((...args) => read(...args), {
    schema,
  });
}

/** The same reader, with what an editor shows beside the key. */
export function about<Result>(description: string, read: Reader<Result>): Reader<Result> {
  return reader({ description, ...read.schema }, read);
}

/** The schema of a map whose keys are known. */
export function mapSchema(
  readers: Readonly<Record<string, Reader<unknown>>>,
  more: JsonSchema = {},
): JsonSchema {
  const properties = Object.entries(readers).map(([key, { schema }]) => [key, schema]);
  return {
    type: ["object", "null"],
    additionalProperties: false,
    properties: Object.fromEntries(properties),
    ...more,
  };
}

/** Reads a map whose keys are known. Gives its entries by key; other keys and wrong types are complained about. */
export function fields<Key extends string>(
  node: PolicyNode,
  what: string,
  keys: readonly Key[],
  complain: Complain,
  hint: (key: string) => string | null = () => null,
): ReadonlyMap<Key, PolicyEntry> {
  const found = new Map<Key, PolicyEntry>();
  for (const entry of entries(node, what, complain)) {
    const key = keys.find((known) => known === entry.key);
    if (key === undefined) {
      const place = what === "" ? "" : ` in ${what}`;
      const advice = hint(entry.key) ?? didYouMean(entry.key, keys);
      complain(
        entry.keyAt,
        `unknown key ${quoted(entry.key)}${place}: ${advice}expected ${oneOf(keys)}`,
      );
    } else {
      found.set(key, entry);
    }
  }
  return found;
}

/** The entries of a map; none for an empty value or, after a complaint, for another type. */
export function entries(
  node: PolicyNode,
  what: string,
  complain: Complain,
): readonly PolicyEntry[] {
  if (node.kind === "map") {
    return node.entries;
  }
  if (node.kind !== "empty") {
    const subject = what === "" ? "the policy" : what;
    complain(node.at, `${subject} is ${described(node)}: expected keys with values`);
  }
  return [];
}

/** Reads one of the allowed words. */
export function choice<Word extends string>(...words: readonly Word[]): Reader<Word> {
  return reader({ enum: words }, (node, what, complain) => {
    const word = node.kind === "text" ? words.find((each) => each === node.text) : undefined;
    if (word === undefined) {
      const advice = node.kind === "text" ? didYouMean(node.text, words) : "";
      complain(node.at, `${what} is ${described(node)}: ${advice}expected ${oneOf(words)}`);
    }
    return word;
  });
}

/** What a text must look like, and what is expected where it does not. */
export interface Demand {
  readonly pattern: RegExp;
  readonly expected: string | ((value: string) => string);
}

/** Reads a text that meets all demands, and `check`, which gives null or what was expected instead. */
export function text(
  expected: string,
  demands: readonly Demand[] = [],
  check: (value: string) => string | null = () => null,
): Reader<string> {
  const patterns = demands.map(({ pattern }) => ({ pattern: pattern.source }));
  const schema = {
    type: "string",
    minLength: 1,
    ...(patterns.length > 0 && { allOf: patterns }),
  };
  return reader(schema, (node, what, complain) => {
    const problem =
      node.kind === "text" ? (unmet(demands, node.text) ?? check(node.text)) : expected;
    if (node.kind === "text" && node.text !== "" && problem === null) {
      return node.text;
    }
    complain(node.at, `${what} is ${described(node)}: expected ${problem ?? expected}`);
    return undefined;
  });
}

function unmet(demands: readonly Demand[], value: string): string | null {
  const first = demands.find(({ pattern }) => !pattern.test(value));
  if (first === undefined) {
    return null;
  }
  return typeof first.expected === "string" ? first.expected : first.expected(value);
}

/** Reads a list; an empty value is an empty list. Entries that are wrong are left out after a complaint. */
export function list<Entry>(entry: Reader<Entry>, example: string): Reader<readonly Entry[]> {
  const schema = { type: ["array", "null"], items: entry.schema };
  return reader(schema, (node, what, complain) => {
    if (node.kind === "empty") {
      return [];
    }
    if (node.kind !== "list") {
      complain(node.at, `${what} is ${described(node)}: expected a list such as ${example}`);
      return undefined;
    }
    return node.items
      .map((item, index) => entry(item, `${what}[${index}]`, complain))
      .filter((item) => item !== undefined);
  });
}

/** Reads `true` or `false`; `on` and `off`, which older YAML takes for the same, count too. */
export const flag = reader<boolean>(
  { enum: [true, false, "on", "off"] },
  (node, what, complain) => {
    const word = node.kind === "text" ? node.text : "";
    if (/^(?:true|on)$/i.test(word)) {
      return true;
    }
    if (/^(?:false|off)$/i.test(word)) {
      return false;
    }
    const advice = didYouMean(word, ["true", "false"]);
    complain(node.at, `${what} is ${described(node)}: ${advice}expected true or false`);
    return undefined;
  },
);

/** A value in the words of a message. */
export function described(node: PolicyNode): string {
  switch (node.kind) {
    case "empty":
      return "empty";
    case "list":
      return "a list";
    case "map":
      return "a map";
    case "text":
      return quoted(node.text);
    default:
      return node satisfies never;
  }
}

function oneOf(words: readonly string[]): string {
  return words.length < 3 ? words.join(" or ") : `one of ${words.join(", ")}`;
}

/** The keys that a table of readers has. */
export function keysOf<Key extends string>(readers: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(readers).filter((key): key is Key => Object.hasOwn(readers, key));
}
