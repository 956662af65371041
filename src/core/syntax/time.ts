import { remembered } from "../basics/collections.ts";

/** Milliseconds per unit, in the only order that nginx takes; a bare number, the last, is seconds. */
const scales = [604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1, 1000];
/** What `parseTime` takes, but for the empty text and numbers that are too large. */
export const timePattern =
  /^(?:(\d+)w *)?(?:(\d+)d *)?(?:(\d+)h *)?(?:(\d+)m *(?!s))?(?:(\d+)s *)?(?:(\d+)ms *)?(\d+)? *$/;

/**
 * Gives the milliseconds of a time as nginx's timeouts take it ("60s", "1h30m", "1h 30m", "500ms", "60"), or null where nginx
 * refuses it: units come from large to small, each once, and months and years are only for directives that count in
 * seconds (`ngx_parse_time`, core/ngx_parse.c).
 */
export const parseTime = remembered((text): number | null => {
  const [, ...counts] = timePattern.exec(text) ?? [];
  if (counts.every((count) => count === undefined)) {
    return null;
  }
  const total = counts.reduce(
    (sum, count, index) => sum + Number(count ?? 0) * (scales[index] ?? 0),
    0,
  );
  return Number.isSafeInteger(total) ? total : null;
});
