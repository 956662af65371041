import { rememberedOf } from "../basics/collections.ts";
import type { Config, Use } from "../config/level.ts";
import { type Value, isKnown } from "../request/value.ts";
import { firefoxHandshake, probeScope } from "../handshake/probe.ts";
import { evaluate, variablesIn } from "../request/variables.ts";
import { forEachUse, usesNamed } from "../request/walk.ts";
import { definitions, isDefined } from "../request/definitions.ts";
import type { NewMap } from "./map.ts";
import type { FixRequest } from "../rules/remedy.ts";

/** Values for the pair of upgrade headers, with the maps that they need. */
export interface Choice {
  /** The parameter of `Connection`. A `literal` leaves the quotes to the file's own style. */
  readonly connection: { readonly variable: string } | { readonly literal: string };
  /** The parameter of `Upgrade`. */
  readonly upgrade: string;
  /** New maps, for one of the places that `mapEdits` finds. */
  readonly maps: readonly NewMap[];
}

/** What the planner knows of the line to be written. */
export interface Wanted {
  /** Whether `Connection` is to be chosen, or only `Upgrade`. */
  readonly connection: boolean;
  /** The `Connection` that is in force, or undefined. */
  readonly current: Use | undefined;
  /** The line serves other locations too, so that a literal would reach their ordinary requests. */
  readonly isShared: boolean;
  /** The line stands in a file that is included, so that a map would have to stand in another one, which all includers see. */
  readonly isIncluded: boolean;
  /** The line stands at a level around the location, where further locations may come to inherit it. */
  readonly isOuter: boolean;
}

/** The values to try, best first. */
export function choices(request: FixRequest, wanted: Wanted): Choice[] {
  if (request.upgrade === "websocket-only") {
    return [whitelist(request, wanted)];
  }
  const raw = { upgrade: "$http_upgrade", maps: [] };
  const literal: Choice = { ...raw, connection: { literal: "upgrade" } };
  if (request.connection === "literal" || !wanted.connection) {
    return [literal];
  }
  const { config, traffic } = request;
  // Who clears the header wants connections to be kept, whatever we see of the upstream.
  const keeps = request.keepsConnections || wanted.current?.parameters[1] === "";
  // Where no ordinary requests pass, nobody minds what a map says to them.
  const existing = connectionMaps(config, keeps && traffic === "mixed", false).map(
    (variable): Choice => ({
      ...raw,
      connection: { variable },
    }),
  );
  const name = freeName(config, wanted.current, ["connection_upgrade", "websocket_connection"]);
  const variable = `$${name}`;
  // Other locations come to use a map that is there.
  const keepsAny = keeps || usesNamed(config, "keepalive").length > 0;
  const fresh: Choice = {
    ...raw,
    connection: { variable },
    maps: [connectionMap("$http_upgrade", variable, keepsAny)],
  };
  if (request.connection === "map" || traffic === "mixed") {
    return [...existing, fresh];
  }
  // The proof tells whether all that the line reaches is dedicated.
  const wantsMap =
    wanted.isOuter ||
    (wanted.isShared && !wanted.isIncluded) ||
    variableOf(wanted.current) === name;
  return [...existing, ...(wantsMap ? [fresh, literal] : [literal, fresh])];
}

function connectionMap(source: string, variable: string, keepsConnections: boolean): NewMap {
  return {
    source,
    variable,
    entries: [
      ["default", "upgrade"],
      ["''", keepsConnections ? "''" : "close"],
    ],
  };
}

/** The two maps that let only `websocket` through, where the file has none like them. */
function whitelist(request: FixRequest, wanted: Wanted): Choice {
  const { config, keepsConnections } = request;
  const [known] = upgradeMaps(config);
  const upgrade = known ?? `$${freeName(config, undefined, ["ws_upgrade", "websocket_upgrade"])}`;
  const upgradeMap: NewMap = {
    source: "$http_upgrade",
    variable: upgrade,
    entries: [
      ["default", "''"],
      ["websocket", "websocket"],
    ],
  };
  const maps = known === undefined ? [upgradeMap] : [];
  if (request.connection === "literal" || !wanted.connection) {
    return { upgrade, connection: { literal: "upgrade" }, maps };
  }
  const [knownConnection] = connectionMaps(config, keepsConnections, true);
  if (knownConnection !== undefined) {
    return { upgrade, connection: { variable: knownConnection }, maps };
  }
  const names = ["ws_connection", "websocket_connection"];
  const variable = `$${freeName(config, wanted.current, names)}`;
  return {
    upgrade,
    connection: { variable },
    maps: [...maps, connectionMap(upgrade, variable, true)],
  };
}

/** The variables that maps define, as written, in the order of the file. */
function mapVariables(config: Config): { variable: string; source: string }[] {
  return [...definitions(config)]
    .map(([name, use]) => ({ name, use, variable: use.parameters[1] ?? "" }))
    .filter(
      ({ name, use, variable }) => use.name === "map" && variable.toLowerCase() === `$${name}`,
    )
    .map(({ use, variable }) => ({ variable, source: (use.parameters[0] ?? "").toLowerCase() }));
}

/** What a map's variable says to each probe. */
interface Probed {
  readonly variable: string;
  readonly source: string;
  readonly websocket: Value;
  readonly firefox: Value;
  readonly plain: Value;
  readonly h2c: Value;
}

/** All maps' variables, probed once per program: every location that lacks the pair asks for them. */
const probedMaps = rememberedOf((config: Config): readonly Probed[] =>
  mapVariables(config).map(({ variable, source }) => ({
    variable,
    source,
    websocket: evaluate(variable, probeScope(config, "websocket")),
    firefox: evaluate(variable, probeScope(config, "websocket", firefoxHandshake)),
    plain: evaluate(variable, probeScope(config, "plain")),
    h2c: evaluate(variable, probeScope(config, "h2c")),
  })),
);

/** Those that say `upgrade` to a handshake, however the client writes it. */
const upgrading = rememberedOf((config: Config) =>
  probedMaps(config).filter(
    ({ websocket, firefox }) => hasUpgrade(websocket) && hasUpgrade(firefox),
  ),
);

/**
 * Variables that say `upgrade` to a handshake and something harmless to an ordinary request, best first: those that leave
 * the upstream's connections alone, and those that read `$http_upgrade`.
 */
function connectionMaps(config: Config, keepsConnections: boolean, refusesH2c: boolean): string[] {
  const harmless = keepsConnections ? ["", "keep-alive"] : ["", "keep-alive", "close"];
  const rank = (value: Value): number =>
    isKnown(value) ? harmless.indexOf(value.toLowerCase()) : -1;
  return upgrading(config)
    .filter(({ plain, h2c }) => rank(plain) >= 0 && (!refusesH2c || rank(h2c) >= 0))
    .toSorted(
      (left, right) =>
        Number(right.source === "$http_upgrade") - Number(left.source === "$http_upgrade") ||
        rank(left.plain) - rank(right.plain),
    )
    .map(({ variable }) => variable);
}

function hasUpgrade(value: Value): boolean {
  return (
    isKnown(value) && value.split(",").some((token) => token.trim().toLowerCase() === "upgrade")
  );
}

function upgradeMaps(config: Config): string[] {
  const is = (value: Value, wanted: string): boolean =>
    isKnown(value) && value.toLowerCase() === wanted;
  return probedMaps(config)
    .filter(
      ({ websocket, plain, h2c }) => is(websocket, "websocket") && is(plain, "") && is(h2c, ""),
    )
    .map(({ variable }) => variable);
}

/**
 * A name for a new map's variable: the one that the header already uses and nobody defines, else the first that means
 * nothing yet.
 */
function freeName(config: Config, current: Use | undefined, names: readonly string[]): string {
  const uses = variableUses(config);
  const isFree = (name: string): boolean =>
    !isDefined(name, config) && (uses.get(name) ?? []).every(isConnectionHeader);
  const [first = "connection_upgrade"] = names;
  const wanted = variableOf(current);
  if (wanted !== undefined && isFree(wanted.toLowerCase())) {
    return wanted;
  }
  for (const name of names) {
    if (isFree(name)) {
      return name;
    }
  }
  let number = 2;
  while (!isFree(`${first}_${number}`)) {
    number++;
  }
  return `${first}_${number}`;
}

/** The name of the variable that is all of a header's value. */
function variableOf(header: Use | undefined): string | undefined {
  const match = /^\$(?:\{(\w+)\}|(\w+))$/.exec(header?.parameters[1] ?? "");
  return match?.[1] ?? match?.[2];
}

function isConnectionHeader(use: Use): boolean {
  return use.name === "proxy_set_header" && use.parameters[0]?.toLowerCase() === "connection";
}

/** Which directives use each variable, by name in lower case. */
const variableUses = rememberedOf((config: Config): ReadonlyMap<string, readonly Use[]> => {
  const found = new Map<string, Use[]>();
  forEachUse(config.main, (use) => {
    for (const name of use.parameters.flatMap(variablesIn)) {
      const uses = found.get(name);
      if (uses === undefined) {
        found.set(name, [use]);
      } else {
        uses.push(use);
      }
    }
  });
  return found;
});
