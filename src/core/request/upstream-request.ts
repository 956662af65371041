import { parseTime } from "../nginx/directives.ts";
import {
  hostFirst,
  httpOneOneByDefault,
  isSince,
  type NginxVersion,
  proxyConnectionStripped,
} from "../nginx/versions.ts";
import { headerLines, effectiveSetting, settingWord, type Setting } from "../config/effective.ts";
import type { Config, Level, Use } from "../config/level.ts";
import { isOpaque, readable, tagIn } from "../syntax/opaque.ts";
import { locationPath } from "../config/location-name.ts";
import { escapePath } from "./escape.ts";
import type { ProxyTarget } from "./proxy-target.ts";
import type { UpstreamHeader, UpstreamRequest } from "./exchange.ts";
import { type Value, isKnown, shown, unknown } from "./value.ts";
import { clientHeader } from "./client-request.ts";
import { evaluate, variablesIn } from "./variables.ts";
import { isDefined } from "./definitions.ts";
import type { Scope } from "./scope.ts";

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
  const named = new Set(list.uses.map((use) => (use.parameters[0] ?? "").toLowerCase()));
  // In the order in which nginx evaluates: what a map captures in one value is in `$1` of the next.
  const headers = ownHeaders(list.uses, scope, version);
  addDefaults(headers, named, target, version);
  const body = bodyAt(level, scope);
  if (!named.has("content-length")) {
    headers.push(...contentLength(body, scope));
  }
  headers.push(...passedHeaders(level, named, scope, version));
  // This and the body are so rare that what we do not see is taken not to have them.
  const method = settingWord(level, "proxy_method");
  return {
    method: method === null ? scope.method : evaluate(method, scope),
    uri: upstreamUri(level, target, scope),
    address: target.address,
    httpVersion: settingText(
      effectiveSetting(level, "proxy_http_version"),
      isSince(version, httpOneOneByDefault) ? "1.1" : "1.0",
    ),
    httpVersionFrom: useOf(effectiveSetting(level, "proxy_http_version")),
    headers,
    body: body === null ? null : body.value,
    hidden: list.hidden ?? unnamedHeader(list.uses),
  };
}

/** What `proxy_set_body` sends in place of the client's body. */
interface OwnBody {
  readonly use: Use;
  readonly value: Value;
}

function bodyAt(level: Level, scope: Scope): OwnBody | null {
  const use = useOf(effectiveSetting(level, "proxy_set_body"));
  return use === null ? null : { use, value: evaluate(use.parameters[0] ?? "", scope) };
}

function contentLength(body: OwnBody | null, scope: Scope): readonly UpstreamHeader[] {
  const name = "Content-Length";
  if (body !== null) {
    const { use, value } = body;
    const length = isKnown(value)
      ? String(utf8Length(value))
      : unknown(value.unknown, `length of ${value.text}`);
    return [{ name, value: length, origin: { from: "directive", use } }];
  }
  const sent = clientHeader(scope.request, "content_length");
  return sent === "" ? [] : [{ name, value: sent, origin: { from: "client" } }];
}

/** The client's headers that are passed on: those that no line names, and nginx does not keep to itself. */
function passedHeaders(
  level: Level,
  named: ReadonlySet<string>,
  scope: Scope,
  version: NginxVersion,
): readonly UpstreamHeader[] {
  if (settingWord(level, "proxy_pass_request_headers")?.toLowerCase() === "off") {
    return [];
  }
  const stripsOwn = isSince(version, proxyConnectionStripped);
  const isCached = (settingWord(level, "proxy_cache") ?? "off") !== "off";
  const isStripped = (key: string): boolean =>
    named.has(key) ||
    neverPassed.has(key) ||
    (stripsOwn && key === "proxy-connection") ||
    (isCached && neverPassedToCache.has(key));
  return scope.request.headers.flatMap(([name, value]) =>
    isStripped(name.toLowerCase()) ? [] : { name, value, origin: { from: "client" as const } },
  );
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
  if (target.uri !== null && target.dynamic) {
    return target.uri;
  }
  const asked = target.uri === null && scope.sentAsAsked ? scope.request.target : undefined;
  const uri = asked ?? writtenUri(level, target, scope);
  return asked !== undefined || (scope.path !== null && scope.query !== null)
    ? uri
    : unknown("it follows the path that the client asks for", uri);
}

/** The target as it is for this path, or for the location's own where the path is not known. */
function writtenUri(level: Level, target: ProxyTarget, scope: Scope): string {
  const own = locationPath(level);
  const path = scope.path ?? own ?? "/";
  const query = scope.query === null || scope.query === "" ? "" : `?${scope.query}`;
  if (target.uri === null && scope.sentAsAsked) {
    return path + query;
  }
  const replaces = target.uri !== null && scope.replacesPath;
  const rest = replaces ? path.slice((own ?? "").length) : path;
  const uri = replaces ? shown(target.uri) : "";
  return uri + (isEscapedAgain(scope) ? escapePath(rest) : rest) + query;
}

/** Whether nginx escapes the path that it has decoded: it came with an escape, or nginx made it. */
function isEscapedAgain({ isInternal, request }: Scope): boolean {
  return isInternal || (request.target ?? "").split("?")[0]?.includes("%") === true;
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
