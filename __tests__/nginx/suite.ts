/* oxlint-disable vitest/no-conditional-tests, vitest/no-disabled-tests, vitest/valid-title, vitest/valid-describe-callback, vitest/expect-expect -- This file decides which tests there are. */
import { describe, test } from "vitest";
import { findNginx } from "../../scripts/fetch-nginx.ts";

const nginx = await findNginx();

/**
 * A `describe` whose tests need nginx. Where there is none they count as skipped and the reason is printed; under
 * `CI=true` they fail.
 */
export function describeWithNginx(title: string, tests: () => void): void {
  if (!("unavailable" in nginx)) {
    describe(title, tests);
  } else if (process.env["CI"] === "true") {
    test(title, () => {
      throw new Error(nginx.unavailable);
    });
  } else {
    process.stderr.write(`Skipped "${title}": ${nginx.unavailable}\n`);
    describe.skip(`${title} (${nginx.unavailable})`, tests);
  }
}
