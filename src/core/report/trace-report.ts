import type { Outcome, Verdict } from "../request/exchange.ts";
import { type Value, shown } from "../request/value.ts";
import type { FileTrace } from "../check/trace-file.ts";
import { evidenceOf, type Intent, type WeighedSign } from "../intent/serves.ts";
import { redact } from "./redact.ts";
import { firefoxConnection } from "../handshake/probe.ts";

/** The trace for machines, as text: version 1 of the shape that the README describes. */
export function traceJson(result: FileTrace): string {
  const { upstream, verdict, firefox, intent } = result;
  const value = {
    version: 1,
    outcome: result.outcome,
    status: result.status,
    configErrors: result.configErrors,
    location: result.location,
    steps: result.steps,
    upstream: upstream && {
      method: valueJson(upstream.method),
      uri: valueJson(upstream.uri),
      address: valueJson(upstream.address),
      httpVersion: valueJson(upstream.httpVersion),
      headers: upstream.headers.map(({ name, value }) => [name, valueJson(value)]),
    },
    verdict: verdict && {
      strict: verdict.strict,
      lenient: verdict.lenient,
      firefox: firefox?.strict,
      reasons: verdict.reasons,
    },
    idleTimeoutMs: result.idleTimeoutMs,
    reusesUpstreamConnection: result.reusesUpstreamConnection,
    websocket: intent && { serves: intent.serves, evidence: evidenceOf(intent).map(redact) },
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function valueJson(value: Value): unknown {
  return typeof value === "string" ? value : { unknown: value.unknown };
}

/** The trace for people: the way step by step, the request that reaches the upstream, and what comes of it. */
export function traceText(result: FileTrace): string {
  const { steps, configErrors, upstream, verdict, firefox, idleTimeoutMs, intent } = result;
  const sections = [
    steps.map((step, index) => `${String(index + 1).padStart(3)}. ${step}`),
    configErrors.map(({ message, file, line }) => `nginx refuses ${file}:${line}: ${message}`),
    upstream === null
      ? []
      : [
          `What reaches ${shown(upstream.address)}:`,
          `    ${[upstream.method, upstream.uri].map(shown).join(" ")} HTTP/${shown(upstream.httpVersion)}`,
          ...upstream.headers.map(({ name, value }) => `    ${name}: ${headerText(value)}`),
        ],
    [
      outcomeText(result.outcome, result.status),
      ...(verdict === null ? [] : verdictText(verdict)),
      ...(verdict?.strict !== "breaks" && firefox?.strict === "breaks" ? firefoxText(firefox) : []),
      ...(upstream === null || idleTimeoutMs === null
        ? []
        : [`A connection without traffic is closed after ${idleTimeoutMs / 1000} s.`]),
    ],
    intent === null ? [] : intentText(intent),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function headerText(value: Value): string {
  return typeof value === "string" ? value : `${value.text}   (not known: ${value.unknown})`;
}

function outcomeText(outcome: Outcome, status: number | null): string {
  switch (outcome) {
    case "proxied":
      return "The request is proxied.";
    case "answered":
      return status === null ? "nginx answers by itself." : `nginx answers by itself: ${status}.`;
    case "config-error":
      return "nginx does not start with this configuration.";
    case "unknown":
      return "Where the request ends is not known from the configuration alone.";
  }
}

function verdictText({ strict, lenient, reasons }: Verdict): string[] {
  const said = {
    works: "is accepted",
    breaks: "fails",
    unknown: "is not known to work or to fail",
  };
  const why = whyText(reasons);
  return strict === lenient
    ? [`The WebSocket handshake ${said[strict]}${why}.`]
    : [
        `The WebSocket handshake ${said[strict]} at servers that follow RFC 6455${why}, and ${said[lenient]} at lenient ones such as Node's ws.`,
      ];
}

function firefoxText({ reasons }: Verdict): string[] {
  return [
    `That of Firefox, which writes Connection: ${firefoxConnection}, fails${whyText(reasons)}.`,
  ];
}

function intentText({ serves, signs }: Intent): string[] {
  const said = {
    yes: "The location counts as WebSocket",
    unclear: "Whether the location serves WebSockets is unclear",
    no: "The location does not count as WebSocket",
  };
  return signs.length === 0
    ? [`${said[serves]}: nothing speaks for it.`]
    : [`${said[serves]}:`, ...signs.map(signText)];
}

function signText({ weight, text }: WeighedSign): string {
  return `    ${weight.padEnd(8)}  ${redact(text)}`;
}

function whyText(reasons: readonly string[]): string {
  return reasons.length === 0 ? "" : ` (${reasons.join(", ")})`;
}
