import type { Config, ConfigProblem } from "../config/level.ts";
import { isInvalidDirective } from "./invalid-directive.ts";
import { isMisplacedDirective } from "./misplaced-directive.ts";
import { headOf, marked, quoted } from "./phrases.ts";
import { type ConfigRule, placeOf } from "./rule.ts";

export const refused: ConfigRule = {
  id: "refused",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "nginx refuses the configuration, so it does not start",
  isBesideHead: true,
  over: "config",
  check(config, report) {
    // Of a fragment nobody knows where it stands, and another nginx may know more than this one.
    if (config.kind !== "main" || config.incomplete.length > 0) {
      return;
    }
    for (const problem of config.problems) {
      const { use, message } = problem;
      if (!isSaidElsewhere(problem, config)) {
        report({
          place: use.inner === null ? placeOf(use) : headOf(use),
          use,
          level: use.level,
          message: `nginx refuses ${quoted(use)}, and does not start: ${marked(message)}.`,
        });
      }
    }
  },
};

/** Whether a rule about this kind of refusal says it. */
function isSaidElsewhere(problem: ConfigProblem, config: Config): boolean {
  const { code, use } = problem;
  const isOwn = [
    "duplicate-directive",
    "missing-include",
    "lost-include",
    "include-cycle",
    "proxy-pass-scheme",
  ].includes(code);
  return (
    isOwn ||
    isInvalidDirective(problem, config) ||
    isMisplacedDirective(problem, config) ||
    use.document.origin !== "repository"
  );
}
