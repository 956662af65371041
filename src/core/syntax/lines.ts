/**
 * Turns UTF-16 offsets into lines and columns, both 1-based, and back.
 *
 * As in nginx and in git, a line ends at a line feed only: CRLF is a line feed with a carriage
 * return before it. A text that ends with a line feed has an empty last line after it, so that every
 * offset up to the text's length lies in a line.
 */
export class LineMap {
  readonly text: string;
  #starts: readonly number[] | null = null;

  constructor(text: string) {
    this.text = text;
  }

  /** How many lines there are; at least 1. */
  get count(): number {
    return this.#lineStarts().length;
  }

  /** The line that holds the offset. A line feed belongs to the line that it ends. */
  lineAt(offset: number): number {
    const starts = this.#lineStarts();
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#startAt(middle) <= offset) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low + 1;
  }

  /** The offset's place in its line, in UTF-16 units. */
  columnAt(offset: number): number {
    return offset - this.startOf(this.lineAt(offset)) + 1;
  }

  /** The offset of the line's first character. A line past the last one starts at the text's end. */
  startOf(line: number): number {
    return this.#startAt(line - 1);
  }

  /** The offset after the line's last character, before its line ending. */
  endOf(line: number): number {
    return this.#startAt(line) - this.eolOf(line).length;
  }

  /** The line's ending; empty for the last line. */
  eolOf(line: number): "\n" | "\r\n" | "" {
    const next = this.#startAt(line);
    if (line >= this.count) {
      return "";
    }
    return this.text.charAt(next - 2) === "\r" ? "\r\n" : "\n";
  }

  #startAt(index: number): number {
    return this.#lineStarts()[index] ?? this.text.length;
  }

  #lineStarts(): readonly number[] {
    this.#starts ??= lineStarts(this.text);
    return this.#starts;
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  return starts;
}
