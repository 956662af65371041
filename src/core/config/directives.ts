export { parseTime } from "../syntax/time.ts";
import { remembered } from "../collections.ts";
import type { Grammar } from "../syntax/tree.ts";
import { directiveTable } from "./directive-table.ts";
import type { Context } from "./model.ts";

/** Where a directive may stand and how it is written there. */
export interface DirectiveRow {
  readonly contexts: string;
  readonly least: number;
  /** Infinity where there is no limit. */
  readonly most: number;
  /** What its only or first parameter must be, as far as we check it. */
  readonly value: "flag" | "version" | "time" | "count" | null;
  readonly block: boolean;
  /** nginx refuses a second one on the same level. */
  readonly once: boolean;
}

const parsed = new Map<string, readonly DirectiveRow[]>();

/** The directive's rows, or undefined where nginx and the modules we know have no directive of that name. */
export function directiveRows(name: string): readonly DirectiveRow[] | undefined {
  const known = parsed.get(name);
  if (known !== undefined || !Object.hasOwn(directiveTable, name)) {
    return known;
  }
  const rows = (directiveTable[name] ?? "").split(" | ").map((row) => parseRow(name, row));
  parsed.set(name, rows);
  return rows;
}

const values: ReadonlyMap<string, DirectiveRow["value"]> = new Map([
  ["proxy_http_version", "version"],
  ["keepalive", "count"],
  ...["proxy_read", "proxy_send", "proxy_connect", "send", "client_body", "client_header"].map(
    (name) => [`${name}_timeout`, "time"] as const,
  ),
]);

function parseRow(name: string, row: string): DirectiveRow {
  const [contexts = "", count = "", ...words] = row.split(" ");
  const [least = "0", most] = count === "flag" ? ["1", "1"] : count.split("-");
  return {
    contexts,
    least: Number(least),
    most: most === "" ? Infinity : Number(most ?? least),
    value: count === "flag" ? "flag" : (values.get(name) ?? null),
    block: words.includes("block"),
    once: words.includes("once"),
  };
}

const letters: Readonly<Record<Context, string>> = {
  main: "M",
  events: "e",
  http: "h",
  upstream: "u",
  server: "s",
  "server-if": "i",
  location: "l",
  "location-if": "f",
  limit_except: "x",
  map: "",
  stream: "",
  mail: "",
  other: "",
};

/** Whether we know which directives stand in this context; not so inside `map`, `types`, `stream` or a module's block. */
export function isChecked(context: Context): boolean {
  return letters[context] !== "";
}

/** The row that holds in this context, or undefined where nginx says that the directive is not allowed here. */
export function rowIn(rows: readonly DirectiveRow[], context: Context): DirectiveRow | undefined {
  return rows.find((row) => row.contexts === "*" || row.contexts.includes(letters[context]));
}

/** What the parser asks to see that a `;` or `{` is missing. */
export const grammar: Grammar = {
  maxParameters: (name) => maxParameters(name) ?? undefined,
  opensBlock(name) {
    const rows = directiveRows(name);
    if (rows?.some(({ block }) => block) !== true) {
      return rows && "never";
    }
    return rows.every(({ block }) => block) ? "always" : "somewhere";
  },
};

const maxParameters = remembered((name): number | null => {
  const rows = directiveRows(name);
  return rows === undefined ? null : Math.max(...rows.map((row) => row.most));
});

/** The context that a block directive opens. */
export function contextInside(name: string, context: Context): Context {
  switch (name) {
    case "http":
    case "events":
    case "stream":
    case "mail":
      return context === "main" ? name : "other";
    case "upstream":
    case "server":
      return context === "http" ? name : "other";
    case "location":
      return context === "server" || context === "location" ? "location" : "other";
    case "if":
      return context === "server" ? "server-if" : context === "location" ? "location-if" : "other";
    case "limit_except":
      return context === "location" ? "limit_except" : "other";
    case "map":
    case "geo":
    case "split_clients":
    case "types":
    case "charset_map":
      return "map";
    default:
      return "other";
  }
}

/** An nginx version, as far as behaviour depends on it. */
export type NginxVersion = readonly [major: number, minor: number, patch: number];

/** The versions to ask when the version is not known: Debian 12's, and the newest whose behaviour was measured. */
export const oldestVersion: NginxVersion = [1, 22, 1];
export const newestVersion: NginxVersion = [1, 31, 5];

/** Whether `version` is `since` or later. */
export function isSince(version: NginxVersion, since: NginxVersion): boolean {
  for (let part = 0; part < 3; part++) {
    const difference = (version[part] ?? 0) - (since[part] ?? 0);
    if (difference !== 0) {
      return difference > 0;
    }
  }
  return true;
}

/** `proxy_http_version` defaults to 1.1, `Connection` is not sent and explicit upstreams keep connections (changes of 1.29.7). */
export const httpOneOneByDefault: NginxVersion = [1, 29, 7];
/** `Host` is the first line, `Host ""` falls back to `$proxy_host`, the last of two wins (E157, E158). */
export const hostFirst: NginxVersion = [1, 31, 4];
/** `Proxy-Connection` is no longer passed on. */
export const proxyConnectionStripped: NginxVersion = [1, 31, 0];
