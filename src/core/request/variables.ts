import { remembered } from "../basics/collections.ts";
import type { Config, Level, Use } from "../config/level.ts";
import { nearest } from "../basics/nearest.ts";
import { isOpaque, withoutTags } from "../syntax/opaque.ts";
import { definitions, isDefined, setInLocations } from "./definitions.ts";
import { escapeArgument } from "./escape.ts";
import { mapTable, onlyValue, select } from "./map.ts";
import type { Unknown, Value } from "./exchange.ts";
import type { Groups } from "./pattern.ts";
import { clientHeader, type ClientRequest } from "./client-request.ts";

export { definitions, isDefined, isNeverCompiled } from "./definitions.ts";
export { selectedEntry } from "./map.ts";
export { forEachUse, usesNamed, usesWithin } from "./walk.ts";

/** The state of one request on its way through nginx. */
export interface Scope {
  readonly config: Config;
  readonly request: ClientRequest;
  /** What `set` and captures have given so far, by name in lower case. */
  readonly assigned: Map<string, Value>;
  /** What maps have given: nginx keeps a map's value for the rest of the request, unless it is `volatile`. */
  readonly computed: Map<string, Value>;
  /** `$proxy_host` and `$proxy_port`, known once the `proxy_pass` is. */
  proxyHost: Value | null;
  proxyPort: Value | null;
  /** `$request_method`; `error_page` with a path makes it GET. */
  method: string;
  /** `$uri`, which rewrites change; null where it is not known. */
  path: string | null;
  /** `$args`, which rewrites change; null where it is not known. */
  query: string | null;
  /** `$server_name`; null where it is not known. */
  readonly serverName: string | null;
  /** Whether the request target may be sent as the client wrote it: no rewrite, `try_files` or `error_page` came before. */
  sentAsAsked: boolean;
  /** Whether the URI part of `proxy_pass` takes the place of the location's path: not so after `rewrite … break`. */
  replacesPath: boolean;
  /** Whether nginx itself made the path: then `internal` locations are open to it. */
  isInternal: boolean;
  /** Whether the groups in the text that is evaluated are escaped as in a query. */
  escapesGroups: boolean;
  /** Why code that we cannot follow may have changed what `set` gave; null where there is none. */
  meddler: string | null;
}

/** Starts a request's way with nothing assigned. */
export function newScope(config: Config, request: ClientRequest, serverName: string | null): Scope {
  return {
    config,
    request,
    assigned: new Map(),
    computed: new Map(),
    proxyHost: null,
    proxyPort: null,
    method: request.method,
    path: request.path,
    query: request.query,
    serverName,
    sentAsAsked: true,
    replacesPath: true,
    isInternal: false,
    escapesGroups: false,
    meddler: null,
  };
}

export function isKnown(value: Value): value is string {
  return typeof value === "string";
}

export function unknown(why: string, text: string): Unknown {
  return { unknown: why, text };
}

/** The value as people read it: known text, or the text with its unknown parts as written. */
export function shown(value: Value): string {
  return isKnown(value) ? value : value.text;
}

/** A variable in a parameter: `${name}`, a group's one digit, or a name. nginx has no way to escape a `$` (E153). */
const reference = /\$(?:\{(\w+)\}|([1-9])|([A-Za-z_]\w*))/g;

/** What a template's tag says, or a variable. */
const referenceOrTag = new RegExp(`\\uE000([^\\uE001]*)\\uE001|${reference.source}`, "g");

/** The names of the variables in a parameter, in lower case, in order. */
export function variablesIn(text: string): readonly string[] {
  return text.includes("$") ? namesIn(text) : none;
}

const none: readonly string[] = [];

const namesIn = remembered((text): readonly string[] =>
  Array.from(withoutTags(text).matchAll(reference), ([, braced, digit, bare]) =>
    (braced ?? digit ?? bare ?? "").toLowerCase(),
  ),
);

/** Expands the variables of a parameter's value. */
export function evaluate(text: string, scope: Scope): Value {
  return expand(text, scope, []);
}

/** Longer values (UTF-16 units) than any header line, as maps that double each other make them, are not computed. */
const LONGEST_VALUE = 65_536;

/** Variables that need each other nest this deep at most; deeper ones are empty (ngx_http_variable_depth). */
const MOST_NESTED = 100;

function expand(text: string, scope: Scope, within: readonly string[]): Value {
  if (!text.includes("$") && !isOpaque(text)) {
    return text;
  }
  let why: string | null = null;
  let result = "";
  let position = 0;
  for (const match of text.matchAll(referenceOrTag)) {
    const [written, tag, braced, digit, bare] = match;
    result += text.slice(position, match.index);
    position = match.index + written.length;
    if (tag !== undefined) {
      why ??= `it comes from the template's tag ${tag}`;
      result += tag;
      continue;
    }
    const value = variable((braced ?? digit ?? bare ?? "").toLowerCase(), scope, within);
    if (isKnown(value)) {
      const isEscaped = digit !== undefined && scope.escapesGroups && within.length === 0;
      result += isEscaped ? escapeArgument(value) : value;
    } else {
      why ??= value.unknown;
      result += value.text === "" ? written : value.text;
    }
    if (result.length > LONGEST_VALUE) {
      return unknown("the value is longer than any header", text);
    }
  }
  result += text.slice(position);
  return why === null ? result : unknown(why, result);
}

function variable(name: string, scope: Scope, within: readonly string[]): Value {
  const assigned = scope.assigned.get(name);
  if (assigned !== undefined) {
    return scope.meddler === null || /^\d$/.test(name)
      ? assigned
      : unknown(`${scope.meddler} may change $${name}`, `$${name}`);
  }
  const computed = scope.computed.get(name);
  if (computed !== undefined) {
    return computed;
  }
  const definition = definitions(scope.config).get(name);
  if (definition === undefined) {
    return within.length >= MOST_NESTED ? tooDeep(name) : kept(name, builtin(name, scope), scope);
  }
  if (definition.name === "map" && definition.inner !== null && isMapOf(definition, name)) {
    if (within.length >= MOST_NESTED) {
      return "";
    }
    if (within.includes(name) && within.some((each) => isVolatile(each, scope))) {
      return unknown(`$${name} is defined by itself`, `$${name}`);
    }
    return mapValue(definition, definition.inner, name, scope, [...within, name]);
  }
  return unpassed(name, definition, scope);
}

/** Whether nginx keeps what it has once worked out for the rest of the request; so it does for most that a map reads. */
function isKept(name: string): boolean {
  return name.startsWith("http_") || name === "host";
}

function kept(name: string, value: Value, scope: Scope): Value {
  if (isKept(name)) {
    scope.computed.set(name, value);
  }
  return value;
}

/** What nginx works out anew wherever it is read, because rewrites change it. */
const fleeting = /^(?:arg_\w+|args|is_args|query_string|uri|document_uri)$/;

function tooDeep(name: string): Value {
  return isKept(name) || fleeting.test(name)
    ? ""
    : unknown(`$${name} is asked for too deep inside others`, `$${name}`);
}

/** A map that is worked out anew each time: what is defined by itself then takes for ever. */
function isVolatile(name: string, scope: Scope): boolean {
  const inner = definitions(scope.config).get(name)?.inner ?? null;
  return inner !== null && mapTable(inner).volatile;
}

/** A map's regular expressions may define variables too. */
function isMapOf(map: Use, name: string): boolean {
  return map.parameters[1]?.toLowerCase() === `$${name}`;
}

/** What a variable holds whose `set` or regular expression this request has not passed: nothing; nginx only logs it. */
function unpassed(name: string, definition: Use, scope: Scope): Value {
  const isScript = ["set", "if", "rewrite", "location", "server_name", "map"].includes(
    definition.name,
  );
  if (!isScript) {
    return unknown(`$${name} is set by ${definition.name}`, `$${name}`);
  }
  if (scope.meddler !== null) {
    return unknown(`${scope.meddler} may change $${name}`, `$${name}`);
  }
  const { cameFromElsewhere = false, standsForAll } = scope.request;
  const mayBeSet =
    cameFromElsewhere ||
    definition.name !== "set" ||
    setInLocations(scope.config).get(name) === true;
  if (standsForAll && mayBeSet) {
    return unknown(`$${name} is set on the way here, by ${definition.name}`, `$${name}`);
  }
  return "";
}

function mapValue(
  map: Use,
  inner: Level,
  name: string,
  scope: Scope,
  within: readonly string[],
): Value {
  const table = mapTable(inner);
  const source = expand(map.parameters[0] ?? "", scope, within);
  let value: Value;
  if (isKnown(source)) {
    const selected = select(table, source);
    if ("unknown" in selected) {
      value = unknown(selected.unknown, `$${name}`);
    } else {
      capture(selected.groups, scope);
      value = expand(selected.entry?.value ?? "", scope, within);
    }
  } else {
    value = onlyValue(table) ?? unknown(source.unknown, `$${name}`);
  }
  if (!table.volatile) {
    scope.computed.set(name, value);
  }
  return value;
}

/** Makes a match's groups variables. The numbered ones are those of the last match. */
export function capture(groups: Groups | null, scope: Scope): void {
  if (groups === null) {
    return;
  }
  for (let digit = 1; digit <= 9; digit++) {
    scope.assigned.set(String(digit), groups.get(String(digit)) ?? "");
  }
  for (const [name, value] of groups) {
    if (!/^\d/.test(name)) {
      scope.assigned.set(name, value);
    }
  }
}

/** Makes the numbered groups unknown: whether there was a match, or of what, is not known. */
export function forgetCaptures(scope: Scope, why: string): void {
  for (let digit = 1; digit <= 9; digit++) {
    scope.assigned.set(String(digit), unknown(why, `$${digit}`));
  }
}

/** How nginx's own variables read, by exact name; the rest is known only while nginx runs. */
function builtin(name: string, scope: Scope): Value {
  const { request } = scope;
  const runtime = (why: string): Unknown => unknown(`$${name} is ${why}`, `$${name}`);
  const orRuntime = (value: string | null, why: string): Value => value ?? runtime(why);
  const sent = (header: string): Value =>
    request.standsForAll && maySend(header, request)
      ? runtime("a header that the client may send")
      : clientHeader(request, header);
  switch (name) {
    case "request_method":
      return scope.method;
    case "scheme":
      return orRuntime(request.scheme, "http or https, as the client connects");
    case "https":
      return request.scheme === null
        ? runtime("on or empty, as the client connects")
        : request.scheme === "https"
          ? "on"
          : "";
    case "host":
      return orRuntime(request.hostName, "the host that the client asks for");
    case "http_host":
      return orRuntime(request.host, "the host that the client asks for");
    case "server_name":
      return orRuntime(scope.serverName, "the server's first name");
    case "server_port":
      return orRuntime(request.port, "the port that the client connects to");
    case "server_protocol":
      return "HTTP/1.1";
    case "http2":
    case "http3":
      return "";
    case "uri":
    case "document_uri":
      return orRuntime(scope.path, "the path that the client asks for");
    case "request_uri":
      return orRuntime(targetOf(request), "what the client asks for");
    case "request": {
      const target = targetOf(request);
      return target === null
        ? runtime("the client's request line")
        : `${request.method} ${target} HTTP/1.1`;
    }
    case "args":
    case "query_string":
      return orRuntime(scope.query, "the query that the client sends");
    case "is_args":
      return scope.query === null
        ? runtime("? where the client sends a query")
        : scope.query === ""
          ? ""
          : "?";
    case "remote_addr":
    case "realip_remote_addr":
      return orRuntime(request.clientAddress, "the client's address");
    case "proxy_add_x_forwarded_for": {
      const forwarded = sent("x_forwarded_for");
      if (request.clientAddress === null || !isKnown(forwarded)) {
        return runtime("the addresses on the client's way");
      }
      return forwarded === "" ? request.clientAddress : `${forwarded}, ${request.clientAddress}`;
    }
    case "proxy_host":
      return scope.proxyHost ?? runtime("the host of the upstream");
    case "proxy_port":
      return scope.proxyPort ?? runtime("the port of the upstream");
    case "content_length":
    case "content_type":
      return sent(name);
    case "remote_user":
      return sent("authorization") === "" ? "" : runtime("the name that the client gives");
  }
  if (name.startsWith("http_")) {
    return sent(name.slice("http_".length));
  }
  if (name.startsWith("arg_")) {
    return scope.query === null
      ? runtime("an argument that the client may send")
      : argument(scope.query, name.slice("arg_".length));
  }
  if (name.startsWith("cookie_")) {
    return request.standsForAll
      ? runtime("a cookie that the client may send")
      : cookie(clientHeader(request, "cookie"), name.slice("cookie_".length));
  }
  if (/^[1-9]$/.test(name)) {
    return request.standsForAll ? runtime("a part of what the client asks for") : "";
  }
  return isDefined(name, scope.config)
    ? runtime("known only while nginx runs")
    : runtime("defined nowhere that we can see");
}

function targetOf(request: ClientRequest): string | null {
  if (request.target !== undefined) {
    return request.target;
  }
  return request.path === null || request.query === null
    ? null
    : request.path + (request.query === "" ? "" : `?${request.query}`);
}

/** `$arg_name`: the first argument of that name, without case, as it is written. */
function argument(query: string, name: string): string {
  const pair = query.split("&").find((part) => part.toLowerCase().startsWith(`${name}=`));
  return pair?.slice(name.length + 1) ?? "";
}

function cookie(header: string, name: string): string {
  for (const part of header.split(/[;,]/)) {
    const [, key = "", value = ""] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    if (key.toLowerCase() === name) {
      return value;
    }
  }
  return "";
}

/**
 * Whether a request that stands for many may or may not have this header. The probes fix those that a handshake is made
 * of, and a name like theirs is taken for a slip, which nobody sends: it is how `$http_upgrad` shows.
 */
function maySend(name: string, { probe }: ClientRequest): boolean {
  if (name === "upgrade_insecure_requests") {
    // Browsers say so when they open a page, never in a handshake.
    return probe === "plain";
  }
  return !fixedHeaders.has(name) && !isSlip(name);
}

const slips = new Map<string, boolean>();

function isSlip(name: string): boolean {
  let known = slips.get(name);
  if (known === undefined) {
    known = nearest(name.replace(/^http_/, ""), pairNames) !== null;
    slips.set(name, known);
  }
  return known;
}

const pairNames = ["upgrade", "connection"];

const fixedHeaders: ReadonlySet<string> = new Set([
  "host",
  "sec_websocket_key",
  "sec_websocket_version",
  "http2_settings",
  "keep_alive",
  "te",
  "transfer_encoding",
  "expect",
  "content_length",
  "proxy_connection",
]);
