import { groupBy } from "../basics/collections.ts";
import type { NginxVersion } from "../nginx/versions.ts";
import { type Config, enclosing, type Use } from "../config/level.ts";
import { type EndpointTrace, parseEndpoint, traceEndpoint } from "../handshake/endpoint.ts";
import type { Exchange } from "../request/exchange.ts";
import { verdictOf, whyUnknown } from "../handshake/verdict.ts";
import type { CheckedPrograms, ProgramsRule, Report } from "./rule.ts";
import { headOf, marked } from "./phrases.ts";

export const endpoint: ProgramsRule = {
  id: "endpoint",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "An endpoint that the policy promises does not upgrade",
  fixMayChange: ["upgrade", "connection", "http-version"],
  isBesideHead: true,
  over: "programs",
  check({ configs, policy, versions, curesFor }, report) {
    const traced = policy.endpoints.map((text) => ({
      text,
      traces: tracesOf(text, configs, versions),
    }));
    const failures = traced.flatMap(({ text, traces }) =>
      failing(traces).map((trace) => ({ text, trace })),
    );
    const byPlace = groupBy(failures, ({ trace }) => keyOf(trace));
    for (const [first, ...others] of byPlace.values()) {
      if (first === undefined) {
        continue;
      }
      const names = [...new Set([first, ...others].map(({ text }) => text))];
      const made = reportFor(names, first.trace, curesFor);
      if (made !== null) {
        report(made, first.trace.config);
      }
    }
    for (const { text, traces } of traced) {
      const trace = undecided(traces);
      const opener = trace === null ? null : answererOf(trace);
      if (trace !== null && opener !== null) {
        const { exchange, server } = trace;
        const isAsked = verdictOf(exchange).strict === "unknown";
        const why = (isAsked ? undefined : server.hidden[0]) ?? whyUnknown(exchange);
        const message = `The policy promises ${marked(text)}, and nobody can say whether its handshakes work: ${why}.`;
        report({ place: headOf(opener), message, severity: "warning" }, trace.config);
      }
    }
  },
};

/** Where it is not known whether a promise is kept, one of its traces; null where it is kept, broken, or about no server here. */
function undecided(traces: readonly EndpointTrace[]): EndpointTrace | null {
  const isDecided = traces.some(({ result }) => result === "works") || failing(traces).length > 0;
  const trace = isDecided ? undefined : traces.find(({ result }) => result === "unknown");
  // What nginx refuses is said by itself, and hides the rest.
  return trace === undefined || isRefused(trace.config) ? null : trace;
}

function isRefused({ problems, documents }: Config): boolean {
  return problems.length > 0 || documents.some(({ tree }) => tree.problems.length > 0);
}

/** The location that answers, else the server. */
function answererOf({ server, exchange }: EndpointTrace): Use | null {
  const location = exchange.level === null ? null : enclosing(exchange.level, "location");
  return location?.opener ?? server.opener ?? server.uses[0] ?? null;
}

/** What becomes of handshakes for an endpoint, as the policy writes it, in all programs. */
export function tracesOf(
  text: string,
  configs: readonly Config[],
  versions: readonly NginxVersion[],
): EndpointTrace[] {
  const asked = parseEndpoint(text);
  return configs.flatMap((config) => traceEndpoint(config, asked, versions));
}

/**
 * Those that break the policy's promise: in each program that names the host one server must upgrade; where none does, one
 * of all.
 */
export function failing(traces: readonly EndpointTrace[]): EndpointTrace[] {
  const named = groupBy(
    traces.filter(({ isNamed }) => isNamed),
    ({ config }) => config,
  );
  const sets = named.size > 0 ? [...named.values()] : [traces];
  return sets.flatMap((set) => {
    const isKept = set.some(({ result }) => result !== "breaks");
    const worst = set.find(({ exchange }) => exchange.outcome === "proxied") ?? set[0];
    return isKept || worst === undefined ? [] : [worst];
  });
}

function reportFor(
  names: readonly string[],
  trace: EndpointTrace,
  curesFor: CheckedPrograms["curesFor"],
): Report | null {
  const { server, exchange } = trace;
  const location = exchange.level === null ? null : enclosing(exchange.level, "location");
  const opener = answererOf(trace);
  if (opener === null) {
    return null;
  }
  const subject = `The policy promises ${names.map(marked).join(" and ")}, but ${names.length === 1 ? "its handshakes fail" : "their handshakes fail"}`;
  return {
    place: headOf(opener),
    level: location ?? server,
    message: `${subject}: ${exchange.steps.map(stepOf).join(", then ")}; ${outcomeOf(exchange)}.`,
    related:
      location === null || server.opener === null
        ? []
        : [{ place: headOf(server.opener), note: "the server that answers" }],
    remedies: verdictOf(exchange).reasons.flatMap(curesFor),
  };
}

/** A step of the way, with what stands in the file as code. */
function stepOf(step: string): string {
  return step.replace(/^(.+?)(?= \(line \d+\))/, marked);
}

function outcomeOf(exchange: Exchange): string {
  const { outcome, status } = exchange;
  if (outcome === "config-error") {
    return "nginx does not start";
  }
  if (outcome !== "proxied") {
    return status === null ? "no 101" : `the answer is ${status}, no 101`;
  }
  return `there the handshake breaks (${verdictOf(exchange).reasons.join(", ")})`;
}

function keyOf({ exchange, server }: EndpointTrace): unknown {
  const location = exchange.level === null ? null : enclosing(exchange.level, "location");
  return (location ?? server).opener?.directive ?? server;
}
