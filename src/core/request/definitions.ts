import { directiveRows } from "../nginx/directives.ts";
import { remembered, rememberedOf } from "../basics/collections.ts";
import { effectiveList, usesOf } from "../config/effective.ts";
import type { Config, Level, Use } from "../config/level.ts";
import { namedGroups } from "./pattern.ts";
import { usesNamed, usesOfAny } from "./walk.ts";

/** Directives that compute a variable whenever it is asked for, and which of their parameters names it. */
const computing: ReadonlyMap<string, number> = new Map([
  ["map", 1],
  ["split_clients", 1],
  ["geo", -1],
  ["perl_set", 0],
  ["js_set", 0],
  ["js_var", 0],
  ["auth_jwt_claim_set", 0],
  ["auth_jwt_header_set", 0],
]);

/** Directives that give a variable a value as a request passes them. */
const assigning: ReadonlySet<string> = new Set([
  "set",
  "auth_request_set",
  "limit_req_set",
  "set_by_lua",
  "set_by_lua_block",
  "set_by_lua_file",
  "uuid4",
  "secure_link_hmac",
]);

/** Directives whose regular expressions name variables. */
const capturing: ReadonlySet<string> = new Set(["location", "server_name", "rewrite", "if"]);

/** Whether directives of that name may define a variable: most do not. */
function mayDefine(name: string): boolean {
  return computing.has(name) || capturing.has(name) || name === "geoip2" || isAssigning(name);
}

/** Modules that we do not know may assign too: their directive's first parameter tells, where it is a variable. */
function isAssigning(name: string): boolean {
  return assigning.has(name) || /^(?:more_)?set_/.test(name) || directiveRows(name) === undefined;
}

/** Variables, in lower case, that another directive than `set` gives a value as a request passes it, with that directive. */
export const assignedByOthers = rememberedOf((config: Config): ReadonlyMap<string, Use> => {
  const found = new Map<string, Use>();
  for (const use of usesOfAny(config, (name) => name !== "set" && isAssigning(name))) {
    const [first = ""] = use.parameters;
    if (first.startsWith("$") && use.level.context !== "map") {
      found.set(first.slice(1).toLowerCase(), use);
    }
  }
  return found;
});

/**
 * Which directive defines each variable of the http block, by name in lower case: variable names are case-insensitive
 * (E18). Of two maps for one variable the last wins (E46, E47), and a map wins over `set`, which only overlays its value.
 */
export const definitions = rememberedOf((config: Config): ReadonlyMap<string, Use> => {
  const found = new Map<string, Use>();
  for (const use of usesOfAny(config, mayDefine)) {
    for (const written of namesDefinedBy(use)) {
      const name = written.slice(1).toLowerCase();
      if (written.startsWith("$") && isStronger(use, found.get(name))) {
        found.set(name, use);
      }
    }
  }
  return found;
});

/** Whether a later directive defines a variable in place of an earlier one. */
function isStronger({ name }: Use, earlier: Use | undefined): boolean {
  return (
    earlier === undefined || computing.has(name) || (!computing.has(earlier.name) && name !== "set")
  );
}

/** The variables that a directive defines, with their `$`. */
function namesDefinedBy({ name, parameters, level, inner }: Use): readonly string[] {
  // An entry of a map is no directive, whatever it is called.
  if (level.context === "map") {
    return [];
  }
  const entries = inner?.uses ?? [];
  if (name === "geoip2") {
    return entries.map((entry) => entry.name);
  }
  const patterns =
    name === "map" ? entries.map((entry) => entry.name) : capturing.has(name) ? parameters : [];
  const position = computing.get(name) ?? (isAssigning(name) ? 0 : null);
  const own = position === null ? [] : (parameters.at(position) ?? []);
  return [own, patterns.flatMap(namedGroups).map((group) => `$${group}`)].flat();
}

/**
 * The variables, in lower case, that some location gives a value with `set`, and whether it may send the request on to
 * another location, which then sees the value.
 */
export const setInLocations = rememberedOf((config: Config): ReadonlyMap<string, boolean> => {
  const names = new Map<string, boolean>();
  for (const { level, parameters } of usesNamed(config, "set")) {
    if (level.context === "location" || level.context === "location-if") {
      const variable = (parameters[0] ?? "").slice(1).toLowerCase();
      names.set(variable, names.get(variable) === true || leadsElsewhere(level));
    }
  }
  return names;
});

function leadsElsewhere(level: Level): boolean {
  const inner = usesOf(level, "if").flatMap((use) => use.inner ?? []);
  return (
    usesOf(level, "try_files").length > 0 ||
    [level, ...inner].some((each) => usesOf(each, "rewrite").length > 0) ||
    effectiveList(level, "error_page").uses.length > 0 ||
    (level.context === "location-if" && level.parent !== null && leadsElsewhere(level.parent))
  );
}

const prefixes = [
  "arg_",
  "cookie_",
  "http_",
  "jwt_claim_",
  "proxy_protocol_tlv_",
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
  upstream_cache_etag grpc_internal_trailers ssl_sigalgs upstream_session_time upstream_status uri memcached_key`.split(
    /\s+/,
  ),
);

/** Whether nginx knows the variable (name in lower case, without `$`) in this configuration. */
export function isDefined(name: string, config: Config): boolean {
  return isBuiltin(name) || definitions(config).has(name);
}

const isBuiltin = remembered(
  (name) =>
    /^[1-9]$/.test(name) ||
    builtinNames.has(name) ||
    prefixes.some((prefix) => name.startsWith(prefix)) ||
    ofModules.test(name),
);

/** Variables of well-known modules that are compiled in and leave no other trace in a file. */
const ofModules =
  /^(?:ssl_ja[34]\w*|http2?_fingerprint\w*|ssl_fingerprint\w*|geoip2_\w+|brotli_ratio|zstd_ratio|vhost_traffic_\w+|upload_\w+|opentelemetry_\w+|opentracing_\w+|modsecurity_\w+)$/;

/** Request headers of the http block of which nginx takes no notice: every server sets some of its own. */
export function isNeverCompiled({ name, level }: Use): boolean {
  return (
    name === "proxy_set_header" &&
    level.context === "http" &&
    usesOf(level, "server").every(
      ({ inner }) => inner === null || usesOf(inner, "proxy_set_header").length > 0,
    )
  );
}
