const second = 1000;
const day = 24 * 60 * 60 * second;

/** In the order in which nginx takes them; a month has 30 days, a year 365. */
const units: readonly (readonly [unit: string, milliseconds: number])[] = [
  ["y", 365 * day],
  ["M", 30 * day],
  ["w", 7 * day],
  ["d", day],
  ["h", day / 24],
  ["m", 60 * second],
  ["s", second],
  ["ms", 1],
];

/**
 * Reads a time as nginx writes it, e.g. `3600s`, `1h 30m`, `500ms`, `60` (seconds), into milliseconds. Null where it is
 * none: units must be known and come from large to small, each once, and only the last number may lack one.
 */
export function parseTime(text: string): number | null {
  if (!/^\d+(?:(?:ms|[yMwdhms]) *\d+)*(?:ms|[yMwdhms])?$/.test(text)) return null;
  let total = 0;
  let smallest = -1;
  for (const [, digits, unit] of text.matchAll(/(\d+)(ms|[yMwdhms]|$)/g)) {
    const rank = units.findIndex(([name]) => name === (unit || "s"));
    if (rank <= smallest) return null;
    smallest = rank;
    total += Number(digits) * (units[rank]?.[1] ?? 0);
  }
  return Number.isSafeInteger(total) ? total : null;
}
