import { readable } from "../../src/core/syntax/opaque.ts";
import { parse } from "../../src/core/syntax/parse.ts";
import { tokenize } from "../../src/core/syntax/tokenize.ts";
import type { Directive, Grammar } from "../../src/core/syntax/tree.ts";

/** The words of a directive, as nginx keeps them or, where that is not known, as they are written, then the outline of its block. */
export type Outline = (string | Outline[])[];

export function outline(directives: readonly Directive[]): Outline[] {
  return directives.map(({ name, parameters, block }) => {
    const words = [name, ...parameters].map(({ value }) => readable(value));
    return block === null ? words : [...words, outline(block.directives)];
  });
}

/** Each problem as its code and the text it points at. */
export function problems(text: string, grammar?: Grammar): string[] {
  return parse(text, grammar).problems.map(
    ({ code, start, end }) => `${code} ${text.slice(start, end)}`,
  );
}

export function messages(text: string, grammar?: Grammar): string[] {
  return parse(text, grammar).problems.map(({ message }) => message);
}

/** The tokens without space, each as its kind and its text. */
export function tokens(text: string): string[] {
  return tokenize(text)
    .filter(({ kind }) => kind !== "space")
    .map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);
}

/** What is wrong with the tokens of the text: holes, overlaps, empty tokens; undefined when nothing is. */
export function lossAt(text: string): string | undefined {
  let covered = 0;
  for (const { kind, start, end } of tokenize(text)) {
    if (start !== covered || end <= start) {
      return `${kind} ${start}..${end} after ${covered}`;
    }
    covered = end;
  }
  return covered === text.length ? undefined : `the tokens end at ${covered} of ${text.length}`;
}

const KNOWN = new Map([
  ["access_by_lua_block", Infinity],
  ["http", 0],
  ["if", Infinity],
  ["internal", 0],
  ["listen", Infinity],
  ["location", 2],
  ["map", 2],
  ["proxy_http_version", 1],
  ["proxy_pass", 1],
  ["proxy_set_header", 2],
  ["return", 2],
  ["root", 1],
  ["server", 0],
  ["server_name", Infinity],
]);

const BLOCKS = new Set(["http", "if", "location", "map"]);

export const grammar: Grammar = {
  maxParameters: (name) => KNOWN.get(name),
  opensBlock: (name) =>
    name === "server"
      ? "somewhere"
      : BLOCKS.has(name)
        ? "always"
        : KNOWN.has(name)
          ? "never"
          : undefined,
};
