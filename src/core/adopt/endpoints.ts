import type { Analysis, LocationReport } from "../check/analysis.ts";
import type { NginxVersion } from "../nginx/versions.ts";
import { type Config, type Level, enclosing } from "../config/level.ts";
import type { Place } from "../repository/document.ts";
import { versionsInQuestion } from "../repository/images.ts";
import { listenersOf, serverNames } from "../request/listen.ts";
import { locationName } from "../config/location-name.ts";
import type { Result } from "../request/exchange.ts";
import { endpointsIn } from "../intent/declared.ts";
import { intentOf, isPlainlyWebSocket } from "../intent/intent.ts";
import { evidenceOf } from "../intent/serves.ts";
import { serverOf } from "../intent/routes.ts";
import { defaultPolicy } from "../policy-file/schema.ts";
import { tracesOf, failing } from "../rules/endpoint.ts";

/** An address that a policy may promise. */
export interface FoundEndpoint {
  /** As the policy writes it: `wss://api.example.com/ws`, or `/ws` where nothing names the host. */
  readonly text: string;
  /** The location that serves it. */
  readonly place: Place;
  readonly evidence: readonly string[];
  /** What becomes of a handshake today. */
  readonly result: Result;
}

/**
 * The addresses that serve WebSockets for sure. A promise makes every location that it leads to one that serves them, so an
 * address that leads to another one too, in whichever program, is none that one can promise.
 */
export function findEndpoints({ configs, locations, nginxVersion }: Analysis): FoundEndpoint[] {
  const versions = versionsInQuestion(nginxVersion === "unknown" ? null : nginxVersion);
  const sure = locations.filter(isSure);
  const levels = new Set(sure.map(({ level }) => enclosing(level, "location") ?? level));
  const found = new Map<string, FoundEndpoint>();
  for (const location of sure) {
    const text = addressOf(location);
    if (text === null || found.has(text) || !leadsTo(text, configs, levels)) {
      continue;
    }
    if (changesTraffic(location, text)) {
      continue;
    }
    const result = resultOf(text, configs, versions);
    if (result === null) {
      continue;
    }
    const { name, intent } = location;
    found.set(text, { text, place: name.place, evidence: evidenceOf(intent), result });
  }
  const all = [...found.values()];
  // A path says less than an address with the same path, and a plain address less than one with TLS.
  return all.filter(
    ({ text }) => !all.some((other) => other.text !== text && other.text.endsWith(lessThan(text))),
  );
}

/** What an address that says more ends with. */
function lessThan(text: string): string {
  return text.startsWith("ws://") ? `wss${text.slice(2)}` : text.startsWith("/") ? text : "\n";
}

/** The folder of documentation, samples or tests that a file is in; null for none. */
export function exampleFolder(path: string): string | null {
  return (
    /^(?:.*?\/)?(?:docs?|documentation|examples?|samples?|tests?|__tests__|testdata|fixtures|spec)(?=\/)/i.exec(
      path,
    )?.[0] ?? null
  );
}

function isSure({ config, level, proxyPass: pass, intent }: LocationReport): boolean {
  return (
    intent.serves === "yes" &&
    isPlainlyWebSocket({ config, level, pass, policy: defaultPolicy }) &&
    exampleFolder(pass.document.path) === null
  );
}

const path = /^\/[\w./~+-]*$/;
const host = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*$/i;

/** Null where the location has no path of its own: a regular expression, or everything of servers without a name. */
function addressOf({ config, level }: LocationReport): string | null {
  const location = enclosing(level, "location");
  const name = location && locationName(location);
  if (location === null || !name || name.kind.startsWith("regex") || !path.test(name.text)) {
    return null;
  }
  const server = serverOf(config, location);
  const named = serverNames(server).find((each) => host.test(each));
  if (named === undefined) {
    return name.text === "/" ? null : name.text;
  }
  const listeners = listenersOf(server);
  const listener = listeners.find(({ scheme }) => scheme === "https") ?? listeners[0];
  if (listener === undefined) {
    return name.text === "/" ? null : name.text;
  }
  const { scheme, port } = listener;
  const usual = port === "" || port === (scheme === "https" ? "443" : "80");
  const authority = `${named.toLowerCase()}${usual ? "" : `:${port}`}`;
  return `${scheme === "https" ? "wss" : "ws"}://${authority}${name.text}`;
}

/** Whether we would think otherwise of ordinary requests there for the promise alone, and say less. */
function changesTraffic(location: LocationReport, text: string): boolean {
  const { config, level, proxyPass: pass, traffic } = location;
  const policy = { ...defaultPolicy, endpoints: [text] };
  return intentOf({ config, level, pass, policy }).traffic !== traffic;
}

function leadsTo(text: string, configs: readonly Config[], levels: ReadonlySet<Level>): boolean {
  const policy = { ...defaultPolicy, endpoints: [text] };
  const reached = configs.flatMap((config) => [...endpointsIn(config, policy).keys()]);
  return reached.length > 0 && reached.every((level) => levels.has(level));
}

/** Null where no server that we see would have to keep the promise. */
function resultOf(
  text: string,
  configs: readonly Config[],
  versions: readonly NginxVersion[],
): Result | null {
  const traces = tracesOf(text, configs, versions);
  if (traces.length === 0) {
    return null;
  }
  if (failing(traces).length > 0) {
    return "breaks";
  }
  return traces.some(({ result }) => result === "works") ? "works" : "unknown";
}
