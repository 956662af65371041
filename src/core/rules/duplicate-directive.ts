import { isTemplate } from "../config/surroundings.ts";
import { type ConfigRule, placeOf } from "./rule.ts";
import { comesByInclude, quoted } from "./words.ts";

export const duplicateDirective: ConfigRule = {
  id: "duplicate-directive",
  over: "config",
  check(config, report) {
    for (const { code, use, earlier } of config.problems) {
      if (code !== "duplicate-directive" || earlier === null) {
        continue;
      }
      // Whether the files of a folder are loaded together is a guess where nothing includes them.
      if (
        config.kind !== "main" &&
        use.level === config.main &&
        use.document !== earlier.document
      ) {
        continue;
      }
      const [extra, kept] =
        comesByInclude(use) && !comesByInclude(earlier) ? [earlier, use] : [use, earlier];
      const areEqual = extra.parameters.join(" ") === kept.parameters.join(" ");
      report({
        place: placeOf(extra),
        level: extra.level,
        message: `nginx refuses to start: "${use.name}" directive is duplicate${isTemplate(kept.document.path) ? `: ingress-nginx's template has ${quoted(kept)}` : areEqual ? "" : `: ${quoted(kept)}, and ${quoted(extra)}`}.`,
        related: [{ place: placeOf(kept), note: "the other one" }],
        remedies: areEqual ? [{ kind: "remove", use: extra }] : [],
      });
    }
  },
};
