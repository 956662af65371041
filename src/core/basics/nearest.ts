/**
 * The candidate that a misspelt word most likely stands for, or null where none is near. Near is: one is the beginning of
 * the other, or at most a third of the letters are wrong.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const given = word.slice(0, 60).toLowerCase();
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = distanceBetween(given, candidate.toLowerCase());
    if (distance < bestDistance && isNear(given, candidate.toLowerCase(), distance)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function isNear(given: string, candidate: string, distance: number): boolean {
  if (distance <= Math.max(1, Math.floor(Math.max(given.length, candidate.length) / 3))) {
    return true;
  }
  const shorter = Math.min(given.length, candidate.length);
  return shorter >= 3 && (given.startsWith(candidate) || candidate.startsWith(given));
}

/** How many letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
export function distanceBetween(from: string, to: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped && row > 1 && column > 1) {
        cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
}

/** `did you mean "x"? `, or nothing where no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = nearest(word, candidates);
  return candidate === null ? "" : `did you mean ${quoted(candidate)}? `;
}

/** The text in double quotes, on one line and not too long. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
