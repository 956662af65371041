import { isAlias, isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Document, ParsedNode } from "yaml";
import { LineMap } from "../syntax/lines.ts";
import type { PolicyEntry, PolicyNode } from "./node.ts";
import type { Policy, PolicyProblem } from "./policy.ts";
import { quoted } from "./reader.ts";
import type { Complain } from "./reader.ts";
import { readPolicy } from "./schema.ts";

/** A policy of a thousand rules and endpoints is far below these; a file made to exhaust memory is above them. */
const mostCharacters = 200_000;
const mostAliases = 100;
const mostNodes = 50_000;
const deepest = 20;
const mostProblems = 50;

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
  if (found.length === 0) return { policy };
  const problems = found
    .toSorted((a, b) => a.at - b.at)
    .slice(0, mostProblems)
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
  if (text.length > mostCharacters) {
    complain(0, `the file has ${text.length} characters: expected at most ${mostCharacters}`);
    return readPolicy(nothing, complain);
  }
  const document = parse(text);
  if (document === null) {
    complain(0, `the file nests too deeply: expected at most ${deepest} levels`);
    return readPolicy(nothing, complain);
  }
  for (const fault of [...document.errors, ...document.warnings]) {
    complain(fault.pos[0], yamlMessage(fault));
  }
  if (document.errors.length > 0) return readPolicy(nothing, () => {});
  const content = new Converter(document, complain).convert(document.contents, 0);
  return readPolicy(content ?? nothing, content ? complain : () => {});
}

/** The library's parser calls itself for each level, so that 100,000 brackets overflow the stack: null then. */
function parse(text: string): Document.Parsed | null {
  try {
    return parseDocument(text, { prettyErrors: false, stringKeys: false });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function yamlMessage(fault: { readonly code: string; readonly message: string }): string {
  switch (fault.code) {
    case "DUPLICATE_KEY":
      return "this key stands here twice: expected it once";
    case "TAB_AS_INDENT":
      return "a tab indents this line: expected blanks";
    case "MULTIPLE_DOCS":
      return "a second document begins here: expected one";
    case "TAG_RESOLVE_FAILED":
      return "this tag is not known: expected a plain value";
    default:
      return `this is not YAML: ${fault.message.split("\n", 1)[0] ?? ""}`;
  }
}

/** Turns YAML's nodes into plain ones; bounded however often aliases repeat each other. */
class Converter {
  readonly #document: Document.Parsed;
  readonly #complain: Complain;
  #aliases = 0;
  #nodes = 0;
  #stopped = false;

  constructor(document: Document.Parsed, complain: Complain) {
    this.#document = document;
    this.#complain = complain;
  }

  /** Null after a complaint that makes the rest meaningless. */
  convert(node: ParsedNode | null, depth: number): PolicyNode | null {
    const at = node?.range[0] ?? 0;
    this.#nodes += 1;
    if (depth > deepest) return this.#stop(at, `too deep: expected at most ${deepest} levels`);
    if (this.#nodes > mostNodes) {
      return this.#stop(at, `too many values: expected at most ${mostNodes}`);
    }
    if (isAlias(node)) return this.#alias(node, at, depth);
    if (isMap(node)) {
      const entries = node.items.map((pair) => this.#entry(pair.key, pair.value, depth));
      return this.#stopped ? null : { kind: "map", at, entries: entries.filter((each) => each !== null) };
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.convert(item, depth + 1));
      return this.#stopped ? null : { kind: "list", at, items: items.filter((each) => each !== null) };
    }
    return scalar(node, at);
  }
}
