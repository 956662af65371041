import type { ProbeName } from "../request/exchange.ts";

/** One request of a client, as far as it is given. */
export interface TraceRequest {
  readonly probe: ProbeName;
  /** Null for the first listener without TLS, else the first of all. */
  readonly scheme: "http" | "https" | null;
  /** The host that is asked for; null for the first name of that listener's server. */
  readonly host: string | null;
  /** Null for the scheme's usual port. */
  readonly port: string | null;
  /** Path and query as the client writes them. */
  readonly target: string;
  /** `GET` by default. */
  readonly method?: string;
  /** Beside the probe's headers; one of the same name takes its place, an empty value takes it away. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** The client's address, where it matters. */
  readonly clientAddress?: string;
}

/** Takes a URL apart: `http`, `https`, `ws` and `wss`, with host, port, path and query. Undefined where it is none. */
export function parseUrl(
  url: string,
): Pick<TraceRequest, "scheme" | "host" | "port" | "target"> | undefined {
  const match =
    /^(https?|wss?):\/\/(\[[0-9a-f:.]+\]|[^\s/?#:@[\]]+)(?::(\d+))?([/?][^\s#]*)?(?:#.*)?$/i.exec(
      url,
    );
  if (match === null) {
    return undefined;
  }
  const [, scheme = "", host = "", port = null, rest = "/"] = match;
  return {
    scheme: /^(?:https|wss)$/i.test(scheme) ? "https" : "http",
    host,
    port,
    target: rest.startsWith("?") ? `/${rest}` : rest,
  };
}
