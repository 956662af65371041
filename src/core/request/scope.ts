import type { Config } from "../config/level.ts";
import type { ClientRequest } from "./client-request.ts";
import type { Groups } from "./pattern.ts";
import { unknown, type Value } from "./value.ts";

/** The state of one request on its way through nginx. */
export interface Scope {
  readonly config: Config;
  readonly request: ClientRequest;
  /** What `set` and captures have given so far, by name in lower case. */
  readonly assigned: Map<string, Value>;
  /** What maps have given: nginx keeps a map's value for the rest of the request, unless it is `volatile`. */
  readonly computed: Map<string, Value>;
  /** `$proxy_host` and `$proxy_port`, known once the `proxy_pass` is. */
  proxyHost: Value | null;
  proxyPort: Value | null;
  /** `$request_method`; `error_page` with a path makes it GET. */
  method: string;
  /** `$uri`, which rewrites change; null where it is not known. */
  path: string | null;
  /** `$args`, which rewrites change; null where it is not known. */
  query: string | null;
  /** `$server_name`; null where it is not known. */
  readonly serverName: string | null;
  /** Whether the request target may be sent as the client wrote it: no rewrite, `try_files` or `error_page` came before. */
  sentAsAsked: boolean;
  /** Whether the URI part of `proxy_pass` takes the place of the location's path: not so after `rewrite … break`. */
  replacesPath: boolean;
  /** Whether nginx itself made the path: then `internal` locations are open to it. */
  isInternal: boolean;
  /** Whether the groups in the text that is evaluated are escaped as in a query. */
  escapesGroups: boolean;
  /** Why code that we cannot follow may have changed what `set` gave; null where there is none. */
  meddler: string | null;
}

/** Starts a request's way with nothing assigned. */
export function newScope(config: Config, request: ClientRequest, serverName: string | null): Scope {
  return {
    config,
    request,
    assigned: new Map(),
    computed: new Map(),
    proxyHost: null,
    proxyPort: null,
    method: request.method,
    path: request.path,
    query: request.query,
    serverName,
    sentAsAsked: true,
    replacesPath: true,
    isInternal: false,
    escapesGroups: false,
    meddler: null,
  };
}

/** Makes a match's groups variables. The numbered ones are those of the last match. */
export function capture(groups: Groups | null, scope: Scope): void {
  if (groups === null) {
    return;
  }
  for (let digit = 1; digit <= 9; digit++) {
    scope.assigned.set(String(digit), groups.get(String(digit)) ?? "");
  }
  for (const [name, value] of groups) {
    if (!/^\d/.test(name)) {
      scope.assigned.set(name, value);
    }
  }
}

/** Makes the numbered groups unknown: whether there was a match, or of what, is not known. */
export function forgetCaptures(scope: Scope, why: string): void {
  for (let digit = 1; digit <= 9; digit++) {
    scope.assigned.set(String(digit), unknown(why, `$${digit}`));
  }
}
