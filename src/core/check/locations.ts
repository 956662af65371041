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
  #versions: readonly [Simulated, ...Simulated[]] | null = null;

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
  get versions(): readonly [Simulated, ...Simulated[]] {
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

  get #newest(): Simulated {
    return this.versions.at(-1) ?? this.versions[0];
  }

  #simulated(version: NginxVersion): Simulated {
    const { config, level, proxyPass: pass, name, intent, traffic } = this;
    return new Simulated({
      config,
      version,
      versionKnown: this.#asked.length === 1,
      name,
      level,
      pass,
      intent,
      traffic,
    });
  }
}

type Asked = Omit<ProxiedLocation, "upstream" | "exchanges" | "verdict">;

/** Simulates a probe when a rule asks for it. */
class Simulated implements ProxiedLocation {
  readonly config;
  readonly version;
  readonly versionKnown;
  readonly name;
  readonly level;
  readonly pass;
  readonly intent;
  readonly traffic;
  readonly exchanges: ProxiedLocation["exchanges"];
  #verdict: Verdict | null = null;

  constructor(asked: Asked) {
    const { config, level, pass, version } = asked;
    this.config = config;
    this.version = version;
    this.versionKnown = asked.versionKnown;
    this.name = asked.name;
    this.level = level;
    this.pass = pass;
    this.intent = asked.intent;
    this.traffic = asked.traffic;
    const done: Partial<Record<ProbeName, Exchange>> = {};
    const simulated = (probe: ProbeName): Exchange =>
      (done[probe] ??= simulateAt(config, level, pass, probe, version));
    this.exchanges = {
      get websocket() {
        return simulated("websocket");
      },
      get plain() {
        return simulated("plain");
      },
      get h2c() {
        return simulated("h2c");
      },
    };
  }

  /** The same, taken for one that serves WebSockets. */
  serving(): ProxiedLocation {
    const { config, version, versionKnown, name, level, pass, intent, traffic } = this;
    const serving = { ...intent, serves: "yes" } as const;
    const asked = { config, version, versionKnown, name, level, pass, traffic };
    return new Simulated({ ...asked, intent: serving });
  }

  get upstream(): Use | null {
    const { upstream } = this.exchanges.websocket;
    return upstream === null ? null : upstreamOf(this.config, upstream);
  }

  get verdict(): Verdict {
    this.#verdict ??= verdictOf(this.exchanges.websocket);
    return this.#verdict;
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
