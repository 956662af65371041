import { effectiveList } from "../config/effective.ts";
import type { Level } from "../config/level.ts";
import type { Exchange, Fault, Obstacle, Result, UpstreamRequest, Verdict } from "./exchange.ts";
import { type Value, isKnown } from "./value.ts";

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

/** What servers look at. */
interface Handshake {
  readonly upstream: UpstreamRequest;
  readonly level: Level;
  /** False for a subrequest, whose 101 nobody waits for. */
  readonly hasClient: boolean;
}

type Server = Exclude<Obstacle["only"], undefined>;

/** One thing that must hold for a 101 to reach the client. */
interface Requirement {
  /** What it is when it does not hold. */
  readonly fault: Fault;
  /** Which of the two servers asks for it; both where it is not given. */
  readonly only?: Server;
  readonly holds: (handshake: Handshake) => Truth;
}

const requirements: readonly Requirement[] = [
  {
    fault: "upgrade-header",
    holds: ({ upstream }) => carriesToken(upstream, "upgrade", "websocket"),
  },
  {
    fault: "connection-header",
    holds: ({ upstream }) => carriesToken(upstream, "connection", "upgrade"),
  },
  { fault: "altered-request", holds: ({ upstream }) => equals(upstream.method, "GET") },
  {
    // What is not sent of the client's own is not in a hidden list either: nobody writes a key.
    fault: "altered-request",
    holds: ({ upstream }) => headerValues(upstream, "sec-websocket-key").length === 1,
  },
  {
    fault: "hidden-response-header",
    holds: ({ level, hasClient }) => !hasClient || hiddenResponseHeaders(level).length === 0,
  },
  {
    // A blank or a line feed in the path ends the request line.
    fault: "upstream-path",
    holds: ({ upstream: { uri } }) => (isKnown(uri) ? !/\s/.test(uri) : true),
  },
  {
    fault: "http-version",
    holds: ({ upstream: { httpVersion } }) =>
      isKnown(httpVersion) ? httpVersion !== "2" : "unknown",
  },
  {
    fault: "http-version",
    only: "strict",
    holds: ({ upstream }) => equals(upstream.httpVersion, "1.1"),
  },
  { fault: "altered-request", only: "strict", holds: ({ upstream }) => hasVersion13(upstream) },
  { fault: "altered-request", only: "strict", holds: ({ upstream }) => hasNoBareBody(upstream) },
  {
    // A value that is not known is some host's name: `$host` is never empty.
    fault: "host-header",
    only: "strict",
    holds: ({ upstream }) => headerValues(upstream, "host").length > 0 || mayBeHidden(upstream),
  },
  {
    // `ws` takes only "websocket", of all lines joined.
    fault: "upgrade-header",
    only: "lenient",
    holds: ({ upstream }) =>
      or(isToken(joined(upstream, "upgrade"), "websocket"), mayBeHidden(upstream)),
  },
  {
    // `ws` knows version 8 too.
    fault: "altered-request",
    only: "lenient",
    holds: ({ upstream }) => {
      const version = joined(upstream, "sec-websocket-version");
      return or(equals(version, "13"), equals(version, "8"), mayBeHidden(upstream));
    },
  },
  {
    // A body's bytes come before the first frame (E180).
    fault: "altered-request",
    only: "lenient",
    holds: ({ upstream: { body } }) => (body === null ? true : equals(body, "")),
  },
];

/**
 * What a strict server (RFC 6455) and a lenient one (Node's `ws`) make of a websocket probe.
 *
 * @param hasClient false for a subrequest, whose 101 nobody waits for
 */
export function judged(exchange: Exchange, hasClient: boolean): Verdict {
  const { outcome, upstream, level, pass, obstacles } = exchange;
  if (outcome !== "proxied" || level === null || (upstream === null && pass === null)) {
    return both(outcome === "unknown" ? "unknown" : "breaks");
  }
  if (upstream === null) {
    // uwsgi and scgi let a 101 through; what the application is told stands in params, which are not simulated.
    const tunnels = pass?.name === "uwsgi_pass" || pass?.name === "scgi_pass";
    return tunnels ? both("unknown") : both("breaks", "altered-request");
  }
  const truths = [
    ...requirements.map(({ fault, only, holds }) => ({
      fault,
      only,
      truth: holds({ upstream, level, hasClient }),
    })),
    ...obstacles.map(({ fault, only, isUnsure = false }) => ({
      fault,
      only,
      truth: isUnsure ? ("unknown" as const) : false,
    })),
  ];
  const resultOf = (server: Server): Result =>
    toResult(
      and(...truths.filter(({ only }) => only === undefined || only === server).map(truthOf)),
    );
  const reasons = truths.filter(({ truth }) => truth === false).map(({ fault }) => fault);
  return {
    strict: resultOf("strict"),
    lenient: resultOf("lenient"),
    reasons: [...new Set(reasons)],
  };
}

function truthOf({ truth }: { readonly truth: Truth }): Truth {
  return truth;
}

function both(result: Result, ...reasons: readonly Fault[]): Verdict {
  return { strict: result, lenient: result, reasons };
}

/** A header that is not there may be sent all the same where nobody shows us all lines. */
function mayBeHidden({ hidden }: UpstreamRequest): Truth {
  return hidden === null ? false : "unknown";
}

function hasVersion13(upstream: UpstreamRequest): Truth {
  const versions = headerValues(upstream, "sec-websocket-version");
  return versions.length > 1
    ? false
    : or(...versions.map((value) => equals(value, "13")), mayBeHidden(upstream));
}

function equals(value: Value, text: string): Truth {
  return isKnown(value) ? value === text : "unknown";
}

/** Without its length, the server takes a body for the first bytes of the WebSocket. */
function hasNoBareBody(upstream: UpstreamRequest): Truth {
  const { body } = upstream;
  if (body === null || body === "" || headerValues(upstream, "content-length").length > 0) {
    return true;
  }
  return isKnown(body) && upstream.hidden === null ? false : "unknown";
}

/** The values of all lines of a header as one. */
function joined(upstream: UpstreamRequest, name: string): Value {
  const values = headerValues(upstream, name);
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
