import type { ProbeName } from "./exchange.ts";

/** What the client sends, as far as it is known. Null is "any": no rule may depend on it. */
export interface ClientRequest {
  readonly probe: ProbeName;
  /**
   * True where the request stands for all that end at a location: then nothing is known of headers that the probe does
   * not name, and a condition that is not known counts as not held.
   */
  readonly standsForAll: boolean;
  readonly method: string;
  /** The path, normalised and without the query; null where the request stands for all of a location's. */
  readonly path: string | null;
  /** The query without `?`; null where it is not known. */
  readonly query: string | null;
  readonly scheme: "http" | "https" | null;
  /** The `Host` header; null where it is not known. */
  readonly host: string | null;
  /** The host alone, in lower case: `$host`. Null where it is not known. */
  readonly hostName: string | null;
  /** The server's own port; null where it is not known. */
  readonly port: string | null;
  /** In the order of the bytes, `Host` first where it is known. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The client's address; null where it is not known. */
  readonly clientAddress: string | null;
  /** The request target as sent, where it is known: `$request_uri`. By default path and query. */
  readonly target?: string;
  /** Whether lines of one name are joined for `$http_name`, as they are by default. */
  readonly joinsHeaders?: boolean;
  /** True where such requests come from other locations, which may have set variables: a named or an internal one. */
  readonly cameFromElsewhere?: boolean;
}

/**
 * The value of a request header as `$http_name` gives it, or the empty string. Before 1.23.0 only the first line of a
 * name counted, but for some that are lists.
 */
export function clientHeader(request: ClientRequest, name: string): string {
  const wanted = name.toLowerCase();
  const values: string[] = [];
  for (const [header, value] of request.headers) {
    if (header.length === wanted.length && header.toLowerCase().replaceAll("-", "_") === wanted) {
      values.push(value);
    }
  }
  if (wanted === "cookie") {
    return values.join("; ");
  }
  const takesAll = request.joinsHeaders !== false || wanted === "x_forwarded_for";
  return (takesAll ? values : values.slice(0, 1)).join(", ");
}
