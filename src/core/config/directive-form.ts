import { parseTime } from "../syntax/time.ts";
import type { DirectiveRow } from "../nginx/directives.ts";
import type { ConfigProblem, Use } from "./level.ts";

/** Why a directive is not written as nginx wants it; null where it is. */
export function formProblem(
  { name, parameters, directive }: Use,
  row: DirectiveRow,
): { readonly code: ConfigProblem["code"]; readonly message: string } | null {
  if (row.block !== (directive.block !== null)) {
    const message = row.block
      ? `directive "${name}" has no opening "{"`
      : `directive "${name}" is not terminated by ";"`;
    return { code: "missing-block", message };
  }
  return parameters.length < row.least || parameters.length > row.most
    ? { code: "invalid-arity", message: `invalid number of arguments in "${name}" directive` }
    : null;
}

/** Values of other directives are nginx's to check. */
export function invalidValue(
  { name, parameters }: Use,
  kind: NonNullable<DirectiveRow["value"]>,
): string | null {
  const value = parameters[0] ?? "";
  switch (kind) {
    case "flag":
      return /^(?:on|off)$/i.test(value)
        ? null
        : `invalid value "${value}" in "${name}" directive, it must be "on" or "off"`;
    // Which of these a version takes is for the simulation to say: `2` came with 1.29.4.
    case "version":
      return ["1.0", "1.1", "2"].includes(value) ? null : `invalid value "${value}"`;
    case "time":
      return parseTime(value) === null ? `"${name}" directive invalid value` : null;
    // `keepalive 0` is refused before 1.29.7 (E59).
    case "count":
      return /^\d+$/.test(value) ? null : `invalid value "${value}" in "${name}" directive`;
  }
}

/** One text for an address that may be written in several ways: `80`, `*:80` and `0.0.0.0:80`, `10.0.0.1` and `10.0.0.1:80`. */
export function addressKey(address: string): string {
  if (/^\d+$/.test(address)) {
    return `*:${address}`;
  }
  const hasPort = /^unix:|\]:\d+$|^[^[\]]*:\d+$/.test(address);
  return (hasPort ? address : `${address}:80`).replace(/^0\.0\.0\.0(?=:)/, "*");
}
