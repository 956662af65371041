import type { Scope } from "./scope.ts";
import type { Config, Use } from "../config/level.ts";
import type { Exchange, Obstacle } from "./exchange.ts";
import { haveSameServer } from "./upstream-block.ts";
import { answerTo } from "./answer.ts";

/** A request that nginx makes of its own beside the client's, with the client's headers. */
export interface Subrequest {
  /** The `auth_request` or `mirror`. */
  readonly use: Use;
  /** The websocket probe there. */
  readonly exchange: Exchange;
  /** Whether a location that is not here may take it in place of this one. */
  readonly mayGoElsewhere?: boolean;
}

/**
 * What a subrequest's 101 does to the request that it is made for: nginx ends the connection (E89, E90, E176). Only where
 * both come to one server, which takes the subrequest for a handshake too.
 */
export function subrequestObstacles(
  config: Config,
  main: Exchange,
  subrequests: readonly Subrequest[],
): Obstacle[] {
  return subrequests.flatMap(({ use, exchange, mayGoElsewhere: isUnsure = false }) => {
    const isSameServer =
      exchange.upstream !== null &&
      main.upstream !== null &&
      haveSameServer(config, exchange.upstream, main.upstream);
    const answer = answerTo(exchange);
    return (["strict", "lenient"] as const)
      .filter((only) => isSameServer && answer[only] === "works")
      .map((only) => {
        const why = `the subrequest of ${use.name} is a handshake too: its 101 ends the connection`;
        return { fault: "subrequest-upgrade" as const, why, only, isUnsure };
      });
  });
}

/** A subrequest has its own path, but the variables of the request. */
export function subrequestScope(scope: Scope, target: string): Scope {
  const question = target.indexOf("?");
  return {
    ...scope,
    path: question < 0 ? target : target.slice(0, question),
    query: question < 0 ? "" : target.slice(question + 1),
    isInternal: true,
    sentAsAsked: false,
    replacesPath: true,
  };
}

const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

/** Follows a subrequest, which has no groups to begin with; the request has its own again afterwards. */
export function withoutGroups<Found>({ assigned }: Scope, follow: () => Found): Found {
  const groups = digits.map((digit) => [digit, assigned.get(digit)] as const);
  for (const digit of digits) {
    assigned.delete(digit);
  }
  const found = follow();
  for (const [digit, value] of groups) {
    assigned.delete(digit);
    if (value !== undefined) {
      assigned.set(digit, value);
    }
  }
  return found;
}
