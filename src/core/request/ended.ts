import type { Level, Use } from "../config/level.ts";
import type { Exchange, Outcome, ProbeName } from "./exchange.ts";

/** The exchange of a request that nothing is proxied for. */
export function ended(
  probe: ProbeName,
  outcome: Exclude<Outcome, "proxied">,
  steps: readonly string[],
  at: {
    readonly status?: number | null;
    readonly level?: Level | null;
    readonly answeredBy?: Use | null;
  } = {},
): Exchange {
  return {
    probe,
    outcome,
    status: at.status ?? null,
    answeredBy: at.answeredBy ?? null,
    level: at.level ?? null,
    pass: null,
    steps,
    obstacles: [],
    upstream: null,
    idleTimeoutMs: null,
    reusesUpstreamConnection: false,
  };
}
