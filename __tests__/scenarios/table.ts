import { faults } from "./faults.ts";
import { lifecycle } from "./lifecycle.ts";
import type { Scenario } from "./play.ts";

/** Everything that must hold on a pull request, whatever happens to it. */
export const scenarios: readonly Scenario[] = [...lifecycle, ...faults];
