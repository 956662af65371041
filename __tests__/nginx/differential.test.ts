import { expect, test } from "vitest";
import { describeWithNginx } from "./suite.ts";
import { compareGenerated, describeDisagreements } from "./truth-generated.ts";

/** Another one each day would find more, but a failure should be there again on the next run: `SEED=n` asks for another. */
const seed = Number(process.env["SEED"] ?? 20_260);

const CONFIGURATIONS = 300;

describeWithNginx(`generated configurations (SEED=${seed})`, () => {
  test("the simulation says of each what real nginx does", { timeout: 120_000 }, async () => {
    const tally = await compareGenerated(seed, 0, CONFIGURATIONS);
    process.stdout.write(
      `Generated configurations: SEED=${seed}, ${tally.answered} requests compared\n`,
    );
    expect(describeDisagreements(tally.disagreements)).toBe("");
    expect(tally.unknown).toBeLessThan(tally.answered * 0.05);
  });
});
