import { remembered } from "../basics/collections.ts";
import type { Config, Use } from "../config/level.ts";
import type { Remedy } from "./remedy.ts";
import { variablesIn } from "../request/variables.ts";
import { usesNamed } from "../request/walk.ts";
import { isDefined, isNeverCompiled } from "../request/definitions.ts";
import { type ConfigRule, placeOf } from "./rule.ts";
import { quoted } from "./phrases.ts";

export const undefinedVariable: ConfigRule = {
  id: "undefined-variable",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary:
    "A proxied header or address uses a variable that nothing defines, so nginx does not start",
  fixMayChange: "everything",
  over: "config",
  check(config, report) {
    const [elsewhere] = config.incomplete;
    const undefinedIn = remembered(
      (text) => variablesIn(text).find((name) => !isDefined(name, config)) ?? null,
    );
    for (const use of expandedUses(config)) {
      const text = use.parameters.at(-1) ?? "";
      const name = text.includes("$") ? undefinedIn(text) : null;
      if (name === null || isNeverCompiled(use)) {
        continue;
      }
      const refusal = `nginx refuses to start with unknown "${name}" variable, without file and line`;
      report({
        place: placeOf(use),
        use,
        level: use.level,
        ...(elsewhere === undefined || config.lostVariables.has(name)
          ? {
              message: `${quoted(use)} reads $${name}, which nothing in this configuration defines${elsewhere === undefined ? "" : " since this change"}: ${refusal}.`,
              remedies: remediesFor(use),
            }
          : {
              message: `${quoted(use)} reads $${name}, which nothing that we see defines (${elsewhere}). If nothing else does, ${refusal}.`,
              severity: "notice",
              commentable: false,
            }),
      });
    }
  },
};

/** Whose last parameter nginx looks through for variables as it starts. */
function expandedUses(config: Config): Use[] {
  return [...usesNamed(config, "proxy_set_header"), ...usesNamed(config, "proxy_pass")];
}

/** Only what a handshake needs has a value that we can know. */
function remediesFor({ parameters }: Use): Remedy[] {
  switch (parameters[0]?.toLowerCase()) {
    case "connection":
      return [{ kind: "header", name: "Connection", value: null }];
    case "upgrade":
      return [{ kind: "header", name: "Upgrade", value: "$http_upgrade" }];
    default:
      return [];
  }
}
