import type { Config, Use } from "../config/level.ts";
import { directiveRows, isChecked } from "../nginx/directives.ts";
import { type Slip, slipOf } from "../nginx/slips.ts";
import { usesOfAny } from "../request/walk.ts";
import { isOpaque } from "../syntax/opaque.ts";
import type { Remedy } from "./remedy.ts";
import { marked } from "./phrases.ts";
import type { ConfigRule } from "./rule.ts";

export const unknownDirective: ConfigRule = {
  id: "unknown-directive",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "A directive's name is misspelt, so nginx does not start",
  fixMayChange: "everything",
  isBesideHead: true,
  over: "config",
  check(config, report) {
    const unknown = unknownUses(config);
    const isOfModule = unknown.length > 0 && hasModules(config);
    for (const use of unknown) {
      const { slip } = slipOf(use.name);
      if (slip === null) {
        continue;
      }
      const { document, directive, level } = use;
      report({
        place: { document, span: directive.name },
        use,
        level,
        message: messageOf(use, slip),
        ...((isOfModule || hasRelatives(use, unknown)) && { severity: "warning" }),
        remedies: remediesFor(use, slip),
      });
    }
  },
};

/** Directives that nginx does not know, where it would look at them. */
function unknownUses(config: Config): readonly Use[] {
  return usesOfAny(config, (name) => directiveRows(name) === undefined && !isOpaque(name)).filter(
    ({ level, document }) => isChecked(level.context) && document.origin === "repository",
  );
}

/** Modules that are loaded may bring directives that nobody here knows. */
function hasModules({ main }: Config): boolean {
  return main.uses.some(({ name }) => name === "load_module");
}

/** A second unknown name that begins alike says that a module is there. */
function hasRelatives({ name }: Use, unknown: readonly Use[]): boolean {
  const prefix = name.slice(0, name.lastIndexOf("_") + 1);
  return (
    prefix !== "" &&
    unknown.some(
      (other) =>
        other.name !== name && other.name.startsWith(prefix) && slipOf(other.name).slip === null,
    )
  );
}

function messageOf({ name }: Use, { meant, how }: Slip): string {
  const unknown = `nginx does not start: unknown directive ${marked(JSON.stringify(name))}`;
  switch (how) {
    case "letters":
      return `${unknown}. ${marked(meant)} is meant.`;
    case "case":
      return `${unknown}. Names of directives are written in small letters: ${marked(meant)}.`;
    case "invisible":
      return `${unknown}, because of a character in or before ${marked(meant)} that cannot be seen; it is no blank to nginx.`;
  }
}

/** The right name; what an invisible character has glued to it stands apart again. */
function remediesFor({ document, directive, name }: Use, { meant, how }: Slip): Remedy[] {
  const rest = how === "invisible" ? name.slice(name.indexOf(meant) + meant.length) : "";
  const text = `${meant}${rest.replace(/[^!-~]+/g, " ").trimEnd()}`;
  return [{ kind: "replace", place: { document, span: directive.name }, text }];
}
