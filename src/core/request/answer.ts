import { effectiveList } from "../config/effective.ts";
import type { Level } from "../config/level.ts";
import type {
  Exchange,
  Fault,
  Obstacle,
  Result,
  UpstreamRequest,
  Value,
  Verdict,
} from "./exchange.ts";
import { isKnown } from "./variables.ts";

type Truth = boolean | "unknown";

/** What a server asks of a handshake, by the fault that it is when it does not hold. */
type Requirement = readonly [fault: Fault, holds: Truth];

/** Whether a comma-separated header value has a token, without case. */
export function hasToken(value: string, token: string): boolean {
  return value.split(",").some((part) => part.trim().toLowerCase() === token);
}

/** The values of a request header, in order. */
export function headerValues(request: UpstreamRequest, name: string): Value[] {
  return request.headers
    .filter((header) => header.name.toLowerCase() === name)
    .map((header) => header.value);
}

/** Whether some header line of that name has the token; unknown where a line that is unknown may. */
export function carriesToken(request: UpstreamRequest, name: string, token: string): Truth {
  const values = headerValues(request, name);
  if (values.some((value) => isKnown(value) && hasToken(value, token))) {
    return true;
  }
  return values.some((value) => !isKnown(value)) || request.hidden !== null ? "unknown" : false;
}

/**
 * The response headers without which the client does not take the 101; hiding `Connection` is harmless (E95 to E97), and
 * `proxy_pass_header` shows what `proxy_hide_header` hides.
 */
export function hiddenResponseHeaders(level: Level): readonly string[] {
  const names = (directive: string): string[] =>
    effectiveList(level, directive).uses.map((use) => use.parameters[0] ?? "");
  const passed = new Set(names("proxy_pass_header").map((name) => name.toLowerCase()));
  return names("proxy_hide_header").filter(
    (name) => /^(?:upgrade|sec-websocket-accept)$/i.test(name) && !passed.has(name.toLowerCase()),
  );
}

/** Whether such servers answer 101, whatever the client then makes of it: a subrequest has no client. */
export function answerTo(exchange: Exchange): Verdict {
  return judged(exchange, false);
}

/**
 * What a strict server (RFC 6455) and a lenient one (Node's `ws`) make of a websocket probe.
 *
 * @param hasClient false for a subrequest, whose 101 nobody waits for
 */
export function judged(exchange: Exchange, hasClient: boolean): Verdict {
  const { upstream, level, pass } = exchange;
  if (exchange.outcome === "proxied" && pass !== null && upstream === null) {
    // uwsgi and scgi let a 101 through; what the application is told stands in params, which are not simulated.
    const tunnels = pass.name === "uwsgi_pass" || pass.name === "scgi_pass";
    const result: Result = tunnels ? "unknown" : "breaks";
    return { strict: result, lenient: result, reasons: tunnels ? [] : ["altered-request"] };
  }
  if (exchange.outcome !== "proxied" || upstream === null || level === null) {
    const result: Result = exchange.outcome === "unknown" ? "unknown" : "breaks";
    return { strict: result, lenient: result, reasons: [] };
  }
  const equals = (value: Value, text: string): Truth =>
    isKnown(value) ? value === text : "unknown";
  const some = (values: readonly Value[], holds: (value: Value) => Truth): Truth =>
    or(...values.map(holds), upstream.hidden === null ? false : "unknown");
  const joined = (name: string): Value => joinValues(headerValues(upstream, name));
  const obstaclesFor = (kind: Obstacle["only"]): Requirement[] =>
    exchange.obstacles.flatMap(({ fault, only, isUnsure = false }) =>
      only === kind ? [[fault, isUnsure ? "unknown" : false] as const] : [],
    );
  const keys = headerValues(upstream, "sec-websocket-key");
  const versions = headerValues(upstream, "sec-websocket-version");
  const both: readonly Requirement[] = [
    ["upgrade-header", carriesToken(upstream, "upgrade", "websocket")],
    ["connection-header", carriesToken(upstream, "connection", "upgrade")],
    // What is not sent of the client's own is not in a hidden list either: nobody writes a key.
    ["altered-request", and(equals(upstream.method, "GET"), keys.length === 1)],
    ["hidden-response-header", !hasClient || hiddenResponseHeaders(level).length === 0],
    // A blank or a line feed in the path ends the request line.
    ["upstream-path", isKnown(upstream.uri) ? !/\s/.test(upstream.uri) : true],
    ["http-version", isKnown(upstream.httpVersion) ? upstream.httpVersion !== "2" : "unknown"],
    ...obstaclesFor(undefined),
  ];
  const onlyStrict: readonly Requirement[] = [
    ["http-version", equals(upstream.httpVersion, "1.1")],
    [
      "altered-request",
      versions.length > 1 ? false : some(versions, (value) => equals(value, "13")),
    ],
    ["altered-request", hasNoBareBody(upstream)],
    ...obstaclesFor("strict"),
    // A value that is not known is some host's name: `$host` is never empty.
    ["host-header", some(headerValues(upstream, "host"), () => true)],
  ];
  // `ws` takes only "websocket", of all lines joined; it knows version 8 too. A body's bytes come before the first frame
  // (E180).
  const upgrade = joined("upgrade");
  const version = joined("sec-websocket-version");
  const onlyLenient: readonly Requirement[] = [
    [
      "upgrade-header",
      or(isToken(upgrade, "websocket"), upstream.hidden === null ? false : "unknown"),
    ],
    [
      "altered-request",
      or(equals(version, "13"), equals(version, "8"), upstream.hidden === null ? false : "unknown"),
    ],
    ["altered-request", upstream.body === null ? true : equals(upstream.body, "")],
    ...obstaclesFor("lenient"),
  ];
  const truths = (list: readonly Requirement[]): Truth[] => list.map((each) => each[1]);
  const reasons = [...both, ...onlyStrict, ...onlyLenient]
    .filter((each) => each[1] === false)
    .map((each) => each[0]);
  return {
    strict: toResult(and(...truths(both), ...truths(onlyStrict))),
    lenient: toResult(and(...truths(both), ...truths(onlyLenient))),
    reasons: [...new Set(reasons)],
  };
}

/** Without its length, the server takes a body for the first bytes of the WebSocket. */
function hasNoBareBody(upstream: UpstreamRequest): Truth {
  const { body } = upstream;
  if (body === null || body === "" || headerValues(upstream, "content-length").length > 0) {
    return true;
  }
  return isKnown(body) && upstream.hidden === null ? false : "unknown";
}

function joinValues(values: readonly Value[]): Value {
  const missing = values.find((value) => !isKnown(value));
  return missing ?? values.filter(isKnown).join(", ");
}

function isToken(value: Value, token: string): Truth {
  return isKnown(value) ? value.trim().toLowerCase() === token : "unknown";
}

function and(...truths: readonly Truth[]): Truth {
  return truths.includes(false) ? false : truths.includes("unknown") ? "unknown" : true;
}

function or(...truths: readonly Truth[]): Truth {
  return truths.includes(true) ? true : truths.includes("unknown") ? "unknown" : false;
}

function toResult(truth: Truth): Result {
  return truth === "unknown" ? "unknown" : truth ? "works" : "breaks";
}
