import { directiveRows, isChecked, parseTime, rowIn } from "./directives.ts";
import type { ConfigProblem, Level, Use } from "./model.ts";

/**
 * What nginx refuses on this level, in its own wording: directives that may not stand here, that are there twice, that
 * have too few or too many parameters or a value that nginx does not take. Directives we do not know are passed over.
 */
export function levelProblems(level: Level): ConfigProblem[] {
  if (!isChecked(level.context)) {
    return [];
  }
  const problems: ConfigProblem[] = [];
  const first = new Map<string, Use>();
  const report = (
    use: Use,
    code: ConfigProblem["code"],
    message: string,
    earlier: Use | null = null,
  ): void => {
    problems.push({ document: use.document, span: use.directive, code, message, use, earlier });
  };
  for (const use of level.uses) {
    const rows = directiveRows(use.name);
    if (rows === undefined) {
      continue;
    }
    const row = rowIn(rows, level.context);
    if (row === undefined) {
      report(use, "misplaced-directive", `"${use.name}" directive is not allowed here`);
      continue;
    }
    if (row.block !== (use.directive.block !== null)) {
      report(
        use,
        "missing-block",
        row.block
          ? `directive "${use.name}" has no opening "{"`
          : `directive "${use.name}" is not terminated by ";"`,
      );
      continue;
    }
    if (use.parameters.length < row.least || use.parameters.length > row.most) {
      report(use, "invalid-arity", `invalid number of arguments in "${use.name}" directive`);
      continue;
    }
    const value = invalidValue(use, row.flag);
    if (value !== null) {
      report(use, "invalid-value", value);
    }
    const earlier = first.get(use.name);
    if (earlier === undefined) {
      first.set(use.name, use);
    } else if (row.once) {
      report(use, "duplicate-directive", `"${use.name}" directive is duplicate`, earlier);
    }
  }
  return problems;
}

function invalidValue(use: Use, flag: boolean): string | null {
  const value = use.parameters[0] ?? "";
  if (flag && !/^(?:on|off)$/i.test(value)) {
    return `invalid value "${value}" in "${use.name}" directive, it must be "on" or "off"`;
  }
  if (use.name === "proxy_http_version" && !["1.0", "1.1", "2"].includes(value)) {
    return `invalid value "${value}"`;
  }
  if (/^proxy_(?:read|send|connect)_timeout$/.test(use.name) && parseTime(value) === undefined) {
    return `"${use.name}" directive invalid value`;
  }
  return null;
}
