import { proven, locationKey } from "./worked.ts";
import type { LocationReport } from "./analysis.ts";
import { rememberedOf } from "../basics/collections.ts";
import type { NginxVersion } from "../nginx/versions.ts";
import { type Config, type Level, type Use, enclosing } from "../config/level.ts";
import { joinRequests, joinVerdicts } from "../request/join.ts";
import type { Exchange, ProbeName, UpstreamRequest, Verdict } from "../request/exchange.ts";
import { proxyingLevels } from "../request/pass.ts";
import { firefoxHandshake, probeHeaders } from "../handshake/probe.ts";
import { isNeverChosen, obstructionOf } from "../handshake/reach.ts";
import { simulateAt } from "../handshake/simulate.ts";
import { withObstacles } from "../handshake/obstacles.ts";
import { upstreamOf } from "../request/upstream-block.ts";
import { verdictOf } from "../handshake/verdict.ts";
import { intentOf } from "../intent/intent.ts";
import type { Intent, Traffic } from "../intent/serves.ts";
import type { Policy } from "../policy/policy.ts";
import type { LocationName } from "../rules/finding.ts";
import { readable } from "../syntax/opaque.ts";
import { placeOf, type ProxiedLocation } from "../rules/rule.ts";
import type { RunRequest } from "./run-request.ts";

/**
 * Simulates every proxying location of a program, each use once, in the order of the text; of a template, each location
 * that any rendering has.
 */
export function locate(
  config: Config,
  policy: Policy,
  versions: readonly NginxVersion[],
  { hearing, before }: Pick<RunRequest, "hearing" | "before"> = {},
): Located[] {
  const uses = new Map<string, Case[]>();
  for (const each of [config, ...config.alternatives]) {
    for (const { level, pass } of proxyingLevels(each)) {
      const key = config.alternatives.length === 0 ? String(uses.size) : keyOf(level, pass);
      const cases = uses.get(key) ?? [];
      cases.push({ config: each, level, pass });
      uses.set(key, cases);
    }
  }
  return [...uses.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : new Located([first, ...others], policy, versions, { hearing, before }),
  );
}

/** One location in the versions in question, oldest first. */
export type Versions = readonly [Simulated, ...Simulated[]];

/** A location's use in one rendering of its program. */
interface Case {
  readonly config: Config;
  readonly level: Level;
  readonly pass: Use;
}

/** The same in every rendering: where the block stands, and the includes that bring it. */
function keyOf(level: Level, pass: Use): string {
  const opener = level.opener ?? pass;
  const parts: (string | number)[] = [];
  for (let use: Use | null = opener; use !== null; use = use.include) {
    parts.push(use.document.key, use.directive.start);
  }
  return parts.join(" ");
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
  readonly #alternatives: readonly Case[];
  #name: LocationName | null = null;
  #versions: Versions | null = null;
  #renderings: readonly Versions[] | null = null;
  #isIdle: boolean | null = null;

  constructor(
    [{ config, level, pass }, ...alternatives]: readonly [Case, ...Case[]],
    policy: Policy,
    versions: readonly NginxVersion[],
    { hearing, before }: Pick<RunRequest, "hearing" | "before">,
  ) {
    this.#alternatives = alternatives;
    this.config = config;
    this.level = level;
    this.proxyPass = pass;
    const own = intentOf({ config, level, pass, policy, hearing });
    const worked =
      before === undefined || before.worked.size === 0
        ? undefined
        : before.worked.get(locationKey(this.name));
    this.intent = worked === undefined ? own.intent : proven(own.intent);
    this.traffic = worked ?? own.traffic;
    this.#asked = versions;
  }

  /** In each rendering that has the location. */
  get levels(): readonly Level[] {
    return [this.level, ...this.#alternatives.map(({ level }) => level)];
  }

  get name(): LocationName {
    this.#name ??= nameOf(this.level, this.proxyPass);
    return this.#name;
  }

  /** In the order of the versions, oldest first; of a template, in its first rendering that has the location. */
  get versions(): Versions {
    const { config, level, proxyPass: pass } = this;
    this.#versions ??= this.#simulated({ config, level, pass });
    return this.#versions;
  }

  /** The versions in each rendering that has the location. */
  get renderings(): readonly Versions[] {
    this.#renderings ??= [
      this.versions,
      ...this.#alternatives.map((alternative) => this.#simulated(alternative)),
    ];
    return this.#renderings;
  }

  /**
   * Whether other locations take all requests to its paths, and their handshakes work there: then nothing in it matters.
   * False where the handshakes are lost there: then it is the one that should be chosen.
   */
  get isIdle(): boolean {
    this.#isIdle ??= this.renderings
      .flat()
      .every(
        ({ config, level, version, intent, exchanges }) =>
          isNeverChosen(level) &&
          (intent.serves !== "yes" || obstructionOf(config, exchanges.websocket, version) === null),
      );
    return this.#isIdle;
  }

  get verdict(): Verdict {
    return this.renderings
      .flat()
      .map(({ verdict }) => verdict)
      .reduce(joinVerdicts);
  }

  get failsInFirefox(): boolean {
    return this.versions.every(({ failsInFirefox }) => failsInFirefox);
  }

  get exchanges(): LocationReport["exchanges"] {
    return this.#newest.exchanges;
  }

  get upstream(): LocationReport["upstream"] {
    const head = joined(
      this.renderings.map((versions) =>
        joined(versions.map(({ exchanges }) => exchanges.websocket.upstream)),
      ),
      "it depends on the branch of the template, which is not known",
    );
    if (head === null) {
      return null;
    }
    const { httpVersion, headers } = head;
    return { httpVersion, headers: headers.map(({ name, value }) => [name, value]) };
  }

  get idleTimeoutMs(): number | null {
    return this.#newest.exchanges.websocket.idleTimeoutMs;
  }

  get #newest(): Simulated {
    return this.versions.at(-1) ?? this.versions[0];
  }

  #simulated(of: Case): Versions {
    const [first, ...others] = this.#asked.map((version) => this.#simulatedIn(of, version));
    if (first === undefined) {
      throw new Error("a location is simulated for at least one version");
    }
    return [first, ...others];
  }

  #simulatedIn({ config, level, pass }: Case, version: NginxVersion): Simulated {
    const { name, intent, traffic } = this;
    return new Simulated({
      config,
      version,
      versionKnown: this.#asked.length === 1,
      name,
      level,
      pass,
      intent,
      traffic,
      handshake: probeHeaders("websocket"),
    });
  }
}

type Asked = Omit<ProxiedLocation, "upstream" | "exchanges" | "verdict">;

/** Simulates a probe when a rule asks for it: most rules need one of the three. */
class Exchanges implements Record<ProbeName, Exchange> {
  readonly #simulate: (probe: ProbeName) => Exchange;
  #websocket: Exchange | null = null;
  #plain: Exchange | null = null;
  #h2c: Exchange | null = null;

  constructor(simulate: (probe: ProbeName) => Exchange) {
    this.#simulate = simulate;
  }

  get websocket(): Exchange {
    return (this.#websocket ??= this.#simulate("websocket"));
  }

  get plain(): Exchange {
    return (this.#plain ??= this.#simulate("plain"));
  }

  get h2c(): Exchange {
    return (this.#h2c ??= this.#simulate("h2c"));
  }
}

class Simulated implements ProxiedLocation {
  readonly config;
  readonly version;
  readonly versionKnown;
  readonly name;
  readonly level;
  readonly pass;
  readonly intent;
  readonly traffic;
  readonly handshake;
  readonly exchanges: ProxiedLocation["exchanges"];
  readonly #asked: Asked;
  #verdict: Verdict | null = null;
  #firefox: ProxiedLocation | null = null;

  constructor(asked: Asked) {
    const { config, level, pass, version, handshake } = asked;
    this.#asked = asked;
    this.config = config;
    this.version = version;
    this.versionKnown = asked.versionKnown;
    this.name = asked.name;
    this.level = level;
    this.pass = pass;
    this.intent = asked.intent;
    this.traffic = asked.traffic;
    this.handshake = handshake;
    const standing = { config, level, pass, version };
    this.exchanges = new Exchanges((probe) =>
      probe === "websocket"
        ? withObstacles(config, simulateAt({ ...standing, probe, headers: handshake }), version)
        : simulateAt({ ...standing, probe }),
    );
  }

  /** The same, taken for one that serves WebSockets. */
  serving(): Simulated {
    return new Simulated({ ...this.#asked, intent: { ...this.intent, serves: "yes" } });
  }

  /** The same, with the handshake that Firefox sends. */
  get firefox(): ProxiedLocation {
    this.#firefox ??= new Simulated({ ...this.#asked, handshake: firefoxHandshake });
    return this.#firefox;
  }

  /** Whether a handshake breaks for no other reason than that Firefox wrote it. */
  get failsInFirefox(): boolean {
    return (
      mayReadConnection(this.config) &&
      this.verdict.strict !== "breaks" &&
      this.firefox.verdict.strict === "breaks"
    );
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

/** Nothing else shows how the client wrote `Connection`, which nginx does not pass on by itself. */
const mayReadConnection = rememberedOf((config: Config): boolean =>
  config.documents.some(({ text }) => /http_connection/i.test(text)),
);

/** What all of these requests say; null where one of them is none. */
function joined(
  requests: readonly (UpstreamRequest | null)[],
  why?: string,
): UpstreamRequest | null {
  const [first = null, ...others] = requests;
  return others.reduce<UpstreamRequest | null>(
    (one, other) => (one === null || other === null ? null : joinRequests(one, other, why)),
    first,
  );
}

function nameOf(level: Level, pass: Use): LocationName {
  const opener = enclosing(level, "location")?.opener ?? null;
  const server = enclosing(level, "server");
  const names = server?.uses.find((use) => use.name === "server_name")?.parameters ?? [];
  const includedFrom: string[] = [];
  for (let include = (opener ?? pass).include; include !== null; include = include.include) {
    if (include.name === "include") {
      includedFrom.unshift(include.document.path);
    }
  }
  return {
    place: placeOf(opener ?? pass),
    name: opener === null ? "" : readable(opener.parameters.join(" ")),
    server: names[0] === undefined ? null : readable(names[0]),
    includedFrom,
  };
}
