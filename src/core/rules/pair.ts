import { groupBy, rememberedOf } from "../basics/collections.ts";
import { headerLines, type EffectiveList } from "../config/effective.ts";
import type { Config, Level, Use } from "../config/level.ts";
import type { UpstreamRequest } from "../request/exchange.ts";
import { evaluate } from "../request/variables.ts";
import { usesNamed } from "../request/walk.ts";
import type { Scope } from "../request/scope.ts";
import { isKnown } from "../request/value.ts";
import { probeScope } from "../handshake/probe.ts";
import { carriesToken, hasToken } from "../request/answer.ts";
import type { Directive } from "../syntax/tree.ts";
import { type MapFault, mapFault, type PairHeader, pairTokens } from "./map-fault.ts";
import { placeOf, type ProxiedLocation, type Report } from "./rule.ts";
import { comesByInclude, isInRepository, isVariable, quoted } from "./phrases.ts";

/** A header of the pair that does not reach the upstream, and the one rule that says why. */
export interface LostHeader {
  readonly name: PairHeader;
  readonly request: UpstreamRequest;
  readonly list: EffectiveList;
  /** The `proxy_set_header` lines of this name that are in force. */
  readonly lines: readonly Use[];
  readonly blame:
    | { readonly rule: "header-inheritance"; readonly discarded: readonly Use[] }
    | { readonly rule: "connection-map"; readonly fault: MapFault }
    | { readonly rule: "upgrade-header" | "connection-header" };
}

/** Null where the header arrives, where nobody can know, and where the handshake works all the same. */
export function lostHeader(location: ProxiedLocation, name: PairHeader): LostHeader | null {
  return lostHeaders(location)[name];
}

/** Several rules ask for them. */
const lostHeaders = rememberedOf(
  (location: ProxiedLocation): Readonly<Record<PairHeader, LostHeader | null>> => ({
    Upgrade: lost(location, "Upgrade"),
    Connection: lost(location, "Connection"),
  }),
);

function lost(location: ProxiedLocation, name: PairHeader): LostHeader | null {
  const request = location.exchanges.websocket.upstream;
  if (
    location.verdict.strict === "works" ||
    request === null ||
    carriesToken(request, name.toLowerCase(), pairTokens[name]) !== false
  ) {
    return null;
  }
  const list = headerLines(location.level);
  const scope = probeScope(location.config, "websocket", location.handshake);
  const lines = linesOf(list.uses, name);
  const header = { name, request, list, lines };
  const discarded = linesOf(list.shadowed, name).filter((use) =>
    says(use, pairTokens[name], scope),
  );
  if (lines.length === 0 && discarded.length > 0) {
    return { ...header, blame: { rule: "header-inheritance", discarded } };
  }
  for (const line of lines) {
    const fault = mapFault(line, name, scope, location.upstream !== null);
    if (fault !== null) {
      return { ...header, blame: { rule: "connection-map", fault } };
    }
  }
  return {
    ...header,
    blame: { rule: name === "Upgrade" ? "upgrade-header" : "connection-header" },
  };
}

/**
 * What this level discards of an outer one's lines and a handshake needs: the pair, and with it `Host`. Empty where neither
 * header of the pair is lost that way.
 */
export function discardedLines(location: ProxiedLocation): readonly Use[] {
  const { Upgrade, Connection } = lostHeaders(location);
  const pair = [Upgrade, Connection].flatMap((header) =>
    header?.blame.rule === "header-inheritance" ? header.blame.discarded : [],
  );
  const { uses, shadowed } = headerLines(location.level);
  const isHostLost = pair.length > 0 && linesOf(uses, "Host").length === 0;
  const hosts = isHostLost
    ? linesOf(shadowed, "Host").filter((use) => !isVariable(use, "proxy_host"))
    : [];
  return [...pair, ...hosts];
}

/**
 * Where a lost header is reported: at the line that says something wrong, unless that line is an outer level's which
 * does not care for upgrades otherwise. Then, and where no line names the header, it is the location that lacks the pair, or
 * an included file that has the other half of it.
 */
export function placeOfLoss(
  lost: LostHeader,
  { config, level, pass }: ProxiedLocation,
): Pick<Report, "place" | "related" | "level" | "beside" | "shared"> {
  const { list, lines, name, request } = lost;
  const [line] = lines;
  if (line === undefined) {
    const partner = includedPartner(lost, config);
    return partner === null
      ? { place: placeOf(pass), ...sharedLine(level) }
      : { place: placeOf(partner), level: partner.level, beside: partner };
  }
  if (list.level === null || list.level === settingLevel(level)) {
    return { place: placeOf(line) };
  }
  const other = otherOf(name);
  return carriesToken(request, other.toLowerCase(), pairTokens[other]) === true
    ? { place: placeOf(line), level: list.level }
    : {
        place: placeOf(pass),
        related: [
          {
            place: placeOf(line),
            note: `sets ${name} for every location without a \`proxy_set_header\` of its own`,
          },
        ],
      };
}

/**
 * The other half of the pair, where an included file has it and nobody who includes that file sets this header beside it: then
 * it is the file that lacks it. Null where the location's own text is to have it.
 */
function includedPartner({ name, list, lines, request }: LostHeader, config: Config): Use | null {
  const other = otherOf(name);
  const partner = linesOf(list.uses, other).find(isIncluded);
  return lines.length === 0 &&
    partner !== undefined &&
    carriesToken(request, other.toLowerCase(), pairTokens[other]) === true &&
    companions(config).get(partner.directive)?.has(name) === false
    ? partner
    : null;
}

/** The last header line of an included file, which may be where what is missing once stood. */
export function sharedLine(level: Level): Pick<Report, "shared"> {
  const shared = headerLines(level).uses.findLast(isIncluded);
  return shared === undefined ? {} : { shared };
}

function isIncluded(use: Use): boolean {
  return comesByInclude(use) && isInRepository(use);
}

/** For each line of the pair, which of the two some level has that it stands or is included at. */
const companions = rememberedOf(
  (config: Config): ReadonlyMap<Directive, ReadonlySet<PairHeader>> => {
    const found = new Map<Directive, Set<PairHeader>>();
    for (const [, uses] of groupBy(usesNamed(config, "proxy_set_header"), ({ level }) => level)) {
      const lines = { Upgrade: linesOf(uses, "Upgrade"), Connection: linesOf(uses, "Connection") };
      for (const { directive } of [...lines.Upgrade, ...lines.Connection]) {
        const names = found.get(directive) ?? new Set();
        if (lines.Upgrade.length > 0) {
          names.add("Upgrade");
        }
        if (lines.Connection.length > 0) {
          names.add("Connection");
        }
        found.set(directive, names);
      }
    }
    return found;
  },
);

/** Where a line is missing, as the end of "no `proxy_set_header Upgrade` …". */
export function missingWhere(partner: Use | undefined): string {
  return partner === undefined ? "is in force here" : `stands beside ${quoted(partner)}`;
}

function otherOf(name: PairHeader): PairHeader {
  return name === "Upgrade" ? "Connection" : "Upgrade";
}

/** The level at which this one's `proxy_set_header` lines may stand: `if` and `limit_except` take none. */
export function settingLevel(level: Level): Level {
  const isInner = level.context === "location-if" || level.context === "limit_except";
  return isInner && level.parent !== null ? settingLevel(level.parent) : level;
}

export function linesOf(uses: readonly Use[], name: string): Use[] {
  return uses.filter((use) => use.parameters[0]?.toLowerCase() === name.toLowerCase());
}

function says(line: Use, token: string, scope: Scope): boolean {
  const value = evaluate(line.parameters[1] ?? "", scope);
  return isKnown(value) && hasToken(value, token);
}
