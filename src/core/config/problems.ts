import { addressKey, invalidValue, formProblem } from "./directive-form.ts";
import { lowerAscii } from "../basics/ascii.ts";
import { variableProblem, isPattern, expands } from "../nginx/expanding.ts";
import { locationPath, type LocationParameters, readLocationName } from "./location-name.ts";
import { isOpaque } from "../syntax/opaque.ts";
import type { Span } from "../syntax/tree.ts";
import { type DirectiveRow, directiveRows, rowIn } from "../nginx/directives.ts";
import type { ConfigProblem, Level, Use } from "./level.ts";
import { fixedVariables } from "../nginx/fixed-variables.ts";

type Code = ConfigProblem["code"];

/** nginx stops at the first; a snippet that is included thousands of times would repeat it as often. */
const MOST_PROBLEMS = 1000;

const MOST_PORT = 65_535;

/**
 * Checks directives as nginx does, in the order in which it reads them: whether they may stand where they do, how they
 * are written, what they say twice, and the values that proxying depends on. Directives we do not know are passed over.
 */
export class Checker {
  readonly problems: ConfigProblem[] = [];
  readonly #firsts = new Map<Level, Map<string, Use>>();
  readonly #upstreams = new Map<string, Use>();
  readonly #defaultServers = new Map<string, Use>();
  /** `proxy_pass` uses with a port, by host, whose upstream has not been read so far. */
  readonly #proxied = new Map<string, { readonly use: Use; readonly port: number }[]>();
  /** Uses that nginx would not have got to: the levels in them are not looked at. */
  readonly #refused = new Set<Use>();

  report(use: Use, code: Code, message: string, earlier: Use | null = null, span?: Span): void {
    if (this.problems.length < MOST_PROBLEMS) {
      const { document } = use;
      this.problems.push({ document, span: span ?? headOf(use), code, message, use, earlier });
    }
  }

  /**
   * A directive was read; for a block, its `{`.
   *
   * @param rows what the directive's name stands for
   * @param anywhere its context was only guessed: it is not said to be misplaced
   */
  directive(use: Use, rows: readonly DirectiveRow[], anywhere: boolean): void {
    const row = rowIn(rows, use.level.context);
    if (row === undefined && anywhere) {
      this.#meaning(use);
      return;
    }
    if (row === undefined) {
      this.#refused.add(use);
      this.report(use, "misplaced-directive", `"${use.name}" directive is not allowed here`);
      return;
    }
    // A tag may stand for any number of parameters.
    if (use.document.hasTags && use.parameters.some(isOpaque)) {
      this.#repetition(use, row);
      return;
    }
    const form = formProblem(use, row);
    if (form !== null) {
      this.#refused.add(use);
      this.report(use, form.code, form.message);
      return;
    }
    this.#repetition(use, row);
    const value = row.value === null ? null : invalidValue(use, row.value);
    if (value !== null) {
      this.report(use, "invalid-value", value);
    }
    this.#variables(use);
    this.#meaning(use);
  }

  /** Each `$` of a parameter that may have variables must begin one. */
  #variables(use: Use): void {
    const { name, parameters, document } = use;
    if (!expands(name) || name === "log_format" || document.source.dollar !== "$") {
      return;
    }
    for (const [index, text] of parameters.entries()) {
      const problem = text.includes("$") && !isPattern(name, parameters, index);
      const message = problem ? variableProblem(text) : null;
      if (message !== null) {
        this.report(use, "invalid-value", message);
        return;
      }
    }
  }

  /** A line was read in a block whose lines are no directives we know. */
  entry(use: Use): void {
    const { level, name, parameters, document } = use;
    if (level.context === "map" && level.opener?.name === "map") {
      if (!(document.hasTags && [name, ...parameters].some(isOpaque))) {
        this.#mapEntry(level, use);
      }
    }
  }

  /** A block was read to its end. */
  blockEnd(inner: Level): void {
    this.#firsts.delete(inner);
    const { opener } = inner;
    const close = opener?.directive.block?.close;
    if (opener === null || close === null || close === undefined || this.#refused.has(opener)) {
      return;
    }
    if (
      inner.context === "upstream" &&
      inner.hidden.length === 0 &&
      inner.uses.every((use) => use.name !== "server" && directiveRows(use.name) !== undefined)
    ) {
      this.report(opener, "empty-upstream", "no servers are inside upstream", null, close);
    }
  }

  /** Gives the first use on this level with that key, or undefined and remembers this one. */
  #earlier(use: Use, key: string): Use | undefined {
    const firsts = this.#firsts.get(use.level) ?? new Map<string, Use>();
    this.#firsts.set(use.level, firsts);
    const first = firsts.get(key);
    if (first === undefined) {
      firsts.set(key, use);
    }
    return first;
  }

  #repetition(use: Use, row: DirectiveRow): void {
    if (!row.once) {
      return;
    }
    const { name } = use;
    const other = name === "alias" || name === "root" ? "root" : name;
    const first = this.#earlier(use, other);
    if (first !== undefined) {
      const message =
        first.name === name
          ? `"${name}" directive is duplicate`
          : `"${name}" directive is duplicate, "${first.name}" directive was specified earlier`;
      this.report(use, "duplicate-directive", message, first);
    }
  }

  #meaning(use: Use): void {
    switch (use.name) {
      case "proxy_pass":
        this.#proxyPass(use);
        break;
      case "upstream":
        this.#upstream(use);
        break;
      case "location":
        this.#location(use);
        break;
      case "listen":
        this.#listen(use);
        break;
      case "map":
      case "split_clients":
        this.#variable(use, use.parameters[1] ?? "");
        break;
      case "geo":
        this.#variable(use, use.parameters.at(-1) ?? "");
        break;
      case "set":
      case "auth_request_set":
        this.#variable(use, use.parameters[0] ?? "");
        break;
    }
  }

  #variable(use: Use, parameter: string): void {
    const name = parameter.slice(1).toLowerCase();
    if (!parameter.startsWith("$") || name === "") {
      this.report(use, "invalid-value", `invalid variable name "${parameter}"`);
    } else if (fixedVariables.has(name)) {
      const message = `the duplicate "${parameter.slice(1)}" variable`;
      this.report(use, "duplicate-name", message);
    }
  }

  #mapEntry(map: Level, use: Use): void {
    const { name: key, parameters, directive } = use;
    if (directive.block !== null) {
      this.#refused.add(use);
      this.report(use, "invalid-value", 'unexpected "{"');
      return;
    }
    const isOption = parameters.length === 0 && (key === "hostnames" || key === "volatile");
    if (!isOption && parameters.length !== 1) {
      this.report(use, "invalid-arity", "invalid number of the map parameters");
      return;
    }
    if (isOption || key === "include" || key.startsWith("~")) {
      return;
    }
    if (key === "default") {
      const first = this.#earlier(use, "default");
      if (first !== undefined) {
        this.report(use, "duplicate-name", "duplicate default map parameter", first);
      }
      return;
    }
    const exact = lowerAscii(key.startsWith("\\") ? key.slice(1) : key);
    const first = this.#earlier(use, `=${exact}`);
    if (first !== undefined && first.level === map) {
      this.report(use, "duplicate-name", `conflicting parameter "${exact}"`, first);
    }
  }

  #proxyPass(use: Use): void {
    const [target = ""] = use.parameters;
    // A value with variables is looked at only when a request comes.
    if (target.includes("$")) {
      return;
    }
    const [, authority, uri = ""] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(target) ?? [];
    if (authority === undefined) {
      this.report(use, "proxy-pass-scheme", "invalid URL prefix");
      return;
    }
    const isSocket = /^unix:/i.test(authority);
    const address = isSocket ? null : this.#address(use, authority, uri);
    if (address !== null) {
      this.report(use, "invalid-value", address);
      return;
    }
    const hasUri = isSocket ? /^https?:\/\/unix:[^:]*:./i.test(target) : uri !== "";
    if (hasUri && !replacesPath(use.level)) {
      const message =
        '"proxy_pass" cannot have URI part in location given by regular expression, or inside named location, ' +
        'or inside "if" statement, or inside "limit_except" block';
      this.report(use, "proxy-pass-uri", message);
    }
  }

  /** Why nginx refuses a host and port (ngx_parse_inet_url); null where it does not. */
  #address(use: Use, authority: string, uri: string): string | null {
    const [, host = authority, port] = /^(\[[^\]]*\]|[^:[]*):(.*)$/.exec(authority) ?? [];
    if (host === "") {
      return 'no host in upstream ""';
    }
    if (port === undefined) {
      return null;
    }
    if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > MOST_PORT) {
      return `invalid port in upstream "${authority}${uri}"`;
    }
    this.#upstreamPort(use, host, Number(port));
    return null;
  }

  #upstream(use: Use): void {
    const [name = ""] = use.parameters;
    const key = name.toLowerCase();
    const first = this.#upstreams.get(key);
    if (first !== undefined) {
      this.report(use, "duplicate-name", `duplicate upstream "${name}"`, first);
      return;
    }
    this.#upstreams.set(key, use);
    for (const { use: proxyPass, port } of this.#proxied.get(key) ?? []) {
      const message = `upstream "${name}" may not have port ${port}`;
      this.report(proxyPass, "upstream-port", message, use);
    }
  }

  #upstreamPort(use: Use, host: string, port: number): void {
    const key = host.toLowerCase();
    const upstream = this.#upstreams.get(key);
    if (upstream !== undefined) {
      this.report(use, "upstream-port", `upstream "${host}" may not have port ${port}`, upstream);
      return;
    }
    const waiting = this.#proxied.get(key) ?? [];
    waiting.push({ use, port });
    this.#proxied.set(key, waiting);
  }

  #listen(use: Use): void {
    const [address = "", ...options] = use.parameters;
    const isDefault = options.includes("default_server") || options.includes("default");
    const key = addressKey(address);
    const isDatagram = options.includes("quic") || options.includes("http3");
    const known = this.#earlier(use, `listen ${key}${isDatagram ? " udp" : ""}`);
    if (known !== undefined) {
      const shown = key.startsWith("*:") ? `0.0.0.0${key.slice(1)}` : key;
      this.report(use, "duplicate-name", `a duplicate listen ${shown}`, known);
      return;
    }
    const first = isDefault ? this.#defaultServers.get(key) : undefined;
    if (first !== undefined) {
      const shown = key.startsWith("*:") ? `0.0.0.0${key.slice(1)}` : address;
      this.report(use, "duplicate-name", `a duplicate default server for ${shown}`, first);
    } else if (isDefault) {
      this.#defaultServers.set(key, use);
    }
  }

  #location(use: Use): void {
    const [first = "", second] = use.parameters;
    if (second !== undefined && !["=", "^~", "~", "~*"].includes(first)) {
      this.#refused.add(use);
      this.report(use, "invalid-value", `invalid location modifier "${first}"`);
      return;
    }
    const own = readLocationName(use);
    const outer = use.level.opener;
    const nesting =
      outer?.name === "location" ? nestingProblem(own, readLocationName(outer)) : null;
    if (nesting !== null) {
      this.report(use, "misplaced-location", nesting);
      return;
    }
    if (own.kind === "exact" || own.kind.startsWith("prefix")) {
      const kind = own.kind === "exact" ? "exact" : "prefix";
      const known = this.#earlier(use, `location ${kind} ${own.text}`);
      if (known !== undefined) {
        this.report(use, "duplicate-name", `duplicate location "${own.text}"`, known);
      }
    }
  }
}

/** A simple directive to its `;`, a block to its `{`: that is where nginx stands when it complains. */
function headOf({ directive }: Use): Span {
  return { start: directive.start, end: directive.block?.open.end ?? directive.end };
}

/** Why a location may not stand in another one; null where it may. */
function nestingProblem(inner: LocationParameters, outer: LocationParameters): string | null {
  if (outer.kind === "exact" || outer.kind === "named") {
    return `location "${inner.text}" cannot be inside the ${outer.kind} location "${outer.text}"`;
  }
  if (inner.kind === "named") {
    return `named location "${inner.text}" can be on the server level only`;
  }
  return inner.kind.startsWith("regex") || inner.text.startsWith(outer.text)
    ? null
    : `location "${inner.text}" is outside location "${outer.text}"`;
}

/** Whether a URI part can stand for the location's own path; true where we do not see the location. */
function replacesPath(level: Level): boolean {
  return level.context === "location" && (level.opener === null || locationPath(level) !== null);
}
