import { remembered } from "../basics/collections.ts";
import { nearest } from "../basics/nearest.ts";
import { clientHeader, type ClientRequest } from "./client-request.ts";
import { isDefined } from "./definitions.ts";
import type { Scope } from "./scope.ts";
import { unknown, type Value } from "./value.ts";

/** The value of one of nginx's own variables, by its name in lower case; most are known only while nginx runs. */
export function builtinValue(name: string, scope: Scope): Value {
  const read = readers.get(name);
  if (read !== undefined) {
    return known(name, read(scope));
  }
  for (const [prefix, readNamed] of families) {
    if (name.startsWith(prefix)) {
      return known(name, readNamed(scope, name.slice(prefix.length)));
    }
  }
  if (/^[1-9]$/.test(name)) {
    return known(name, scope.request.standsForAll ? isA("a part of what the client asks for") : "");
  }
  return known(
    name,
    isA(
      isDefined(name, scope.config)
        ? "known only while nginx runs"
        : "defined nowhere that we can see",
    ),
  );
}

/** A value, or what the variable is in place of it, as a clause's end. */
type BuiltinValue = Value | { readonly is: string };

function known(name: string, reading: BuiltinValue): Value {
  return typeof reading === "object" && "is" in reading
    ? unknown(`$${name} is ${reading.is}`, `$${name}`)
    : reading;
}

function isA(what: string): BuiltinValue {
  return { is: what };
}

const uri = ({ path }: Scope): BuiltinValue => path ?? isA("the path that the client asks for");
const args = ({ query }: Scope): BuiltinValue => query ?? isA("the query that the client sends");
const remoteAddress = ({ request }: Scope): BuiltinValue =>
  request.clientAddress ?? isA("the client's address");

/** How those are read that follow from the request and the configuration, by name. */
const readers: ReadonlyMap<string, (scope: Scope) => BuiltinValue> = new Map(
  Object.entries({
    args,
    content_length: (scope) => sent(scope, "content_length"),
    content_type: (scope) => sent(scope, "content_type"),
    document_uri: uri,
    host: ({ request }) => request.hostName ?? isA("the host that the client asks for"),
    http2: () => "",
    http3: () => "",
    http_host: ({ request }) => request.host ?? isA("the host that the client asks for"),
    https: ({ request: { scheme } }) =>
      scheme === null ? isA("on or empty, as the client connects") : scheme === "https" ? "on" : "",
    is_args: ({ query }) =>
      query === null ? isA("? where the client sends a query") : query === "" ? "" : "?",
    proxy_add_x_forwarded_for: forwardedFor,
    proxy_host: ({ proxyHost }) => proxyHost ?? isA("the host of the upstream"),
    proxy_port: ({ proxyPort }) => proxyPort ?? isA("the port of the upstream"),
    query_string: args,
    realip_remote_addr: remoteAddress,
    remote_addr: remoteAddress,
    remote_user: (scope) =>
      sent(scope, "authorization") === "" ? "" : isA("the name that the client gives"),
    request: requestLine,
    request_method: ({ method }) => method,
    request_uri: ({ request }) => targetOf(request) ?? isA("what the client asks for"),
    scheme: ({ request }) => request.scheme ?? isA("http or https, as the client connects"),
    server_name: ({ serverName }) => serverName ?? isA("the server's first name"),
    server_port: ({ request }) => request.port ?? isA("the port that the client connects to"),
    server_protocol: () => "HTTP/1.1",
    uri,
  }),
);

/** How those are read whose name says what they hold, by how it begins. */
const families: readonly (readonly [string, (scope: Scope, name: string) => BuiltinValue])[] = [
  ["http_", sent],
  [
    "arg_",
    ({ query }, name) =>
      query === null ? isA("an argument that the client may send") : argument(query, name),
  ],
  [
    "cookie_",
    ({ request }, name) =>
      request.standsForAll
        ? isA("a cookie that the client may send")
        : cookie(clientHeader(request, "cookie"), name),
  ],
];

/** A header of the client's. */
function sent({ request }: Scope, header: string): BuiltinValue {
  return request.standsForAll && maySend(header, request)
    ? isA("a header that the client may send")
    : clientHeader(request, header);
}

function requestLine({ request }: Scope): BuiltinValue {
  const target = targetOf(request);
  return target === null
    ? isA("the client's request line")
    : `${request.method} ${target} HTTP/1.1`;
}

function forwardedFor(scope: Scope): BuiltinValue {
  const { clientAddress } = scope.request;
  const forwarded = sent(scope, "x_forwarded_for");
  if (clientAddress === null || typeof forwarded !== "string") {
    return isA("the addresses on the client's way");
  }
  return forwarded === "" ? clientAddress : `${forwarded}, ${clientAddress}`;
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

const isSlip = remembered((name) => nearest(name.replace(/^http_/, ""), pairNames) !== null);

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
