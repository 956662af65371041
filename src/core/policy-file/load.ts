import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  type Alias,
  type Document,
  type Pair,
} from "yaml";
import { LineMap } from "../syntax/lines.ts";
import type { PolicyEntry, PolicyNode } from "./node.ts";
import type { Policy, PolicyProblem } from "../policy/policy.ts";
import { quoted } from "../basics/nearest.ts";
import { described, type Complain } from "./reader.ts";
import { readPolicy } from "./schema.ts";

/** A policy of a thousand rules and endpoints is far below these; a file made to exhaust memory is above them. */
const MOST_CHARACTERS = 100_000;
const MOST_ALIASES = 100;
const MOST_NODES = 10_000;
const DEEPEST = 20;
const MOST_PROBLEMS = 50;
const tooDeep = `this nests too deeply: expected at most ${DEEPEST} levels`;

/**
 * Reads the policy file's text. An empty text gives the default policy. All problems are reported, in the order of the
 * text, at most 50.
 * @param path the file's name in the problems.
 */
export function loadPolicy(
  text: string,
  path: string,
): { readonly policy: Policy } | { readonly problems: readonly PolicyProblem[] } {
  const lines = new LineMap(text);
  const found: { at: number; message: string }[] = [];
  const complain: Complain = (at, message) => {
    found.push({ at, message });
  };
  const policy = read(text, complain);
  if (found.length === 0) {
    return { policy };
  }
  const problems = found
    .toSorted((a, b) => a.at - b.at)
    .slice(0, MOST_PROBLEMS)
    .map(({ at, message }) => ({
      file: path,
      line: lines.lineAt(at),
      column: lines.columnAt(at),
      message,
    }));
  return { problems };
}

function read(text: string, complain: Complain): Policy {
  const nothing: PolicyNode = { kind: "empty", at: 0 };
  if (text.length > MOST_CHARACTERS) {
    complain(0, `the file has ${text.length} characters: expected at most ${MOST_CHARACTERS}`);
    return readPolicy(nothing, complain);
  }
  const document = parse(text);
  if (document === null) {
    complain(0, tooDeep);
    return readPolicy(nothing, complain);
  }
  // One fault of syntax makes the parser stumble on: only the first is the author's.
  const [fault] = [...document.errors, ...document.warnings].toSorted(
    (a, b) => a.pos[0] - b.pos[0],
  );
  if (fault !== undefined) {
    complain(fault.pos[0], yamlMessage(fault));
    return readPolicy(nothing, () => {});
  }
  const content = new Converter(document, complain).convert(document.contents, 1);
  return readPolicy(content ?? nothing, content ? complain : () => {});
}

/** The library's parser calls itself for each level, so that 100,000 brackets overflow the stack: null then. */
function parse(text: string): Document.Parsed | null {
  try {
    return parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  } catch (error) {
    if (error instanceof RangeError) {
      return null;
    }
    throw error;
  }
}

/** What the library's codes mean to somebody who edits the file. */
const yamlFaults: Readonly<Record<string, string>> = {
  BAD_INDENT:
    "the indent does not fit, or a bracket is open: expected the column of the entries before, or ] or }",
  BAD_SCALAR_START: "a text cannot begin with this character: expected quotes around it",
  BLOCK_AS_IMPLICIT_KEY:
    "a second key stands in one entry: expected `key: value` in a line of its own, or quotes around a text with a colon",
  MISSING_CHAR: "the text ends inside quotes: expected the closing quote",
  MULTILINE_IMPLICIT_KEY: "this line is no entry: expected `key: value`",
  MULTIPLE_DOCS: "a second document begins here: expected one",
  RESOURCE_EXHAUSTION: tooDeep,
  TAB_AS_INDENT: "a tab indents this line: expected blanks",
  TAG_RESOLVE_FAILED: "this tag is not known: expected a plain value",
};

function yamlMessage({
  code,
  message,
}: {
  readonly code: string;
  readonly message: string;
}): string {
  const [fault = ""] = message.split("\n", 1);
  return (
    yamlFaults[code] ?? `this is not YAML: ${fault}: expected entries such as \`profile: basic\``
  );
}

/** Turns YAML's nodes into plain ones; bounded however often aliases repeat each other. */
class Converter {
  readonly #document: Document.Parsed;
  readonly #complain: Complain;
  readonly #open = new Set<unknown>();
  #aliases = 0;
  #nodes = 0;
  #stopped = false;

  constructor(document: Document.Parsed, complain: Complain) {
    this.#document = document;
    this.#complain = complain;
  }

  /** Null after a complaint that makes the rest meaningless. */
  convert(node: unknown, depth: number): PolicyNode | null {
    const at = startOf(node);
    this.#nodes += 1;
    if (this.#stopped) {
      return null;
    }
    if (depth > DEEPEST) {
      return this.#stop(at, tooDeep);
    }
    if (this.#nodes > MOST_NODES) {
      return this.#stop(at, `too many values: expected at most ${MOST_NODES}`);
    }
    if (isAlias(node)) {
      return this.#alias(node, at, depth);
    }
    if (!isMap(node) && !isSeq(node)) {
      return scalar(node, at);
    }
    this.#open.add(node);
    const converted: PolicyNode = isMap(node)
      ? { kind: "map", at, entries: this.#entries(node.items, depth + 1) }
      : { kind: "list", at, items: this.#items(node.items, depth + 1) };
    this.#open.delete(node);
    return this.#stopped ? null : converted;
  }

  #items(nodes: readonly unknown[], depth: number): readonly PolicyNode[] {
    return nodes.map((node) => this.convert(node, depth)).filter((item) => item !== null);
  }

  #entries(pairs: readonly Pair[], depth: number): readonly PolicyEntry[] {
    const entries = new Map<string, PolicyEntry>();
    for (const pair of pairs) {
      const keyAt = startOf(pair.key);
      const key = this.convert(pair.key, depth);
      const value = this.convert(pair.value, depth);
      if (key === null || value === null) {
        return [];
      }
      if (key.kind !== "text") {
        this.#complain(keyAt, `this key is ${described(key)}: expected a word`);
      } else if (entries.has(key.text)) {
        this.#complain(keyAt, `the key ${quoted(key.text)} stands here twice: expected it once`);
      } else {
        // An empty value has no place of its own.
        const placed = value.kind === "empty" ? { ...value, at: value.at || keyAt } : value;
        entries.set(key.text, { key: key.text, keyAt, value: placed });
      }
    }
    return [...entries.values()];
  }

  /** A copy of what the anchor holds; its offsets are the anchor's. */
  #alias(alias: Alias, at: number, depth: number): PolicyNode | null {
    const name = quoted(`*${alias.source}`);
    this.#aliases += 1;
    if (this.#aliases > MOST_ALIASES) {
      return this.#stop(at, `too many aliases: expected at most ${MOST_ALIASES}`);
    }
    const target = alias.resolve(this.#document);
    if (target === undefined) {
      return this.#stop(at, `the alias ${name} has no anchor before it: expected a value`);
    }
    if (this.#open.has(target)) {
      return this.#stop(at, `the alias ${name} stands inside its own anchor: expected a value`);
    }
    return this.convert(target, depth);
  }

  #stop(at: number, message: string): null {
    if (!this.#stopped) {
      this.#complain(at, message);
    }
    this.#stopped = true;
    return null;
  }
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** A plain scalar is taken as written: YAML would read the version 1.30 as the number 1.3. */
function scalar(node: unknown, at: number): PolicyNode {
  if (!isScalar(node) || node.value === null) {
    return { kind: "empty", at };
  }
  const text = node.type !== "PLAIN" && typeof node.value === "string" ? node.value : node.source;
  return { kind: "text", at, text: text ?? "" };
}
