import type { Block, Directive, SyntaxProblem } from "./tree.ts";

/** More problems than this say nothing new; hostile text could have one per character. */
const MOST_PROBLEMS = 1000;

/** Collects problems, the first thousand of them. */
export class Problems {
  readonly list: SyntaxProblem[] = [];

  report(code: SyntaxProblem["code"], start: number, end: number, message: string): void {
    if (this.list.length < MOST_PROBLEMS) {
      this.list.push({ start, end, code, message });
    }
  }
}

/** How much of a word a message repeats, in UTF-16 units. */
const LONGEST_QUOTATION = 60;

/** Says that a `;` is missing, after the cause by which nginx notices it. */
export function missingSemicolon(
  { name, parameters }: Directive,
  cause: string,
  text: string,
): string {
  const last = parameters.at(-1) ?? name;
  const after = text.slice(last.start, Math.min(last.end, last.start + LONGEST_QUOTATION));
  const ellipsis = last.end > last.start + LONGEST_QUOTATION ? "…" : "";
  return `${cause}, expecting ";" after ${after}${ellipsis}`;
}

/** Says that a block has no end. */
export function unclosed({ lua }: Block): string {
  return lua === null
    ? 'unexpected end of file, expecting "}"'
    : "unexpected end of file, expecting terminating characters for lua code block";
}

/** How nginx says that a directive has run into the next one; `table` is the name of a block whose lines are no directives. */
export function tooManyWords(name: string, table: string | null, endsInBlock: boolean): string {
  if (table !== null) {
    return `invalid number of the ${table} parameters`;
  }
  return endsInBlock
    ? `directive "${name}" is not terminated by ";"`
    : `invalid number of arguments in "${name}" directive`;
}
