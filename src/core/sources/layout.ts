import { standIn } from "../syntax/opaque.ts";
import type { Span } from "../syntax/tree.ts";
import { Scanner } from "../syntax/scan.ts";
import { Problems } from "../syntax/problems.ts";

/** Where directives begin and end in a text, and how deep blocks are nested. */
export class Layout {
  /** Ends of tags that are alone in their line, where a directive could begin. */
  readonly loose: number[] = [];
  /** Sorted places at which a directive begins or ends, or a block opens or closes. */
  readonly #at: number[] = [];
  readonly #inside: boolean[] = [];
  readonly #depth: number[] = [];

  constructor(text: string) {
    const scanner = new Scanner(text, new Problems());
    let depth = 0;
    let within = false;
    const note = (offset: number): void => {
      this.#at.push(offset);
      this.#inside.push(within);
      this.#depth.push(depth);
    };
    note(0);
    for (let kind = scanner.next(); kind !== "end"; kind = scanner.next()) {
      switch (kind) {
        case "word":
          if (!within && isLoose(text, scanner.start, scanner.end)) {
            this.loose.push(scanner.end);
          } else if (!within) {
            within = true;
            note(scanner.start + 1);
          }
          break;
        case "semicolon":
          within = false;
          note(scanner.end);
          break;
        case "open":
          within = false;
          depth++;
          note(scanner.end);
          break;
        case "close":
          within = false;
          depth--;
          note(scanner.end);
          break;
        case "comment":
        case "lua":
          break;
      }
    }
  }

  isInDirective(offset: number): boolean {
    return this.#inside[this.#indexAt(offset)] ?? false;
  }

  /** Whether the span is within one directive. */
  holds({ start, end }: Span): boolean {
    return this.#indexAt(start) === this.#indexAt(end);
  }

  isOutermost({ start }: Span): boolean {
    return this.#depth[this.#indexAt(start)] === 0;
  }

  /** Whether the span has nothing but whole directives and blocks. */
  isWhole({ start, end }: Span): boolean {
    const first = this.#indexAt(start);
    const last = this.#indexAt(end);
    if (this.#inside[first] === true || this.#inside[last] === true) {
      return false;
    }
    const depth = this.#depth[first] ?? 0;
    if (this.#depth[last] !== depth) {
      return false;
    }
    for (let index = first; index <= last; index++) {
      if ((this.#depth[index] ?? 0) < depth) {
        return false;
      }
    }
    return true;
  }

  /** The last place that is not after the offset. */
  #indexAt(offset: number): number {
    let low = 0;
    let high = this.#at.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#at[middle] ?? 0) <= offset) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

/** Whether a word is nothing but tags, and nothing but blanks, a comment or a block's end follows it in its line. */
function isLoose(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (text[at] !== standIn) {
      return false;
    }
  }
  const lineEnd = text.indexOf("\n", end);
  return /^[ \t\r]*(?:[#}].*)?$/.test(text.slice(end, lineEnd === -1 ? text.length : lineEnd));
}
