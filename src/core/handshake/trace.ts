import { isPattern, expands } from "../nginx/expanding.ts";
import { simulateRequest } from "./request-to.ts";
import type { TraceRequest } from "./client.ts";
import { isSince, newestVersion, type NginxVersion, oldestVersion } from "../nginx/versions.ts";
import { type Config, type Level, type Use, enclosing, lineOf } from "../config/level.ts";
import type { Document } from "../repository/document.ts";
import type { Span } from "../syntax/tree.ts";
import { isDefined, isNeverCompiled } from "../request/definitions.ts";
import { locationName } from "../config/location-name.ts";
import { joinRequests, joinVerdicts } from "../request/join.ts";
import type { Exchange, Outcome, UpstreamRequest, Verdict } from "../request/exchange.ts";
import { firefoxConnection } from "./probe.ts";
import { variablesIn } from "../request/variables.ts";
import { usesWithin } from "../request/walk.ts";
import { verdictOf } from "./verdict.ts";

/** What keeps nginx from starting; file and line are where to mend it, also where nginx names none. */
export interface ConfigError {
  readonly message: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** One request through nginx: DESIGN's `trace`, with values as the simulation has them. */
export interface TraceResult {
  readonly outcome: Outcome;
  readonly status: number | null;
  readonly configErrors: readonly ConfigError[];
  readonly location: {
    readonly file: string;
    readonly line: number;
    readonly name: string;
  } | null;
  /** The level whose settings hold in the end: that location, or an `if`/`limit_except` in it. */
  readonly level: Level | null;
  readonly steps: readonly string[];
  readonly upstream: UpstreamRequest | null;
  /** Null for the plain and h2c probes. */
  readonly verdict: Verdict | null;
  /** Of the same handshake as Firefox writes it, where `Connection` is not given. */
  readonly firefox: Verdict | null;
  readonly idleTimeoutMs: number | null;
  readonly reusesUpstreamConnection: boolean;
}

/**
 * Follows one request through a configuration.
 *
 * @param version null where it is not known: then what the oldest and the newest do differently is unknown
 */
export function trace(
  config: Config,
  request: TraceRequest,
  version: NginxVersion | null,
): TraceResult {
  const errors = configErrors(config, version);
  const exchanges = inVersions(config, request, version);
  const exchange = exchanges.reduce(join);
  const isWebsocket = request.probe === "websocket";
  const result: TraceResult = {
    outcome: exchange.outcome,
    status: exchange.status,
    configErrors: errors,
    location: placeOf(exchange.level),
    level: exchange.level,
    steps: exchange.steps,
    upstream: exchange.upstream,
    verdict: isWebsocket ? joinedVerdict(exchanges) : null,
    firefox: isWebsocket ? joinedVerdict(inVersions(config, ofFirefox(request), version)) : null,
    idleTimeoutMs: exchange.idleTimeoutMs,
    reusesUpstreamConnection: exchange.reusesUpstreamConnection,
  };
  return errors.length === 0 ? result : refused(result);
}

/** The request in the version, or in the oldest and the newest. */
function inVersions(
  config: Config,
  request: TraceRequest,
  version: NginxVersion | null,
): readonly Exchange[] {
  const versions = version === null ? [oldestVersion, newestVersion] : [version];
  return versions.map((each) => simulateRequest(config, request, each));
}

function joinedVerdict(exchanges: readonly Exchange[]): Verdict {
  return exchanges.map(verdictOf).reduce(joinVerdicts);
}

function ofFirefox(request: TraceRequest): TraceRequest {
  const { headers = [] } = request;
  return { ...request, headers: [["Connection", firefoxConnection], ...headers] };
}

/** nginx does not start, so that nothing of the rest comes to pass. */
function refused(result: TraceResult): TraceResult {
  const { verdict, firefox } = result;
  const broken = (of: Verdict | null): Verdict | null =>
    of && { ...of, strict: "breaks", lenient: "breaks" };
  return {
    ...result,
    outcome: "config-error",
    status: null,
    upstream: null,
    verdict: broken(verdict),
    firefox: broken(firefox),
    idleTimeoutMs: null,
    reusesUpstreamConnection: false,
  };
}

/**
 * What nginx says before it starts, as the simulation can see it: what the parser and `config` found, in the order of
 * the text, then variables that nothing defines, of which nginx only hears when all is read (E30).
 */
export function configErrors(config: Config, version: NginxVersion | null): ConfigError[] {
  const found = config.problems.map(({ document, span, message }) => ({
    message,
    document,
    at: lastOffset(span),
  }));
  for (const { message, use } of version === null ? [] : tooNew(config, version)) {
    insertInOrder(found, { message, document: use.document, at: lastOffset(use.directive) });
  }
  for (const document of config.documents) {
    for (const { message, start } of document.tree.problems) {
      insertInOrder(found, { message, document, at: start });
    }
  }
  const errors = found.map(({ message, document, at }) => ({
    message,
    file: document.path,
    line: document.lines.lineAt(at),
  }));
  if (config.kind !== "main" || config.incomplete.length > 0) {
    return errors;
  }
  for (const { use, name } of undefinedVariables(config)) {
    const file = use.document.path;
    errors.push({ message: `unknown "${name}" variable`, file, line: lineOf(use) });
  }
  return errors;
}

interface FoundError {
  readonly message: string;
  readonly document: Document;
  readonly at: number;
}

/** nginx stops at the first error: before it comes to what stands behind it in the same file. */
function insertInOrder(found: FoundError[], error: FoundError): void {
  const later = found.findIndex(({ document, at }) => document === error.document && at > error.at);
  found.splice(later < 0 ? found.length : later, 0, error);
}

function lastOffset({ start, end }: Span): number {
  return end > start ? end - 1 : start;
}

/** When directives came to nginx, of those that a version in question may lack (nginx's changes). */
const directiveSince: Readonly<Record<string, NginxVersion>> = {
  http2: [1, 25, 1],
  http3: [1, 25, 0],
  http3_hq: [1, 25, 0],
  quic_gso: [1, 25, 0],
  quic_host_key: [1, 25, 0],
  quic_retry: [1, 25, 0],
  proxy_pass_trailers: [1, 27, 2],
  ssl_key_log: [1, 27, 2],
  keepalive_min_timeout: [1, 27, 4],
  ssl_certificate_cache: [1, 27, 4],
  early_hints: [1, 29, 0],
};

/** `proxy_http_version 2` came with 1.29.4. */
const httpTwoUpstream: NginxVersion = [1, 29, 4];

/** What only a later nginx than this one knows. */
function* tooNew(config: Config, version: NginxVersion): Generator<{ use: Use; message: string }> {
  for (const use of usesWithin(config.main, ({ name }) => !/_by_lua|^map$|^types$/.test(name))) {
    const { name } = use;
    const since = Object.hasOwn(directiveSince, name) ? directiveSince[name] : undefined;
    if (since !== undefined && !isSince(version, since)) {
      yield { use, message: `unknown directive "${name}"` };
    }
    if (
      name === "proxy_http_version" &&
      use.parameters[0] === "2" &&
      !isSince(version, httpTwoUpstream)
    ) {
      yield { use, message: 'invalid value "2"' };
    }
  }
}

function* undefinedVariables(config: Config): Generator<{ use: Use; name: string }> {
  for (const use of usesWithin(config.main, ({ name }) => name !== "stream" && name !== "mail")) {
    const isEntry = use.level.context === "map" && use.level.opener?.name === "map";
    if ((!isEntry && !expands(use.name)) || isNeverCompiled(use)) {
      continue;
    }
    // What follows the source of a map, or a `set`, is the variable that it defines.
    const own =
      use.name === "map"
        ? use.parameters.slice(0, 1)
        : use.name === "set"
          ? use.parameters.slice(1)
          : use.parameters;
    for (const [index, text] of own.entries()) {
      if (isPattern(use.name, use.parameters, index)) {
        continue;
      }
      for (const name of variablesIn(text)) {
        if (!isDefined(name, config)) {
          yield { use, name };
        }
      }
    }
  }
}

function placeOf(level: Level | null): TraceResult["location"] {
  const location = level === null ? null : enclosing(level, "location");
  const opener = location?.opener;
  if (location === null || opener === null || opener === undefined) {
    return null;
  }
  const name = locationName(location);
  return {
    file: opener.document.path,
    line: lineOf(opener),
    name:
      name?.kind === "prefix" || name?.kind === "named" ? name.text : opener.parameters.join(" "),
  };
}

/** What two versions agree on. */
function join(oldest: Exchange, newest: Exchange): Exchange {
  if (oldest.outcome !== newest.outcome) {
    const steps = [
      ...newest.steps,
      "what comes of it depends on the version of nginx, which is not known",
    ];
    return { ...newest, outcome: "unknown", status: null, upstream: null, steps };
  }
  return {
    ...newest,
    upstream:
      oldest.upstream === null || newest.upstream === null
        ? newest.upstream
        : joinRequests(oldest.upstream, newest.upstream),
    reusesUpstreamConnection: oldest.reusesUpstreamConnection && newest.reusesUpstreamConnection,
  };
}
