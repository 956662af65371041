import type { Level, Use } from "../config/model.ts";

/** Visits each use of a level and its inner levels, in the order of the text. */
export function forEachUse(level: Level, visit: (use: Use) => void): void {
  for (const use of usesWithin(level)) {
    visit(use);
  }
}

/**
 * The uses of a level and its inner levels, in the order of the text.
 *
 * @param enters which blocks to look into, all by default
 */
export function* usesWithin(
  level: Level,
  enters: (use: Use) => boolean = () => true,
): Generator<Use> {
  const open = [level.uses.values()];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const next = top.next();
    if (next.done === true) {
      open.pop();
      continue;
    }
    yield next.value;
    if (next.value.inner !== null && enters(next.value)) {
      open.push(next.value.inner.uses.values());
    }
  }
}
