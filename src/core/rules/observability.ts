import { effectiveList } from "../config/effective.ts";
import type { Config, Use } from "../config/level.ts";
import { variablesIn } from "../request/variables.ts";
import { usesNamed } from "../request/walk.ts";
import { isOpaque } from "../syntax/opaque.ts";
import { type LocationRule, placeOf } from "./rule.ts";
import { called, headOf, quoted } from "./phrases.ts";

export const observability: LocationRule = {
  id: "observability",
  group: "enterprise",
  severity: "notice",
  from: "enterprise",
  summary: "No access log shows whether handshakes succeed",
  over: "location",
  check(location, report) {
    const { config, level } = location;
    const { uses, hidden } = effectiveList(level, "access_log");
    if (config.kind !== "main" || hidden !== null || uses.some((use) => isTelling(use, config))) {
      return;
    }
    const [log] = uses;
    const http = config.main.uses.find(({ name }) => name === "http");
    const place = log === undefined ? (http === undefined ? null : headOf(http)) : placeOf(log);
    if (place !== null) {
      report({
        place,
        message: `No access log shows whether handshakes at ${called(location)} succeed: ${log === undefined ? "nginx's default format" : quoted(log)} has no \`$upstream_status\`. Failed ones are those with an \`$http_upgrade\` and another \`$status\` than 101.`,
      });
    }
  },
};

/** Whether a log's format has the upstream's status; what another program or a template writes is not known to lack it. */
function isTelling({ parameters }: Use, config: Config): boolean {
  const [target = "", name] = parameters;
  if (target === "off" || name === undefined || name.includes("=")) {
    return false;
  }
  const formats = usesNamed(config, "log_format").filter(
    ({ level, parameters: [format] }) => level.context !== "stream" && format === name,
  );
  return (
    (formats.length === 0 && name !== "combined") ||
    formats.some(
      ({ parameters: [, ...texts] }) =>
        texts.some(isOpaque) || texts.flatMap(variablesIn).includes("upstream_status"),
    )
  );
}
