export { parseTime } from "../syntax/time.ts";
import { remembered } from "../basics/collections.ts";
import type { Grammar } from "../syntax/tree.ts";
import { directiveTable } from "./directive-table.ts";

/** nginx's contexts, as far as they differ in which directives they take. */
export type Context =
  | "main"
  | "events"
  | "http"
  | "upstream"
  | "server"
  | "server-if"
  | "location"
  | "location-if"
  | "limit_except"
  | "map"
  | "stream"
  | "mail"
  | "other";

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

/** The contexts that block directives open, by where they stand; `*` for anywhere. */
const contextsInside: Readonly<Record<string, Readonly<Partial<Record<Context | "*", Context>>>>> =
  {
    http: { main: "http" },
    events: { main: "events" },
    stream: { main: "stream" },
    mail: { main: "mail" },
    upstream: { http: "upstream" },
    server: { http: "server" },
    location: { server: "location", location: "location" },
    if: { server: "server-if", location: "location-if" },
    limit_except: { location: "limit_except" },
    map: { "*": "map" },
    geo: { "*": "map" },
    split_clients: { "*": "map" },
    types: { "*": "map" },
    charset_map: { "*": "map" },
  };

/** The context that a block directive opens. */
export function contextInside(name: string, context: Context): Context {
  const opened = Object.hasOwn(contextsInside, name) ? contextsInside[name] : undefined;
  return opened?.[context] ?? opened?.["*"] ?? "other";
}
