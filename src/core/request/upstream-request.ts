import { rememberedOf } from "../basics/collections.ts";
import { parseTime } from "../nginx/directives.ts";
import {
  hostFirst,
  httpOneOneByDefault,
  isSince,
  type NginxVersion,
  proxyConnectionStripped,
} from "../nginx/versions.ts";
import { headerLines, effectiveSetting, type Setting, usesOf } from "../config/effective.ts";
import type { Config, Level, Use } from "../config/level.ts";
import { isOpaque, readable, tagIn } from "../syntax/opaque.ts";
import { escapePath } from "./escape.ts";
import type { UpstreamHeader, UpstreamRequest, Value } from "./exchange.ts";
import { clientHeader } from "./client-request.ts";
import {
  evaluate,
  isDefined,
  isKnown,
  type Scope,
  shown,
  unknown,
  variablesIn,
} from "./variables.ts";

/** Where `proxy_pass` leads: `scheme://authority` and the URI part, if it has one. */
export interface ProxyTarget {
  readonly use: Use;
  readonly address: Value;
  /** What `Host` is by default. */
  readonly host: Value;
  readonly port: Value;
  /** The part from the first `/` after the authority; null where there is none. */
  readonly uri: Value | null;
  /** Whether the parameter has variables: then the URI part is sent as it is. */
  readonly dynamic: boolean;
  /** nginx refuses to start: the scheme is neither http nor https. */
  readonly invalid: boolean;
}

/** Scheme and authority, then the rest; variables that hold a path end the authority too. */
const addressAndRest =
  /^([a-z]+:\/\/(?:(?!\$\{?(?:request_uri|uri|document_uri|is_args|[1-9])\b)[^/?#])*)(.*)$/is;

/** Reads a `proxy_pass` for one request. */
export function proxyTarget(use: Use, scope: Scope): ProxyTarget {
  const written = use.parameters[0] ?? "";
  const dynamic = written.includes("$");
  const isInvalid = !/^(?:https?:\/\/|\$|\uE000)/i.test(written);
  const value = evaluate(written, scope);
  const text = shown(value);
  const why = isKnown(value) ? null : value.unknown;
  const socket = /^(https?:\/\/unix:[^:]*)(?::(.*))?$/i.exec(text);
  const parts = socket ?? addressAndRest.exec(text);
  if (parts === null && why !== null) {
    const hidden = unknown(why, text);
    const rest = { address: hidden, host: hidden, port: hidden, uri: hidden };
    return { use, ...rest, dynamic, invalid: isInvalid };
  }
  const address = parts?.[1] ?? text;
  const rest = parts?.[2] ?? "";
  const isSecure = /^https:/i.test(address);
  const [, name = "", port] = /^[a-z]+:\/\/(\[[^\]]*\]|[^:]*)(?::(.*))?$/i.exec(address) ?? [];
  const usual = isSecure ? "443" : "80";
  const host =
    socket !== null ? "localhost" : port === undefined || port === usual ? name : `${name}:${port}`;
  const wrap = (part: string): Value =>
    why !== null && (isOpaque(written) || part.includes("$") || !text.includes("$"))
      ? unknown(why, part)
      : part;
  return {
    use,
    address: wrap(address),
    host: wrap(host),
    port: socket !== null ? "" : wrap(port ?? usual),
    uri: rest === "" ? null : wrap(dynamic && rest.startsWith("?") ? `/${rest}` : rest),
    dynamic,
    invalid: isInvalid,
  };
}

/** The `upstream` block that a target names, or null: names are compared without case. */
export function upstreamOf(config: Config, target: Pick<ProxyTarget, "address">): Use | null {
  return upstreams(config).get(authorityOf(target.address).toLowerCase()) ?? null;
}

/** An address without its scheme. */
function authorityOf(address: Value): string {
  return shown(address).replace(/^[a-z]+:\/\//i, "");
}

/** Whether two requests may come to one server: to the same address, or to `upstream` blocks that have a server in common. */
export function haveSameServer(
  config: Config,
  left: Pick<UpstreamRequest, "address">,
  right: Pick<UpstreamRequest, "address">,
): boolean {
  const servers = serversBehind(config, left.address);
  return serversBehind(config, right.address).some((server) => servers.includes(server));
}

function serversBehind(config: Config, address: Value): string[] {
  const inner = upstreamOf(config, { address })?.inner ?? null;
  return inner === null
    ? [authorityOf(address)]
    : usesOf(inner, "server").map(({ parameters }) => parameters[0] ?? "");
}

const upstreams = rememberedOf((config: Config): ReadonlyMap<string, Use> => {
  const named = new Map<string, Use>();
  const http = config.kind === "main" ? usesOf(config.main, "http") : [];
  const levels =
    config.kind === "http"
      ? [config.main]
      : http.map((use) => use.inner).filter((inner) => inner !== null);
  for (const use of levels.flatMap((level) => usesOf(level, "upstream"))) {
    if (use.parameters[0] !== undefined) {
      named.set(use.parameters[0].toLowerCase(), use);
    }
  }
  return named;
});

/** Directives of an `upstream` that choose its balancing method. */
const balancing: ReadonlySet<string> = new Set([
  "hash",
  "ip_hash",
  "least_conn",
  "least_time",
  "random",
]);

/**
 * Whether connections to this target are kept for later requests: an `upstream` with `keepalive`, or from 1.29.7 any
 * `upstream` without `keepalive 0` (E57, E58). Before, a balancing method after `keepalive` took its place (E62).
 */
export function keepsConnections(
  config: Config,
  target: Pick<ProxyTarget, "address">,
  version: NginxVersion,
): boolean {
  const uses = upstreamOf(config, target)?.inner?.uses;
  if (uses === undefined) {
    return false;
  }
  const isNew = isSince(version, httpOneOneByDefault);
  const at = uses.findLastIndex(({ name }) => name === "keepalive");
  if (at < 0) {
    return isNew;
  }
  const isReplaced = !isNew && uses.slice(at).some(({ name }) => balancing.has(name));
  const isUsedOnce = uses.some(
    ({ name, parameters }) => name === "keepalive_requests" && /^0*1?$/.test(parameters[0] ?? ""),
  );
  return uses[at]?.parameters[0] !== "0" && !isUsedOnce && !isReplaced;
}

/**
 * Whether the connection can come from a pool, and return to it where the answer is an ordinary one: a server that is
 * told to close, or asked with HTTP/1.0 and not told otherwise, closes (E42, E53).
 */
export function reusesConnection(
  config: Config,
  target: ProxyTarget,
  request: UpstreamRequest,
  version: NginxVersion,
): boolean {
  const tokens = new Set(
    request.headers
      .filter(({ name }) => name.toLowerCase() === "connection")
      .flatMap(({ value }) => (isKnown(value) ? value.split(",") : []))
      .map((token) => token.trim().toLowerCase()),
  );
  const isOld = request.httpVersion === "1.0";
  return (
    keepsConnections(config, target, version) &&
    !tokens.has("close") &&
    (!isOld || tokens.has("keep-alive"))
  );
}

/** A variable of the request head that a complete configuration does not define: nginx refuses to start (E30). */
export function undefinedVariableIn(level: Level, pass: Use, config: Config): string | null {
  if (config.kind !== "main" || config.incomplete.length > 0) {
    return null;
  }
  const texts = headerLines(level).uses.map((use) => use.parameters[1] ?? "");
  for (const text of [...texts, pass.parameters[0] ?? ""]) {
    const name = variablesIn(text).find((each) => !isDefined(each, config));
    if (name !== undefined) {
      return name;
    }
  }
  return null;
}

/** Request headers that nginx has values of its own for: the client's are not passed on. */
const neverPassed: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "upgrade",
  "te",
  "keep-alive",
  "expect",
  "content-length",
  "transfer-encoding",
]);

/** Those that `proxy_cache` keeps to itself beside. */
const neverPassedToCache: ReadonlySet<string> = new Set([
  "if-modified-since",
  "if-unmodified-since",
  "if-none-match",
  "if-match",
  "range",
  "if-range",
]);

/** The request head that nginx sends for a scope that has reached `level`. */
export function upstreamRequest(
  level: Level,
  target: ProxyTarget,
  scope: Scope,
  version: NginxVersion,
): UpstreamRequest {
  scope.proxyHost = target.host;
  scope.proxyPort = target.port;
  const list = headerLines(level);
  // These three are so rare that what we do not see is taken not to have them.
  const passes = useOf(effectiveSetting(level, "proxy_pass_request_headers"));
  const method = useOf(effectiveSetting(level, "proxy_method"));
  const body = useOf(effectiveSetting(level, "proxy_set_body"));
  const httpVersion = settingText(
    effectiveSetting(level, "proxy_http_version"),
    isSince(version, httpOneOneByDefault) ? "1.1" : "1.0",
  );
  const headers = ownHeaders(list.uses, scope, version);
  const named = new Set(list.uses.map((use) => (use.parameters[0] ?? "").toLowerCase()));
  addDefaults(headers, named, target, version);
  const sentBody = body === null ? null : evaluate(body.parameters[0] ?? "", scope);
  if (body !== null && sentBody !== null && !named.has("content-length")) {
    headers.push({
      name: "Content-Length",
      value: isKnown(sentBody)
        ? String(utf8Length(sentBody))
        : unknown(sentBody.unknown, `length of ${sentBody.text}`),
      origin: { from: "directive", use: body },
    });
  }
  const length = clientHeader(scope.request, "content_length");
  if (body === null && length !== "" && !named.has("content-length")) {
    headers.push({ name: "Content-Length", value: length, origin: { from: "client" } });
  }
  const stripsOwn = isSince(version, proxyConnectionStripped);
  const cache = useOf(effectiveSetting(level, "proxy_cache"));
  const isCached = cache !== null && cache.parameters[0] !== "off";
  const isStripped = (key: string): boolean =>
    neverPassed.has(key) ||
    (stripsOwn && key === "proxy-connection") ||
    (isCached && neverPassedToCache.has(key));
  if (passes?.parameters[0]?.toLowerCase() !== "off") {
    for (const [name, value] of scope.request.headers) {
      const key = name.toLowerCase();
      if (!named.has(key) && !isStripped(key)) {
        headers.push({ name, value, origin: { from: "client" } });
      }
    }
  }
  return {
    method: method === null ? scope.method : evaluate(method.parameters[0] ?? "", scope),
    uri: upstreamUri(level, target, scope),
    address: target.address,
    httpVersion,
    httpVersionFrom: useOf(effectiveSetting(level, "proxy_http_version")),
    headers,
    body: sentBody,
    hidden: list.hidden ?? unnamedHeader(list.uses),
  };
}

/** A line of which nobody knows what header it sets. */
function unnamedHeader(uses: readonly Use[]): string | null {
  const name = uses.map((use) => use.parameters[0] ?? "").find(isOpaque);
  return name === undefined ? null : `a header's name comes from the template's tag ${tagIn(name)}`;
}

function ownHeaders(uses: readonly Use[], scope: Scope, version: NginxVersion): UpstreamHeader[] {
  const headers: UpstreamHeader[] = [];
  const first = isSince(version, hostFirst);
  if (uses.some(({ parameters }) => /\$[1-9]/.test(parameters[1] ?? ""))) {
    // nginx first asks for all lengths: what a map's regular expression captures then is in `$1` of the lines before it.
    for (const { parameters } of uses) {
      evaluate(parameters[1] ?? "", scope);
    }
  }
  let host: UpstreamHeader | null = null;
  for (const use of uses) {
    const [name = "", text = ""] = use.parameters;
    const value = evaluate(text, scope);
    if (value === "") {
      continue;
    }
    const header: UpstreamHeader = { name, value, origin: { from: "directive", use } };
    if (first && name.toLowerCase() === "host") {
      host = header;
    } else {
      headers.push(header);
    }
  }
  return host === null ? headers : [{ ...host, name: "Host" }, ...headers];
}

function addDefaults(
  headers: UpstreamHeader[],
  named: ReadonlySet<string>,
  target: ProxyTarget,
  version: NginxVersion,
): void {
  const host: UpstreamHeader = { name: "Host", value: target.host, origin: { from: "default" } };
  if (isSince(version, hostFirst)) {
    if (headers[0]?.name.toLowerCase() !== "host") {
      headers.unshift(host);
    }
  } else if (!named.has("host")) {
    headers.push(host);
  }
  if (!named.has("connection") && !isSince(version, httpOneOneByDefault)) {
    headers.push({ name: "Connection", value: "close", origin: { from: "default" } });
  }
}

/** The request target as ngx_http_proxy_create_request writes it. */
function upstreamUri(level: Level, target: ProxyTarget, scope: Scope): Value {
  const { request, query } = scope;
  if (target.uri !== null && target.dynamic) {
    return target.uri;
  }
  const isExactlyKnown = scope.path !== null && query !== null;
  const known = (text: string): Value =>
    isExactlyKnown ? text : unknown("it follows the path that the client asks for", text);
  const path = locationPath(level);
  const sample = scope.path ?? path ?? "/";
  const suffix = query === null || query === "" ? "" : `?${query}`;
  if (target.uri === null && scope.sentAsAsked) {
    return request.target ?? known(sample + suffix);
  }
  const replaced = target.uri !== null && scope.replacesPath ? (path ?? "").length : 0;
  const rest = sample.slice(replaced);
  const escapes = scope.isInternal || (request.target ?? "").split("?")[0]?.includes("%") === true;
  const uri = scope.replacesPath ? shown(target.uri ?? "") : "";
  return known(uri + (escapes ? escapePath(rest) : rest) + suffix);
}

/** The path of a prefix or exact location, or null for a regular expression, a named location and none. */
export function locationPath(level: Level): string | null {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    if (at.opener?.name === "location") {
      const [first = "", second] = at.opener.parameters;
      if (second === undefined) {
        const glued = /^(?:=|\^~)(.*)$/.exec(first);
        return glued !== null
          ? (glued[1] ?? "")
          : first.startsWith("~") || first.startsWith("@")
            ? null
            : first;
      }
      return first === "=" || first === "^~" ? second : null;
    }
  }
  return null;
}

/** `proxy_read_timeout` (`uwsgi_read_timeout` and so on) in milliseconds, 60 s by default; null where it is unknown. */
export function idleTimeout(level: Level, pass: Use): number | null {
  const setting = effectiveSetting(level, pass.name.replace(/_pass$/, "_read_timeout"));
  if (setting.state === "default") {
    return 60_000;
  }
  return setting.state === "set" ? parseTime(setting.use.parameters[0] ?? "") : null;
}

function useOf(setting: Setting): Use | null {
  return setting.state === "set" ? setting.use : null;
}

function settingText(setting: Setting, byDefault: string): Value {
  switch (setting.state) {
    case "default":
      return byDefault;
    case "set": {
      const [text = ""] = setting.use.parameters;
      const tag = tagIn(text);
      return tag === null
        ? text
        : unknown(`it comes from the template's tag ${tag}`, readable(text));
    }
    case "unknown":
      return unknown(setting.why, "");
  }
}

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
