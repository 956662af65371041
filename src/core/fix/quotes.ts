import { rememberedOf } from "../basics/collections.ts";
import type { Use } from "../config/level.ts";
import type { Document } from "../repository/document.ts";
import type { Directive } from "../syntax/tree.ts";

const variable = /^\$\w+$/;

/** Quotes a variable where every variable of the neighbouring headers is quoted alike; other values stay as they are. */
export function quoteAsNeighbours(headers: readonly Use[], value: string): string {
  const quotes = new Set(
    headers
      .map((use) => use.directive.parameters[1])
      .filter((word) => word?.value.includes("$"))
      .map((word) => word?.quote ?? ""),
  );
  return variable.test(value) ? quotedBy(quotes, value, "") : value;
}

/** A variable that takes another's place keeps its quotes; other values come with their own. */
export function quoteAsBefore(header: Use, value: string): string {
  const word = header.directive.parameters[1];
  return word !== undefined && word.value.includes("$") && variable.test(value)
    ? word.quote + value + word.quote
    : value;
}

/** Quotes a literal as the published guides do, unless the file writes such header values otherwise throughout. */
export function quoteAsFile(document: Document, value: string): string {
  return quotedBy(literalQuotes(document), value, '"');
}

const literalQuotes = rememberedOf(
  ({ tree }: Document): ReadonlySet<string> => new Set(quotesOfLiterals(tree.directives)),
);

function* quotesOfLiterals(directives: readonly Directive[]): Generator<string> {
  for (const { name, parameters, block } of directives) {
    const literal = parameters[1];
    if (name.value === "proxy_set_header" && /^[\w-]+$/.test(literal?.value ?? "")) {
      yield literal?.quote ?? "";
    }
    yield* quotesOfLiterals(block?.directives ?? []);
  }
}

function quotedBy(quotes: ReadonlySet<string>, value: string, usual: string): string {
  const [only = usual] = quotes;
  const quote = quotes.size === 1 ? only : usual;
  return quote + value + quote;
}
