import type { Use } from "../config/level.ts";
import { isTemplate } from "../nginx/shipped.ts";
import { type ConfigRule, placeOf } from "./rule.ts";
import { comesByInclude, quoted } from "./phrases.ts";

export const duplicateDirective: ConfigRule = {
  id: "duplicate-directive",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "A directive that may stand once per block stands there twice",
  fixMayChange: "everything",
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
      const [extra, kept] = extraAndKept(use, earlier);
      const areEqual = extra.parameters.join(" ") === kept.parameters.join(" ");
      const isBetter = is11(kept) && !is11(extra);
      report({
        place: placeOf(extra),
        use: extra,
        level: extra.level,
        message: `nginx refuses to start: "${use.name}" directive is duplicate${isTemplate(kept.document.path) ? `: ingress-nginx's template has ${quoted(kept)}` : areEqual ? "" : `: ${quoted(kept)}, and ${quoted(extra)}`}.`,
        related: [{ place: placeOf(kept), note: "the other one" }],
        remedies: areEqual || isBetter ? [{ kind: "remove", use: extra }] : [],
      });
    }
  },
};

/** Of two versions of HTTP the one that a handshake needs stays, else the one that an include brings. */
function extraAndKept(use: Use, earlier: Use): readonly [extra: Use, kept: Use] {
  const isKept =
    is11(use) === is11(earlier) ? comesByInclude(use) && !comesByInclude(earlier) : is11(use);
  return isKept ? [earlier, use] : [use, earlier];
}

function is11({ name, parameters }: Use): boolean {
  return name === "proxy_http_version" && parameters[0] === "1.1";
}
