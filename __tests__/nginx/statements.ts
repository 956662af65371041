/** One directive of a configuration that nginx is known to read; made for rewriting texts, not for checking them. */
export interface Statement {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** The span of the whole directive: to its `;`, or for a block to its `{`. */
  readonly start: number;
  readonly end: number;
  /** Where its block ends (before the `}`); null for a simple directive. */
  readonly blockEnd: number | null;
  readonly parent: Statement | null;
}

export interface Parameter {
  /** Without its quotes. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

interface Open extends Statement {
  blockEnd: number | null;
}

const tokens =
  /#[^\n]*|"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|[;{}]|(?:\\[^]|\$\{|[^\s;{\\])(?:\\[^]|\$\{|[^\s;{\\])*/g;

/** All directives of a text, outer before inner. Deliberately not the parser of `src/core`, which it is a check on. */
export function statementsOf(text: string): Statement[] {
  const statements: Statement[] = [];
  const blocks: Open[] = [];
  let words: Parameter[] = [];
  for (const match of text.matchAll(tokens)) {
    const [token] = match;
    const start = match.index;
    const end = start + token.length;
    if (token.startsWith("#")) {
      continue;
    }
    if (token === "}") {
      const block = blocks.pop();
      if (block !== undefined) {
        block.blockEnd = start;
      }
    } else if (token === ";" || token === "{") {
      const [name, ...parameters] = words;
      words = [];
      if (name === undefined) {
        continue;
      }
      const parent = blocks.at(-1) ?? null;
      const statement: Open = {
        name: name.value,
        parameters,
        start: name.start,
        end,
        blockEnd: null,
        parent,
      };
      statements.push(statement);
      if (token === "{") {
        statement.blockEnd = text.length;
        blocks.push(statement);
      }
    } else {
      const quoted = /^["']/.test(token);
      words.push({ value: quoted ? token.slice(1, -1) : token, start, end });
    }
  }
  return statements;
}

/** A replacement of a span; `start === end` inserts. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Applies replacements that do not overlap. */
export function replaceAll(text: string, replacements: readonly Replacement[]): string {
  let result = "";
  let position = 0;
  for (const { start, end, text: replacement } of replacements.toSorted(
    (a, b) => a.start - b.start,
  )) {
    result += text.slice(position, start) + replacement;
    position = end;
  }
  return result + text.slice(position);
}
