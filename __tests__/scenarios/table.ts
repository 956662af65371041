import { caps } from "./caps.ts";
import { events } from "./events.ts";
import { faults } from "./faults.ts";
import { lifecycle } from "./lifecycle.ts";
import { permissions } from "./permissions.ts";
import type { Scenario } from "./play.ts";

/** What must hold on a pull request, whatever happens to it. */
export const scenarios: readonly Scenario[] = [
  ...lifecycle,
  ...events,
  ...permissions,
  ...caps,
  ...faults,
];
