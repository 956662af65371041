import type { Directive, Span } from "./tree.ts";

/** The last directive that starts at the offset or before it; directives of a block are in the order of the text. */
export function lastBefore(
  directives: readonly Directive[],
  offset: number,
): Directive | undefined {
  let low = 0;
  let high = directives.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((directives[middle]?.start ?? Infinity) <= offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return directives[low - 1];
}

/** The directives that the offset lies in, outermost first. Takes time in proportion to their depth. */
export function directivesAround(directives: readonly Directive[], offset: number): Directive[] {
  const around: Directive[] = [];
  let found = lastBefore(directives, offset);
  while (found !== undefined && offset < found.end) {
    around.push(found);
    found = lastBefore(found.block?.directives ?? [], offset);
  }
  return around;
}

/** Whether a span lies in another one, or is the same. */
export function isInside(inner: Span, outer: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
