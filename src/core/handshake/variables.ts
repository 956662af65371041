import type { Config, Level, Use } from "../config/model.ts";
import type { Unknown, Value } from "./model.ts";
import { compilePattern, namedGroups } from "./pattern.ts";
import { clientHeader, type ClientRequest } from "./probe.ts";

/** The state of one request on its way through nginx. */
export interface Scope {
  readonly config: Config;
  readonly request: ClientRequest;
  /** What `set` and captures have given so far, by name in lower case. */
  readonly assigned: Map<string, Value>;
  /** `$proxy_host`, known once the `proxy_pass` is. */
  proxyHost: Value | null;
  /** The current path (`$uri`), which rewrites change; null where it is not known. */
  path: string | null;
  /** The name of the server that answers; null where it is not known. */
  readonly serverName: string | null;
}

/** Starts a request's way with nothing assigned. */
export function newScope(config: Config, request: ClientRequest, serverName: string | null): Scope {
  return { config, request, assigned: new Map(), proxyHost: null, path: request.path, serverName };
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

/** The names of the variables in a parameter, in lower case, in order. nginx has no way to escape a `$` (E153). */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)].map((match) =>
    (match[1] ?? match[2] ?? "").toLowerCase(),
  );
}

/** Expands the variables of a parameter's value. */
export function evaluate(text: string, scope: Scope): Value {
  return expand(text, scope, []);
}

function expand(text: string, scope: Scope, within: readonly string[]): Value {
  if (!text.includes("$")) {
    return text;
  }
  let why: string | null = null;
  const result = text.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (written: string, braced?: string, bare?: string) => {
      const value = variable((braced ?? bare ?? "").toLowerCase(), scope, within);
      if (isKnown(value)) {
        return value;
      }
      why ??= value.unknown;
      return value.text === "" ? written : value.text;
    },
  );
  return why === null ? result : unknown(why, result);
}

function variable(name: string, scope: Scope, within: readonly string[]): Value {
  const assigned = scope.assigned.get(name);
  if (assigned !== undefined) {
    return assigned;
  }
  if (within.includes(name)) {
    return unknown(`$${name} is defined by itself`, `$${name}`);
  }
  const definition = definitions(scope.config).get(name);
  if (definition?.name === "map" && definition.inner !== null) {
    return mapValue(definition, definition.inner, scope, [...within, name]);
  }
  if (definition === undefined) {
    return builtin(name, scope);
  }
  // A `set` or a capture that this request has not passed leaves the variable empty; nginx only logs it.
  if (definition.name === "set" && isSetOnlyByScript(scope.config, name)) {
    return "";
  }
  return unknown(`$${name} is set by ${definition.name}`, `$${name}`);
}

/** How nginx's own variables read, by exact name; the rest is known only while nginx runs. */
function builtin(name: string, scope: Scope): Value {
  const { request } = scope;
  const runtime = (why: string): Unknown => unknown(`$${name} is ${why}`, `$${name}`);
  const orRuntime = (value: string | null, why: string): Value => value ?? runtime(why);
  switch (name) {
    case "request_method":
      return request.method;
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
    case "uri":
    case "document_uri":
      return orRuntime(scope.path, "the path that the client asks for");
    case "request_uri":
      return request.path === null || request.query === null
        ? runtime("what the client asks for")
        : request.path + (request.query === "" ? "" : `?${request.query}`);
    case "args":
    case "query_string":
      return orRuntime(request.query, "the query that the client sends");
    case "is_args":
      return request.query === null
        ? runtime("? where the client sends a query")
        : request.query === ""
          ? ""
          : "?";
    case "remote_addr":
    case "realip_remote_addr":
    case "binary_remote_addr":
      return orRuntime(request.clientAddress, "the client's address");
    case "proxy_add_x_forwarded_for": {
      const forwarded = clientHeader(request, "x_forwarded_for");
      if (request.clientAddress === null) {
        return runtime("the addresses on the client's way");
      }
      return forwarded === "" ? request.clientAddress : `${forwarded}, ${request.clientAddress}`;
    }
    case "proxy_host":
      return scope.proxyHost ?? runtime("the host of the upstream");
    case "content_length":
    case "content_type":
    case "remote_user":
      return "";
  }
  if (name.startsWith("http_")) {
    if (request.standsForAll && maySend(name.slice("http_".length))) {
      return runtime("a header that the client may send");
    }
    return clientHeader(request, name.slice("http_".length));
  }
  if (name.startsWith("arg_") && request.query !== null) {
    const wanted = name.slice("arg_".length);
    const pair = request.query
      .split("&")
      .find((part) => part.toLowerCase().startsWith(`${wanted}=`));
    return pair?.slice(wanted.length + 1) ?? "";
  }
  if (name.startsWith("cookie_")) {
    if (request.standsForAll) {
      return runtime("a cookie that the client may send");
    }
    return "";
  }
  if (/^\d$/.test(name)) {
    return runtime("a part of the path that the client asks for");
  }
  return isDefined(name, scope.config)
    ? runtime("known only while nginx runs")
    : runtime("defined nowhere that we can see");
}

/**
 * Request headers that clients, or the proxies in front of nginx, are known to send, beside those that the probes fix.
 * Any other name is taken for one that nobody sends: it is how a slip such as `$http_upgrad` shows.
 */
function maySend(name: string): boolean {
  return /^(?:x_|cf_|sec_(?!websocket_(?:key|version)$)|if_|accept|access_control_|cloudfront_|fastly_|fly_|true_client)|^(?:origin|cookie|user_agent|authorization|proxy_authorization|referer|forwarded|via|range|cache_control|pragma|dnt|client_ip|content_type|from|date|purpose|save_data|traceparent|tracestate|priority|api_key|apikey|token)$/.test(
    name,
  );
}

const byConfig = new WeakMap<Config, ReadonlyMap<string, Use>>();
const scriptOnly = new WeakMap<Config, Set<string>>();

/**
 * Which directive defines each variable, by name in lower case: variable names are case-insensitive (E18). Of two maps
 * for one variable the last wins (E46, E47).
 */
export function definitions(config: Config): ReadonlyMap<string, Use> {
  const known = byConfig.get(config);
  if (known !== undefined) {
    return known;
  }
  const found = new Map<string, Use>();
  const others = new Set<string>();
  const add = (name: string | undefined, use: Use): void => {
    if (name?.startsWith("$") === true) {
      const key = name.slice(1).toLowerCase();
      if (found.get(key)?.name !== "map" || use.name === "map") {
        found.set(key, use);
      }
      if (use.name !== "set") {
        others.add(key);
      }
    }
  };
  forEachUse(config.main, (use) => {
    if (use.level.context === "map" || use.level.context === "upstream") {
      return;
    }
    const { parameters } = use;
    switch (use.name) {
      case "map":
      case "split_clients":
        add(parameters[1], use);
        break;
      case "geo":
        add(parameters.at(-1), use);
        break;
      case "set":
      case "auth_request_set":
      case "perl_set":
      case "js_set":
      case "js_var":
      case "geoip2":
      case "limit_req_set":
      case "set_by_lua_block":
      case "set_by_lua":
      case "set_by_lua_file":
      case "set_by_njs":
      case "auth_jwt_claim_set":
      case "auth_jwt_header_set":
      case "uuid4":
      case "secure_link_hmac":
        add(parameters[0], use);
        break;
      default:
        if (use.name.startsWith("set_") || use.name.startsWith("more_set_")) {
          add(parameters[0], use);
        }
    }
    if (["location", "server_name", "rewrite", "if"].includes(use.name)) {
      for (const name of parameters.flatMap(namedGroups)) {
        add(`$${name}`, use);
      }
    }
    if (use.name === "map" && use.inner !== null) {
      for (const entry of use.inner.uses) {
        for (const name of namedGroups(entry.name)) {
          add(`$${name}`, use);
        }
      }
    }
  });
  byConfig.set(config, found);
  scriptOnly.set(config, others);
  return found;
}

function isSetOnlyByScript(config: Config, name: string): boolean {
  return scriptOnly.get(config)?.has(name) !== true;
}

/** Visits each use of a level and its inner levels. */
export function forEachUse(level: Level, visit: (use: Use) => void): void {
  for (const use of usesWithin(level)) {
    visit(use);
  }
}

/** The uses of a level and its inner levels, in the order of the text. */
export function* usesWithin(level: Level): Generator<Use> {
  const open = [level.uses.values()];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const next = top.next();
    if (next.done === true) {
      open.pop();
    } else {
      yield next.value;
      if (next.value.inner !== null) {
        open.push(next.value.inner.uses.values());
      }
    }
  }
}

const prefixes = [
  "arg_",
  "cookie_",
  "http_",
  "jwt_claim_",
  "jwt_header_",
  "sent_http_",
  "sent_trailer_",
  "upstream_cookie_",
  "upstream_http_",
  "upstream_trailer_",
];

const builtinNames = new Set(
  `ancient_browser args binary_remote_addr body_bytes_sent bytes_received bytes_sent connection connection_requests
  connection_time connections_active connections_reading connections_waiting connections_writing content_length content_type
  date_gmt date_local document_root document_uri fastcgi_path_info fastcgi_script_name geoip_area_code geoip_city
  geoip_city_continent_code geoip_city_country_code geoip_city_country_code3 geoip_city_country_name geoip_country_code
  geoip_country_code3 geoip_country_name geoip_dma_code geoip_latitude geoip_longitude geoip_org geoip_postal_code geoip_region
  geoip_region_name gzip_ratio host hostname http2 http3 https invalid_referer is_args is_request_port jwt_payload limit_conn_status
  limit_rate limit_req_status modern_browser msec msie nginx_version pid pipe proxy_add_x_forwarded_for proxy_host
  proxy_internal_body_length proxy_internal_chunked proxy_port proxy_protocol_addr proxy_protocol_port
  proxy_protocol_server_addr proxy_protocol_server_port query_string quic_connection realip_remote_addr realip_remote_port
  realpath_root remote_addr remote_port remote_user request request_body request_body_file request_completion
  request_filename request_id request_length request_method request_port request_time request_uri scheme secure_link
  secure_link_expires server_addr server_name server_port server_protocol slice_range spdy spdy_request_priority
  ssl_alpn_protocol ssl_cipher ssl_ciphers ssl_client_cert ssl_client_escaped_cert ssl_client_fingerprint ssl_client_i_dn
  ssl_client_i_dn_legacy ssl_client_raw_cert ssl_client_s_dn ssl_client_s_dn_legacy ssl_client_serial ssl_client_sigalg
  ssl_client_v_end ssl_client_v_remain ssl_client_v_start ssl_client_verify ssl_curve ssl_curves ssl_early_data ssl_ech_outer_server_name
  ssl_ech_status ssl_preread_alpn_protocols ssl_protocol ssl_server_name ssl_session_id ssl_session_reused ssl_sigalg status
  tcpinfo_rcv_space tcpinfo_rtt tcpinfo_rttvar tcpinfo_snd_cwnd time_iso8601 time_local uid_got uid_reset uid_set
  upstream_addr upstream_bytes_received upstream_bytes_sent upstream_cache_age upstream_cache_key
  upstream_cache_last_modified upstream_cache_status upstream_connect_time upstream_first_byte_time
  upstream_header_time upstream_last_server_name upstream_queue_time upstream_response_length upstream_response_time
  upstream_session_time upstream_status uri memcached_key`.split(/\s+/),
);

/** Whether nginx knows the variable (name in lower case, without `$`) in this configuration. */
export function isDefined(name: string, config: Config): boolean {
  return (
    /^\d+$/.test(name) ||
    builtinNames.has(name) ||
    prefixes.some((prefix) => name.startsWith(prefix)) ||
    definitions(config).has(name)
  );
}

/** One line of a `map`, as nginx understands its key. */
interface MapEntry {
  readonly use: Use;
  readonly value: string;
}

interface MapTable {
  readonly exact: ReadonlyMap<string, MapEntry>;
  readonly wildcards: readonly { readonly key: string; readonly entry: MapEntry }[];
  readonly patterns: readonly {
    readonly source: string;
    readonly caseless: boolean;
    readonly entry: MapEntry;
  }[];
  readonly fallback: MapEntry | null;
  readonly hidden: string | null;
}

const tables = new WeakMap<Level, MapTable>();

function mapTable(inner: Level): MapTable {
  const known = tables.get(inner);
  if (known !== undefined) {
    return known;
  }
  const exact = new Map<string, MapEntry>();
  const wildcards: { key: string; entry: MapEntry }[] = [];
  const patterns: { source: string; caseless: boolean; entry: MapEntry }[] = [];
  let fallback: MapEntry | null = null;
  const hostnames = inner.uses.some(
    (use) => use.name === "hostnames" && use.parameters.length === 0,
  );
  for (const use of inner.uses) {
    const [value] = use.parameters;
    if (value === undefined || use.name === "include") {
      continue;
    }
    const entry = { use, value };
    const key = use.name;
    if (key === "default") {
      fallback = entry;
    } else if (key.startsWith("~")) {
      const caseless = key.startsWith("~*");
      patterns.push({ source: key.slice(caseless ? 2 : 1), caseless, entry });
    } else if (hostnames && /^\*?\.|\.\*$/.test(key)) {
      wildcards.push({ key: key.toLowerCase(), entry });
    } else {
      exact.set((key.startsWith("\\") ? key.slice(1) : key).toLowerCase(), entry);
    }
  }
  const table = { exact, wildcards, patterns, fallback, hidden: inner.hidden[0] ?? null };
  tables.set(inner, table);
  return table;
}

/** Exact keys first (case-insensitively, E38), then wildcards, then regular expressions in order, then `default`, else empty. */
function mapValue(use: Use, inner: Level, scope: Scope, within: readonly string[]): Value {
  const name = `$${within.at(-1) ?? ""}`;
  const source = expand(use.parameters[0] ?? "", scope, within);
  const table = mapTable(inner);
  if (!isKnown(source)) {
    return unknown(source.unknown, name);
  }
  const key = source.toLowerCase();
  let entry = table.exact.get(key) ?? wildcardEntry(table, key);
  if (entry === undefined) {
    if (table.hidden !== null) {
      return unknown(table.hidden, name);
    }
    for (const { source: pattern, caseless, entry: candidate } of table.patterns) {
      const compiled = compilePattern(pattern, caseless);
      if (compiled === undefined) {
        return unknown(
          `the regular expression ${pattern} of the map for ${name} cannot be evaluated`,
          name,
        );
      }
      const groups = compiled.match(source);
      if (groups !== null) {
        const inside = { ...scope, assigned: new Map([...scope.assigned, ...groups]) };
        return expand(candidate.value, inside, within);
      }
    }
    entry = table.fallback ?? undefined;
  }
  return entry === undefined ? "" : expand(entry.value, scope, within);
}

/** The longest wildcard wins, `*.example.com` before `example.*`; `.example.com` is the name itself too. */
function wildcardEntry(table: MapTable, key: string): MapEntry | undefined {
  const matching = table.wildcards.filter(({ key: wildcard }) => {
    if (wildcard.startsWith("*.")) {
      return key.endsWith(wildcard.slice(1));
    }
    return wildcard.startsWith(".")
      ? key.endsWith(wildcard) || key === wildcard.slice(1)
      : key.startsWith(wildcard.slice(0, -1));
  });
  const rank = (wildcard: string): number => (wildcard.endsWith(".*") ? 0 : 1000) + wildcard.length;
  return matching.toSorted((left, right) => rank(right.key) - rank(left.key))[0]?.entry;
}

/** The entry of a map that a source text selects, for messages and fixes; null where none or a regular expression does. */
export function selectedEntry(map: Use, source: string): Use | null {
  if (map.inner === null) {
    return null;
  }
  const table = mapTable(map.inner);
  const exact = table.exact.get(source.toLowerCase());
  if (exact !== undefined) {
    return exact.use;
  }
  for (const { source: pattern, caseless, entry } of table.patterns) {
    if (compilePattern(pattern, caseless)?.match(source) != null) {
      return entry.use;
    }
  }
  return table.fallback?.use ?? null;
}
