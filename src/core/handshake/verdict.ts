import { effectiveList } from "../config/effective.ts";
import type { Level } from "../config/model.ts";
import type { Exchange, Result, UpstreamRequest, Value, Verdict } from "./model.ts";
import { isKnown } from "./variables.ts";

type Truth = boolean | "unknown";

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

/** The response headers without which the client does not take the 101; hiding `Connection` is harmless (E95 to E97). */
export function hiddenResponseHeaders(level: Level): readonly string[] {
  return effectiveList(level, "proxy_hide_header")
    .uses.map((use) => use.parameters[0] ?? "")
    .filter((name) => /^(?:upgrade|sec-websocket-accept)$/i.test(name));
}

/** What a strict server (RFC 6455) and a lenient one (Node's `ws`) make of a websocket probe. */
export function verdictOf(exchange: Exchange): Verdict {
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
  const keys = headerValues(upstream, "sec-websocket-key");
  const versions = headerValues(upstream, "sec-websocket-version");
  const handshake: readonly (readonly [rule: string, Truth])[] = [
    ["upgrade-header", carriesToken(upstream, "upgrade", "websocket")],
    ["connection-header", carriesToken(upstream, "connection", "upgrade")],
    [
      "altered-request",
      and(
        equals(upstream.method, "GET"),
        keys.length === 1 || (keys.length === 0 && upstream.hidden !== null ? "unknown" : false),
        versions.length === 0 && upstream.hidden !== null
          ? "unknown"
          : versions.some((value) => equals(value, "13") !== false),
      ),
    ],
    ["hidden-response-header", hiddenResponseHeaders(level).length === 0],
    ["http-version", isKnown(upstream.httpVersion) ? upstream.httpVersion !== "2" : "unknown"],
  ];
  const hosts = headerValues(upstream, "host");
  const strictOnly: readonly (readonly [rule: string, Truth])[] = [
    ["http-version", equals(upstream.httpVersion, "1.1")],
    [
      "contradictory-header",
      hosts.length === 1 || (hosts.length === 0 && upstream.hidden !== null ? "unknown" : false),
    ],
  ];
  const lenient = and(...handshake.map(([, truth]) => truth));
  const strict = and(lenient, ...strictOnly.map(([, truth]) => truth));
  const reasons = [...handshake, ...strictOnly]
    .filter(([, truth]) => truth === false)
    .map(([rule]) => rule);
  return { strict: toResult(strict), lenient: toResult(lenient), reasons: [...new Set(reasons)] };
}

function and(...truths: readonly Truth[]): Truth {
  return truths.includes(false) ? false : truths.includes("unknown") ? "unknown" : true;
}

function toResult(truth: Truth): Result {
  return truth === "unknown" ? "unknown" : truth ? "works" : "breaks";
}
