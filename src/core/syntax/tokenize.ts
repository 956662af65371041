import { Scanner } from "./scan.ts";
import { Problems } from "./problems.ts";
import type { Token } from "./tree.ts";

/**
 * Splits the text into tokens that touch each other: their texts joined are the text.
 *
 * Never throws. Takes time in proportion to the text's length. A byte order mark at the start counts
 * as space.
 */
export function tokenize(text: string): Token[] {
  const scanner = new Scanner(text, new Problems());
  const tokens: Token[] = [];
  let covered = 0;
  for (let kind = scanner.next(); ; kind = scanner.next()) {
    const { start, end } = scanner;
    if (start > covered) {
      tokens.push({ start: covered, end: start, kind: "space" });
    }
    if (kind === "end") {
      return tokens;
    }
    if (end > start) {
      tokens.push({ start, end, kind });
    }
    covered = end;
  }
}
