import { oldestVersion } from "../../src/core/nginx/versions.ts";
import { type Config, type Level, enclosing } from "../../src/core/config/level.ts";
import { configErrors, trace, type TraceResult } from "../../src/core/handshake/trace.ts";
import { simulateRequest } from "../../src/core/handshake/request-to.ts";
import type { TraceRequest } from "../../src/core/handshake/client.ts";
import { exactServerName } from "../../src/core/request/listen.ts";
import type { ProbeName, UpstreamRequest } from "../../src/core/request/exchange.ts";
import { probeHeaders } from "../../src/core/handshake/probe.ts";
import { passOf } from "../../src/core/request/pass.ts";
import { simulateAt } from "../../src/core/handshake/simulate.ts";
import { verdictOf } from "../../src/core/handshake/verdict.ts";
import { withObstacles } from "../../src/core/handshake/obstacles.ts";
import { isKnown, shown } from "../../src/core/request/value.ts";
import type { Backend } from "./backend.ts";
import { generate, type Generated } from "./generate/config.ts";
import { Random } from "./generate/random.ts";
import { type Exchange, inPool, type NginxFiles } from "./harness.ts";
import { type Observation, observe, type Observed, type Target, withBackends } from "./observe.ts";
import { configOf, headOf } from "./truth.ts";

/** Where the simulation and real nginx disagree about a generated configuration. */
export interface Disagreement {
  readonly seed: number;
  readonly index: number;
  readonly config: NginxFiles;
  readonly differences: readonly string[];
}

export interface Tally {
  readonly configurations: number;
  /** Requests of which the simulation says what becomes of them. */
  readonly answered: number;
  /** Those of which it does not say all that is compared: the head, the status, both verdicts. */
  readonly unknown: number;
  readonly refused: number;
  readonly disagreements: readonly Disagreement[];
}

/** As many configurations are observed at a time. */
const WIDTH = 4;

/** Compares generated configurations with what real nginx does with them; at most ten disagreements, the smallest form of each. */
export async function compareGenerated(seed: number, from: number, count: number): Promise<Tally> {
  const disagreements: Disagreement[] = [];
  let answered = 0;
  let unknown = 0;
  let refused = 0;
  await withBackends(WIDTH, async (backends) => {
    const free = [...backends];
    const indexes = Array.from({ length: count }, (_, offset) => from + offset);
    await inPool(indexes, WIDTH, async (index) => {
      const backend = free.pop();
      if (backend === undefined || disagreements.length >= 10) {
        return;
      }
      try {
        const generated = generate(Random.forCase(seed, index));
        const compared = await compare(generated, backend);
        answered += compared.answered;
        unknown += compared.unknown;
        if (compared.isRefused) {
          refused++;
        }
        // Once more, for a machine that was too busy to answer in time.
        if (
          compared.differences.length > 0 &&
          (await compare(generated, backend)).differences.length > 0
        ) {
          const config = await minimised(generated, backend);
          const { differences } = await compare({ ...generated, config }, backend);
          disagreements.push({ seed, index, config, differences });
        }
      } finally {
        free.push(backend);
      }
    });
  });
  return { configurations: count, answered, unknown, refused, disagreements };
}

interface Compared {
  readonly differences: readonly string[];
  readonly answered: number;
  readonly unknown: number;
  readonly isRefused: boolean;
}

async function compare({ config, targets }: Generated, backend: Backend): Promise<Compared> {
  const observation = await observe(config, targets, backend);
  const ours = configOf(withPorts(config, backend.port));
  const refused = compareRefusal(ours, observation);
  if ("refused" in observation || refused.length > 0) {
    return { differences: refused, answered: 0, unknown: 0, isRefused: "refused" in observation };
  }
  const results = targets.map((target, at) =>
    compareTarget(ours, target, observation.observed[at]),
  );
  return {
    differences: results.flatMap(({ differences }) => differences),
    answered: results.reduce((sum, each) => sum + each.answered, 0),
    unknown: results.reduce((sum, each) => sum + each.unknown, 0),
    isRefused: false,
  };
}

/** The port on which nginx listens is another each time; it is put in place where it is compared. */
const listenPort = "8079";

function withPorts({ main, files }: NginxFiles, backend: number): NginxFiles {
  const fill = (text: string): string =>
    text.replaceAll("@NGINX@", listenPort).replaceAll("@BACKEND@", String(backend));
  const filled = Object.entries(files).map(([path, text]) => [path, fill(text)] as const);
  return { main, files: Object.fromEntries(filled) };
}

function compareRefusal(config: Config, observation: Observation): string[] {
  const [ours] = configErrors(config, oldestVersion);
  const theirs =
    "refused" in observation
      ? (observation.refused.find(({ level }) => level === "emerg")?.text ?? "no message").replace(
          /((?:127|0)\.0\.0\.[01]):\d+/,
          `$1:${listenPort}`,
        )
      : null;
  const message = ours?.message ?? null;
  const isSame =
    message === theirs || (theirs !== null && message?.startsWith(`${theirs},`) === true);
  return isSame ? [] : [`refused: ${JSON.stringify(message)}, nginx: ${JSON.stringify(theirs)}`];
}

function compareTarget(
  config: Config,
  target: Target,
  observed: Observed | undefined,
): Omit<Compared, "isRefused"> {
  if (observed === undefined) {
    throw new Error("each target is observed");
  }
  const differences: string[] = [];
  let answered = 0;
  let unknown = 0;
  for (const probe of ["websocket", "plain", "h2c"] as const) {
    const ours = trace(config, requestOf(target, probe), oldestVersion);
    if (isRefusedBySubrequest(ours, observed, probe)) {
      continue;
    }
    // The 101 of a subrequest ends the connection before the request itself is sent on.
    const isCutOff = ours.verdict?.reasons.includes("subrequest-upgrade") === true;
    const found = isCutOff ? [] : compareExchange(ours, observed[probe]);
    if (found === null) {
      unknown++;
      continue;
    }
    answered++;
    if (ours.verdict?.strict === "unknown" || ours.verdict?.lenient === "unknown") {
      unknown++;
    }
    if (probe === "websocket") {
      found.push(...compareVerdict(ours, observed));
    }
    if (probe === "plain" && ours.outcome === "proxied") {
      if (ours.reusesUpstreamConnection !== observed.reused) {
        found.push(`reuses: ${ours.reusesUpstreamConnection}, nginx: ${observed.reused}`);
      }
    }
    found.push(...compareStandIn(config, target, probe));
    const what = `${probe} ${target.host ?? ""}${target.path ?? ""} ${JSON.stringify([target.websocket ?? {}, target.headers ?? []])}`;
    differences.push(...found.map((each) => `${what}\n  ${each}\n  ${ours.steps.join("; ")}`));
  }
  return { differences, answered, unknown };
}

/** Whether the server of an auth_request did not say yes, as the simulation says to take it: nginx then answers itself. */
function isRefusedBySubrequest(ours: TraceResult, observed: Observed, probe: ProbeName): boolean {
  const exchanges =
    probe === "websocket" ? [observed.websocket, observed.lenient] : [observed[probe]];
  return (
    ours.steps.some((step) => step.endsWith("taken as a yes")) &&
    exchanges.some(
      ({ status, backendRequest }) => backendRequest === null && (status ?? 500) >= 400,
    )
  );
}

/** Null where the simulation does not say. */
function compareExchange(ours: TraceResult, observed: Exchange): string[] | null {
  const theirs = observed.upstreamHead?.replace(/^(sec-websocket-key: ).*$/im, "$1…") ?? null;
  switch (ours.outcome) {
    case "proxied": {
      const { upstream } = ours;
      if (upstream === null) {
        return ["no head"];
      }
      const { method, uri, httpVersion, headers } = upstream;
      const values = [method, uri, httpVersion, ...headers.map(({ value }) => value)];
      if (!values.every(isKnown)) {
        return null;
      }
      const head = headOf(upstream)?.replaceAll(listenPort, "PORT") ?? null;
      // The port of this run stands in values such as $server_port.
      const same =
        withoutBody(theirs, upstream)?.replaceAll(observedPort(theirs, head), "PORT") ?? null;
      return head === same
        ? []
        : [`head: ${JSON.stringify(head)}\n  nginx: ${JSON.stringify(same)}`];
    }
    case "answered": {
      const own = observed.backendRequest === null ? observed.status : null;
      // 444 is no answer: nginx closes the connection.
      const isSame =
        ours.status === null || ours.status === 444
          ? observed.backendRequest === null
          : ours.status === own;
      return isSame ? [] : [`status: ${ours.status}, nginx: ${observed.status} ${theirs ?? ""}`];
    }
    case "config-error":
      return ["config-error"];
    case "unknown":
      return null;
  }
}

/** A body without its length is the beginning of the next head to the server, on a connection that is used again. */
function withoutBody(theirs: string | null, { body, headers }: UpstreamRequest): string | null {
  const isBare =
    body !== null && !headers.some(({ name }) => name.toLowerCase() === "content-length");
  return isBare && isKnown(body) && theirs?.startsWith(body) === true
    ? theirs.slice(body.length)
    : theirs;
}

/** The number that stands where ours has PORT; a text that is nowhere if there is none. */
function observedPort(theirs: string | null, ours: string | null): string {
  const at = ours?.indexOf("PORT") ?? -1;
  return at < 0 || theirs === null ? "\u0000" : (/^\d+/.exec(theirs.slice(at))?.[0] ?? "\u0000");
}

function compareVerdict(
  { verdict, outcome }: TraceResult,
  { websocket, lenient }: Observed,
): string[] {
  if (verdict === null || outcome === "unknown") {
    return [];
  }
  const differences: string[] = [];
  for (const [name, ours, ok] of [
    ["strict", verdict.strict, websocket.ok],
    ["lenient", verdict.lenient, lenient.ok],
  ] as const) {
    if (ours !== "unknown" && (ours === "works") !== ok) {
      differences.push(`${name}: ${ours} ${verdict.reasons.join(" ")}, nginx: ${ok}`);
    }
  }
  return differences;
}

const harnessSettings = "AAMAAABkAARAAAAAAAIAAAAA";

function requestOf(target: Target, probe: ProbeName): TraceRequest {
  const { path = "/ws", host = "example.test", method = "GET", headers = [] } = target;
  const own: [string, string][] = probe === "h2c" ? [["HTTP2-Settings", harnessSettings]] : [];
  if (probe === "websocket") {
    own.push(...websocketHeaders(target));
  }
  return {
    probe,
    scheme: "http",
    host: "127.0.0.1",
    port: listenPort,
    target: path,
    method,
    headers: [["Host", host], ...own, ...headers],
    clientAddress: "127.0.0.1",
  };
}

/** What the client writes in place of the probe's own. */
function websocketHeaders({ websocket: { upgrade, connection } = {} }: Target): [string, string][] {
  const headers: [string, string][] = [];
  if (upgrade) {
    headers.push(["Upgrade", upgrade]);
  }
  if (connection) {
    headers.push(["Connection", connection]);
  }
  return headers;
}

/**
 * What the request that stands for all of a location's is said to send, and this one of them does not: the first must
 * leave unknown what differs.
 */
function compareStandIn(config: Config, target: Target, probe: ProbeName): string[] {
  const request = requestOf(target, probe);
  const real = simulateRequest(config, request, oldestVersion);
  const { level, pass } = real;
  if (level === null || pass === null || real.upstream === null || passOf(level) !== pass) {
    return [];
  }
  if (!level.uses.includes(pass) || !asksForItsServer(level, target)) {
    return [];
  }
  const handshake = probe === "websocket" ? websocketHeaders(target) : [];
  const exchange = simulateAt({
    config,
    level,
    pass,
    probe,
    version: oldestVersion,
    headers: [
      ...probeHeaders(probe).filter(([name]) => handshake.every(([other]) => other !== name)),
      ...handshake,
    ],
  });
  const standIn = withObstacles(config, exchange, oldestVersion);
  if (standIn.upstream === null) {
    return [];
  }
  const { headers } = real.upstream;
  const lines = new Set(headers.map(({ name, value }) => `${name}: ${shown(value)}`));
  const wrong = standIn.upstream.headers.filter(
    ({ name, value, origin }) =>
      isKnown(value) && origin.from !== "client" && !lines.has(`${name}: ${value}`),
  );
  const uses = new Set(
    standIn.upstream.headers.map(({ origin }) => (origin.from === "directive" ? origin.use : null)),
  );
  const missing = headers.filter(
    ({ origin }) => origin.from === "directive" && !uses.has(origin.use),
  );
  const [own, whole] = [verdictOf(real), verdictOf(standIn)];
  // A path with a blank, which a variable decodes, is one that few ask for; by an error_page come only some requests.
  const isUsual =
    probe === "websocket" &&
    !/\s/.test(shown(real.upstream.uri)) &&
    !real.steps.some((step) => step.startsWith("error_page "));
  const verdicts = (["strict", "lenient"] as const).filter(
    (each) => isUsual && whole[each] !== "unknown" && whole[each] !== own[each],
  );
  return [
    ...[...wrong, ...missing].map(({ name, value }) => `${name}: ${shown(value)}`),
    ...verdicts.map((each) => `${each}: ${whole[each]} ${whole.reasons.join(" ")}`),
  ].map((difference) => `a request for all of them differs in ${difference}`);
}

/** A server with one name is taken to be asked for by that name. */
function asksForItsServer(level: Level, { host = "example.test" }: Target): boolean {
  const server = enclosing(level, "server");
  const name = server === null ? null : exactServerName(server);
  return name === null || host.toLowerCase() === name;
}

/** The configuration without the lines and blocks that the disagreement does without. */
async function minimised(generated: Generated, backend: Backend): Promise<NginxFiles> {
  let { config } = generated;
  for (let attempts = 0, line = 0; attempts < 60; attempts++) {
    const lines = (config.files[config.main] ?? "").split("\n");
    const length = lines[line] === undefined ? 0 : blockLength(lines, line);
    if (length === 0) {
      break;
    }
    const shorter = lines.toSpliced(line, length).join("\n");
    const candidate = { ...config, files: { ...config.files, [config.main]: shorter } };
    // A server without `listen` would take requests of port 80, which nobody asks.
    const isKept =
      (lines[line] ?? "").trimStart().startsWith("listen ") || !shorter.includes("listen ");
    if (!isKept && (await stillDiffers({ ...generated, config: candidate }, backend))) {
      config = candidate;
    } else {
      line++;
    }
  }
  return config;
}

async function stillDiffers(generated: Generated, backend: Backend): Promise<boolean> {
  const { differences } = await compare(generated, backend);
  return differences.some((difference) => !difference.startsWith("refused"));
}

/** A block is taken away as a whole; the generator indents its lines. */
function blockLength(lines: readonly string[], start: number): number {
  const first = lines[start] ?? "";
  if (!first.endsWith("{")) {
    return 1;
  }
  const indent = first.length - first.trimStart().length;
  const end = lines.findIndex(
    (line, at) => at > start && line.trimEnd() === `${" ".repeat(indent)}}`,
  );
  return end < 0 ? 1 : end - start + 1;
}

/** The disagreements as text, with what it takes to see each again. */
export function describeDisagreements(disagreements: readonly Disagreement[]): string {
  return disagreements
    .map(({ seed, index, config, differences }) => {
      const files = Object.entries(config.files).map(([path, text]) => `# ${path}\n${text}`);
      return [`SEED=${seed}, case ${index}`, ...files, ...differences].join("\n");
    })
    .join("\n\n");
}
