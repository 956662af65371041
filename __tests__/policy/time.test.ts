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
  ["1y", undefined],
  ["1M", undefined],
  ["1m1m", undefined],
  ["1s1m", undefined],
  ["1ms1s", undefined],
  ["1.5h", undefined],
  ["-1", undefined],
  ["off", undefined],
  ["1x", undefined],
  ["", undefined],
  [" 60", undefined],
  ["99999999999999999999", undefined],
])("%j is %s ms", (text, milliseconds) => {
  expect(parseTime(text)).toBe(milliseconds);
});
