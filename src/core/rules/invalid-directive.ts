import type { Config, ConfigProblem, Use } from "../config/level.ts";
import type { Remedy } from "./remedy.ts";
import { type ConfigRule, placeOf } from "./rule.ts";
import { headOf, marked, quoted } from "./phrases.ts";

const codes: ReadonlySet<ConfigProblem["code"]> = new Set([
  "invalid-arity",
  "invalid-value",
  "missing-block",
  "proxy-pass-scheme",
  "proxy-pass-uri",
  "upstream-port",
  "empty-upstream",
  "duplicate-name",
  "misplaced-location",
]);

/** Directives on which the way of a handshake depends. */
const concerned = /^(?:proxy_\w+|map|upstream|keepalive|location|set)$/;

export const invalidDirective: ConfigRule = {
  id: "invalid-directive",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "nginx refuses a directive as it is written, so it does not start",
  fixMayChange: "everything",
  over: "config",
  check(config, report) {
    for (const problem of config.problems) {
      const { code, use, message, earlier } = problem;
      if (!isInvalidDirective(problem, config) || isPlaceholder(problem)) {
        continue;
      }
      report({
        place: use.inner === null ? placeOf(use) : headOf(use),
        use,
        level: use.level,
        message: `nginx refuses ${quoted(use)}, and does not start: ${marked(message)}.`,
        related:
          earlier === null
            ? []
            : [
                {
                  place: headOf(earlier),
                  note: code === "upstream-port" ? "the upstream of that name" : "the other one",
                },
              ],
        remedies: remediesFor(problem),
      });
    }
  },
};

/** Whether the problem is this rule's matter. */
export function isInvalidDirective(problem: ConfigProblem, config: Config): boolean {
  return codes.has(problem.code) && isConcerned(problem.use) && !isGuess(problem, config);
}

function isConcerned({ name, level, parameters }: Use): boolean {
  // ws:// and wss:// have a rule of their own.
  const isSocket = name === "proxy_pass" && /^wss?:/i.test(parameters[0] ?? "");
  return (concerned.test(name) || level.opener?.name === "map") && !isSocket;
}

/** Whether the files of a folder are loaded together is a guess where nothing includes them, and what they stand in too. */
function isGuess({ code, use, earlier }: ConfigProblem, config: Config): boolean {
  return (
    config.kind !== "main" &&
    use.level === config.main &&
    (code === "missing-block" || (earlier !== null && earlier.document !== use.document))
  );
}

/** Whether something puts another text here before nginx sees it: `proxy_pass <backend>`, `proxy_buffering BUFFERING`. */
function isPlaceholder({ code, use }: ConfigProblem): boolean {
  return (
    ["invalid-arity", "invalid-value", "proxy-pass-scheme"].includes(code) &&
    use.parameters.some((text) => /[<>@%]|__|^[A-Z][A-Z0-9_]{2,}$/.test(text))
  );
}

function remediesFor({ use, code }: ConfigProblem): Remedy[] {
  return use.name === "proxy_http_version" && code === "invalid-value"
    ? [{ kind: "directive", name: use.name, parameters: ["1.1"] }]
    : [];
}
