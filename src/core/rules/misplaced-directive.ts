import type { Config, ConfigProblem, Level, Use } from "../config/level.ts";
import type { Remedy } from "./remedy.ts";
import { hoisted } from "./hoist.ts";
import { settingLevel } from "./pair.ts";
import { type ConfigRule, placeOf } from "./rule.ts";
import { parameterText, quoted } from "./phrases.ts";

/** Directives that take part in a handshake. */
const concerned = /^(?:proxy_\w+|map|upstream|keepalive)$/;

/** Of these, the ones that neither \`if\` nor \`limit_except\` takes. */
const isSetting = /^proxy_(?!pass$|intercept_errors$)\w+$/;

/** Blocks that `http` takes alone. */
const isOfHttp = /^(?:map|upstream)$/;

export const misplacedDirective: ConfigRule = {
  id: "misplaced-directive",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "A directive stands in a block in which nginx refuses it",
  fixMayChange: "everything",
  over: "config",
  check(config, report) {
    for (const problem of config.problems) {
      const { use, message } = problem;
      const { level } = use;
      if (!isMisplacedDirective(problem, config)) {
        continue;
      }
      const outer = settingLevel(level);
      report({
        place: placeOf(use),
        use,
        level: outer,
        message: `${quoted(use)} stands ${whereIn(level)}, and nginx refuses to start: ${message}.`,
        remedies: isOfHttp.test(use.name)
          ? hoisted(config, use)
          : outer === level || outer.context !== "location"
            ? []
            : moved(use, outer),
      });
    }
  },
};

/** Whether the problem is this rule's matter. What a fragment stands in, when nothing includes it, is a guess. */
export function isMisplacedDirective({ code, use }: ConfigProblem, config: Config): boolean {
  const isGuess = use.level === config.main && config.kind !== "main";
  return code === "misplaced-directive" && concerned.test(use.name) && !isGuess;
}

function whereIn({ opener }: Level): string {
  return opener === null ? "at the top level of the main file" : `in ${quoted(opener)}`;
}

/** Out of the `if` or `limit_except` into the location, where that does not say it already. */
function moved(use: Use, outer: Level): Remedy[] {
  const { opener, uses } = use.level;
  const isAll = opener !== null && uses.every(({ name }) => isSetting.test(name));
  const gone: Remedy = { kind: "remove", use: isAll ? opener : use };
  const [name = ""] = use.parameters;
  if (use.name === "proxy_set_header") {
    const isThere = outer.uses.some(
      (other) =>
        other.name === use.name && other.parameters[0]?.toLowerCase() === name.toLowerCase(),
    );
    const value = name.toLowerCase() === "connection" ? null : parameterText(use, 1);
    return isThere ? [gone] : [gone, { kind: "header", name, value }];
  }
  const isThere = outer.uses.some((other) => other.name === use.name);
  const parameters = use.parameters.map((_, index) => parameterText(use, index));
  return isThere ? [gone] : [gone, { kind: "directive", name: use.name, parameters }];
}
