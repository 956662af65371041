import { expect, test } from "vitest";
import { describeWithNginx } from "./suite.ts";
import { compareGenerated, describeDisagreements } from "./truth-generated.ts";

/** Another one each day would find more, but a failure should be there again on the next run: `SEED=n` asks for another. */
const seed = Number(process.env["SEED"] ?? 20_260);

const CONFIGURATIONS = 2000;

describeWithNginx(`generated configurations (SEED=${seed})`, () => {
  test("the simulation says of each what real nginx does", { timeout: 600_000 }, async () => {
    const tally = await compareGenerated(seed, 0, CONFIGURATIONS);
    process.stdout.write(
      `Generated configurations: SEED=${seed}, ${tally.configurations} of them, ${tally.refused} refused, ` +
        `${tally.answered} requests compared, ${tally.unknown} unknown\n`,
    );
    expect(describeDisagreements(tally.disagreements)).toBe("");
    // The generator writes no Lua and no template's tag, and nginx finds no file in the folder that it serves: nothing
    // of what it writes is for nginx alone to know.
    expect(tally.unknown).toBe(0);
  });
});
