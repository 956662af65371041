import type { LocationReport } from "../analysis.ts";
import type { NginxVersion } from "../config/directives.ts";
import type { Config, Level, Use } from "../config/model.ts";
import type { Exchange, Result, UpstreamHeader, Value, Verdict } from "../handshake/model.ts";
import { proxyingLevels } from "../handshake/pass.ts";
import { enclosing, simulateAt } from "../handshake/simulate.ts";
import { upstreamOf } from "../handshake/upstream-request.ts";
import { shown, unknown } from "../handshake/variables.ts";
import { verdictOf } from "../handshake/verdict.ts";
import { intentOf } from "../intent/intent.ts";
import type { Policy } from "../policy/policy.ts";
import type { LocationName } from "../rules/finding.ts";
import { placeOf, type ProxiedLocation } from "../rules/rule.ts";

/** One use of a proxying location: what reports show, and what rules see in each version in question. */
export interface Located {
  readonly report: LocationReport;
  /** In the order of the versions; never empty. */
  readonly versions: readonly ProxiedLocation[];
}

/** Simulates every proxying location of a program, each use once, in the order of the text. */
export function locate(
  config: Config,
  policy: Policy,
  versions: readonly NginxVersion[],
): Located[] {
  const located: Located[] = [];
  for (const { level, pass } of proxyingLevels(config)) {
    const name = nameOf(level, pass);
    const { intent, traffic } = intentOf({ config, level, pass, policy });
    const proxied = versions.map((version): ProxiedLocation => {
      const exchanges = {
        websocket: simulateAt(config, level, pass, "websocket", version),
        plain: simulateAt(config, level, pass, "plain", version),
        h2c: simulateAt(config, level, pass, "h2c", version),
      };
      const { upstream } = exchanges.websocket;
      return {
        config,
        version,
        versionKnown: versions.length === 1,
        name,
        level,
        pass,
        upstream: upstream === null ? null : upstreamOf(config, upstream),
        exchanges,
        verdict: verdictOf(exchanges.websocket),
        intent,
        traffic,
      };
    });
    located.push({ report: reportOf(proxied), versions: proxied });
  }
  return located;
}

function reportOf(versions: readonly ProxiedLocation[]): LocationReport {
  const newest = versions.at(-1);
  if (newest === undefined) throw new Error("a location is simulated for at least one version");
  const { config, name, level, pass, intent, traffic, exchanges } = newest;
  return {
    config,
    name,
    level,
    proxyPass: pass,
    intent,
    traffic,
    verdict: versions.map(({ verdict }) => verdict).reduce(joinVerdicts),
    exchanges,
    upstream: joinedHead(versions.map((version) => version.exchanges.websocket)),
    idleTimeoutMs: exchanges.websocket.idleTimeoutMs,
  };
}

function joinVerdicts(one: Verdict, other: Verdict): Verdict {
  const join = (a: Result, b: Result): Result => (a === b ? a : "unknown");
  return {
    strict: join(one.strict, other.strict),
    lenient: join(one.lenient, other.lenient),
    reasons: [...new Set([...one.reasons, ...other.reasons])],
  };
}

/** The head that all versions send; what they do not agree on is unknown. */
function joinedHead(exchanges: readonly Exchange[]): LocationReport["upstream"] {
  const requests = exchanges.map(({ upstream }) => upstream);
  const [oldest] = requests;
  const newest = requests.at(-1);
  if (oldest == null || newest == null) return null;
  const differs = (a: Value, b: Value, text: string): Value =>
    shown(a) === shown(b)
      ? b
      : unknown("it depends on the version of nginx, which is not known", text);
  const onlyIn = (header: UpstreamHeader): readonly [string, Value] => [
    header.name,
    unknown(
      "not every version of nginx sends it, and the version is not known",
      shown(header.value),
    ),
  ];
  const headers: (readonly [string, Value])[] = [];
  const left = [...oldest.headers];
  for (const header of newest.headers) {
    const at = left.findIndex((each) => each.name.toLowerCase() === header.name.toLowerCase());
    const [other] = at === -1 ? [] : left.splice(at, 1);
    headers.push(
      other === undefined
        ? onlyIn(header)
        : [header.name, differs(other.value, header.value, shown(header.value))],
    );
  }
  headers.push(...left.map(onlyIn));
  const version = `${shown(oldest.httpVersion)} or ${shown(newest.httpVersion)}`;
  return { httpVersion: differs(oldest.httpVersion, newest.httpVersion, version), headers };
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
