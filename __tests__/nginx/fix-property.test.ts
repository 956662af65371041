import { expect, test } from "vitest";
import { describeFailures, tryFixes } from "./fix-property.ts";
import { describeWithNginx } from "./suite.ts";

/** As for the generated configurations of differential.test.ts. */
const seed = Number(process.env["SEED"] ?? 20_261);

const count = Number(process.env["COUNT"] ?? 250);

describeWithNginx(`${count} broken configurations (SEED=${seed})`, () => {
  test("every fix and every suggestion holds on real nginx", { timeout: 300_000 }, async () => {
    const { fixes, suggestions, failures } = await tryFixes(seed, 0, count);
    process.stdout.write(
      `Broken configurations: SEED=${seed}, ${fixes} fixes and ${suggestions} suggestions tried\n`,
    );
    expect(describeFailures(failures)).toBe("");
    expect(fixes).toBeGreaterThan(count);
    expect(suggestions).toBeGreaterThan(count / 2);
  });
});
