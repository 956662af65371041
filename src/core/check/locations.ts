import type { LocationReport } from "../analysis.ts";
import type { NginxVersion } from "../config/directives.ts";
import type { Config, Level, Use } from "../config/model.ts";
import { joinRequests, joinVerdicts } from "../handshake/join.ts";
import type { Exchange, ProbeName, Verdict } from "../handshake/model.ts";
import { proxyingLevels } from "../handshake/pass.ts";
import { enclosing, simulateAt } from "../handshake/simulate.ts";
import { upstreamOf } from "../handshake/upstream-request.ts";
import { verdictOf } from "../handshake/verdict.ts";
import { intentOf } from "../intent/intent.ts";
import type { Intent, Traffic } from "../intent/model.ts";
import type { Policy } from "../policy/policy.ts";
import type { LocationName } from "../rules/finding.ts";
import { placeOf, type ProxiedLocation } from "../rules/rule.ts";

/** Simulates every proxying location of a program, each use once, in the order of the text. */
export function locate(
  config: Config,
  policy: Policy,
  versions: readonly NginxVersion[],
): Located[] {
  return Array.from(
    proxyingLevels(config),
    ({ level, pass }) => new Located(config, level, pass, policy, versions),
  );
}

/**
 * One use of a proxying location: what reports show, and what rules see in each version in question. Worked out when
 * somebody asks, because most locations of a large configuration have nothing to do with WebSockets.
 */
export class Located implements LocationReport {
  readonly config: Config;
  readonly level: Level;
  readonly proxyPass: Use;
  readonly intent: Intent;
  readonly traffic: Traffic;
  readonly #asked: readonly NginxVersion[];
  #name: LocationName | null = null;
  #versions: readonly [ProxiedLocation, ...ProxiedLocation[]] | null = null;

  constructor(
    config: Config,
    level: Level,
    pass: Use,
    policy: Policy,
    versions: readonly NginxVersion[],
  ) {
    this.config = config;
    this.level = level;
    this.proxyPass = pass;
    const { intent, traffic } = intentOf({ config, level, pass, policy });
    this.intent = intent;
    this.traffic = traffic;
    this.#asked = versions;
  }

  get name(): LocationName {
    this.#name ??= nameOf(this.level, this.proxyPass);
    return this.#name;
  }

  /** In the order of the versions, oldest first. */
  get versions(): readonly [ProxiedLocation, ...ProxiedLocation[]] {
    if (this.#versions === null) {
      const [first, ...others] = this.#asked.map((version) => this.#simulated(version));
      if (first === undefined) throw new Error("a location is simulated for at least one version");
      this.#versions = [first, ...others];
    }
    return this.#versions;
  }

  get verdict(): Verdict {
    return this.versions.map(({ verdict }) => verdict).reduce(joinVerdicts);
  }

  get exchanges(): LocationReport["exchanges"] {
    return this.#newest.exchanges;
  }

  get upstream(): LocationReport["upstream"] {
    return joinedHead(this.versions.map(({ exchanges }) => exchanges.websocket));
  }

  get idleTimeoutMs(): number | null {
    return this.#newest.exchanges.websocket.idleTimeoutMs;
  }

  get #newest(): ProxiedLocation {
    return this.versions.at(-1) ?? this.versions[0];
  }

  #simulated(version: NginxVersion): ProxiedLocation {
    const { config, level, proxyPass: pass, name, intent, traffic } = this;
    const exchanges = new Exchanges((probe) => simulateAt(config, level, pass, probe, version));
    const { upstream } = exchanges.websocket;
    return {
      config,
      version,
      versionKnown: this.#asked.length === 1,
      name,
      level,
      pass,
      upstream: upstream === null ? null : upstreamOf(config, upstream),
      exchanges,
      verdict: verdictOf(exchanges.websocket),
      intent,
      traffic,
    };
  }
}

/** Each probe's exchange, simulated when it is asked for: a rule about handshakes needs one of the three. */
class Exchanges implements Record<ProbeName, Exchange> {
  readonly #simulate: (probe: ProbeName) => Exchange;
  readonly #known = new Map<ProbeName, Exchange>();

  constructor(simulate: (probe: ProbeName) => Exchange) {
    this.#simulate = simulate;
  }

  get websocket(): Exchange {
    return this.#of("websocket");
  }

  get plain(): Exchange {
    return this.#of("plain");
  }

  get h2c(): Exchange {
    return this.#of("h2c");
  }

  #of(probe: ProbeName): Exchange {
    const exchange = this.#known.get(probe) ?? this.#simulate(probe);
    this.#known.set(probe, exchange);
    return exchange;
  }
}

/** The head that all versions send; what they do not agree on is unknown. */
function joinedHead(exchanges: readonly Exchange[]): LocationReport["upstream"] {
  const requests = exchanges.flatMap(({ upstream }) => upstream ?? []);
  if (requests.length < exchanges.length) return null;
  const { httpVersion, headers } = requests.reduce(joinRequests);
  return { httpVersion, headers: headers.map(({ name, value }) => [name, value]) };
}

function nameOf(level: Level, pass: Use): LocationName {
  const opener = enclosing(level, "location")?.opener ?? null;
  const server = enclosing(level, "server");
  const names = server?.uses.find((use) => use.name === "server_name")?.parameters ?? [];
  const includedFrom: string[] = [];
  for (let include = (opener ?? pass).include; include !== null; include = include.include) {
    includedFrom.unshift(include.document.path);
  }
  return {
    place: placeOf(opener ?? pass),
    name: opener === null ? "" : opener.parameters.join(" "),
    server: names[0] ?? null,
    includedFrom,
  };
}
