import { expect, test } from "vitest";
import { parseTime } from "../../src/core/syntax/time.ts";

/** As nginx 1.22.1 takes or refuses them for `proxy_read_timeout`. */
test.each([
  ["0", 0],
  ["60", 60_000],
  ["60s", 60_000],
  ["500ms", 500],
  ["1m", 60_000],
  ["1h30m", 5_400_000],
  ["1h 30m", 5_400_000],
  ["1h30", 3_630_000],
  ["1m 5", 65_000],
  ["5s5ms", 5005],
  ["1w", 604_800_000],
  ["1d", 86_400_000],
  ["60 ", 60_000],
  ["1y", null],
  ["1M", null],
  ["1m1m", null],
  ["1s1m", null],
  ["1ms1s", null],
  ["1.5h", null],
  ["-1", null],
  ["off", null],
  ["1x", null],
  ["", null],
  [" 60", null],
  ["99999999999999999999", null],
])("%j is %s ms", (text, milliseconds) => {
  expect(parseTime(text)).toBe(milliseconds);
});
