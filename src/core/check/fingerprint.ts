import { rememberedOf } from "../basics/collections.ts";
import type { Place } from "../repository/document.ts";
import { lastBefore } from "../syntax/find.ts";
import { readable } from "../syntax/opaque.ts";
import type { Directive } from "../syntax/tree.ts";

export interface FingerprintParts {
  readonly rule: string;
  readonly path: string;
  /** From {@link blockPath}. */
  readonly blockPath: string;
  /** The name of the directive at the finding's place, with what tells it from its neighbours, e.g. the header it sets. */
  readonly directive: string;
  /** 0 for the first finding with the same other parts, in the order of the file. */
  readonly ordinal: number;
}

/** A finding's identity: 16 hexadecimal digits, which stay the same when lines move. */
export function fingerprintOf(parts: FingerprintParts): string {
  return fnv1a(
    JSON.stringify([parts.rule, parts.path, parts.blockPath, parts.directive, parts.ordinal]),
  );
}

/**
 * The blocks around a place, outermost first, e.g. `http > server[api.example.com] > location[/ws]`; empty at the file's
 * top level. A block is not around its own head. The second of two blocks with one name is `server[api.example.com]#2`.
 */
export function blockPath({ document, span }: Place): string {
  const names: string[] = [];
  let siblings = document.tree.directives;
  for (;;) {
    const around = lastBefore(siblings, span.start);
    const block = around?.block;
    if (!around || !block || span.start < block.open.end || block.end < span.end) {
      return names.join(" > ");
    }
    names.push(namesIn(siblings).get(around) ?? "");
    siblings = block.directives;
  }
}

/** Each block's name among its siblings; worked out once per level. */
const namesIn = rememberedOf((siblings: readonly Directive[]): ReadonlyMap<Directive, string> => {
  const names = new Map<Directive, string>();
  const counts = new Map<string, number>();
  for (const directive of siblings) {
    if (!directive.block) {
      continue;
    }
    const name = nameOf(directive);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    names.set(directive, count === 1 ? name : `${name}#${count}`);
  }
  return names;
});

/** A server is known by its first name, or where it has none by its first listener. */
function nameOf({ name, parameters, block }: Directive): string {
  const words =
    name.value === "server"
      ? [firstParameter(block?.directives ?? [], "server_name", "listen")]
      : parameters.map(({ value }) => value);
  const label = readable(words.join(" "));
  return label === "" ? name.value : `${name.value}[${label}]`;
}

function firstParameter(directives: readonly Directive[], ...names: readonly string[]): string {
  for (const name of names) {
    const directive = directives.find((each) => each.name.value === name);
    const value = directive?.parameters[0]?.value;
    if (value) {
      return value;
    }
  }
  return "";
}

/** FNV-1a with 64 bits, over UTF-16 units. */
function fnv1a(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index += 1) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, "0");
}
