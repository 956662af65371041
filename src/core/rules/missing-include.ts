import { type ConfigRule, placeOf } from "./rule.ts";
import { marked, quoted } from "./phrases.ts";

export const missingInclude: ConfigRule = {
  id: "missing-include",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "An `include` has no file to read, so nginx does not start",
  fixMayChange: "everything",
  over: "config",
  check(config, report) {
    for (const { code, use, message } of config.problems) {
      const at = { place: placeOf(use), use, level: use.level };
      if (code === "lost-include") {
        report({
          ...at,
          message: `${quoted(use)} names a file that is not there, and nginx refuses to start: ${marked(message)}.`,
        });
      } else if (code === "include-cycle" && config.kind === "main") {
        report({
          ...at,
          message: `With ${quoted(use)}, ${message}: nginx opens files until it may open no more, and does not start.`,
        });
      }
    }
  },
};
