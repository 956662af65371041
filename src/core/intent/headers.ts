import { remembered, rememberedOf } from "../basics/collections.ts";
import { headerLines } from "../config/effective.ts";
import { isTemplate } from "../nginx/shipped.ts";
import type { Config, Level, Use } from "../config/level.ts";
import type { Document } from "../repository/document.ts";
import { variablesIn } from "../request/variables.ts";
import { definitions } from "../request/definitions.ts";
import { forEachUse, usesNamed } from "../request/walk.ts";
import { parseTime } from "../syntax/time.ts";
import type { Doubt, Sign, LocationContext } from "./sign.ts";

/** An hour: published guides take it for WebSockets, hardly anybody takes it for a page. */
const longTimeout = 3_600_000;

/** Headers that only WebSockets need: in the location's own lines they are strong, for many locations at once they are weak. */
export function headerSigns({ config, location }: LocationContext): readonly Sign[] {
  const list = headerLines(location);
  const telling = list.uses.filter(
    (use) => isUpgradeHeader(config, use) && !isTemplate(use.document.path),
  );
  const shadowed = list.shadowed.find((use) => isUpgradeHeader(config, use));
  if (telling.length === 0 && shadowed === undefined) {
    return none;
  }
  const signs: Sign[] = [];
  for (const use of telling.toSorted((a, b) => rank(a) - rank(b))) {
    const header = use.parameters[0] ?? "";
    if (use.level !== location) {
      signs.push({
        kind: "outer-headers",
        text: `${header} is set at ${levelName(use.level)} level`,
      });
    } else if (isShared(config, location, use)) {
      // What a product ships is for all of its sites, and says nothing of this one.
      const kind = use.document.origin === "product" ? "product-headers" : "outer-headers";
      signs.push({
        kind,
        text: `${header} is set by ${use.document.path}, which others include too`,
      });
    } else {
      signs.push({
        kind: "own-headers",
        text: `this location sets ${header} to ${use.parameters[1] ?? ""}`,
        isShared: true,
      });
    }
  }
  if (shadowed !== undefined) {
    const header = shadowed.parameters[0] ?? "";
    signs.push({
      kind: "outer-headers",
      text: `${header} is set at ${levelName(shadowed.level)} level, though not used here`,
    });
  }
  return signs;
}

const none: readonly Sign[] = [];

/** `Upgrade` tells more than `Connection`. */
function rank(use: Use): number {
  return use.parameters[0]?.toLowerCase() === "upgrade" ? 0 : 1;
}

function levelName(level: Level): string {
  return level.context === "other" ? "an outer" : level.context;
}

function isUpgradeHeader(config: Config, use: Use): boolean {
  const { parameters } = use;
  const value = parameters[1] ?? "";
  if (value === "") {
    return false;
  }
  const name = (parameters[0] ?? "").toLowerCase();
  if (name === "upgrade" || name.startsWith("sec-websocket-")) {
    return true;
  }
  if (name === "connection" && /\bupgrade\b/i.test(value.replace(/\$\w+/g, ""))) {
    return true;
  }
  return asksForUpgrade(config, value);
}

/** Whether a text has `$http_upgrade`, what a map makes of it, or the name by which everybody calls that map. */
function asksForUpgrade(config: Config, text: string): boolean {
  return text.includes("$") && asking(config)(text);
}

const asking = rememberedOf((config: Config) =>
  remembered((text) =>
    variablesIn(text).some(
      (variable) =>
        variable === "http_upgrade" ||
        /^connection_upgrade\b/.test(variable) ||
        mapsOfUpgrade(config).has(variable),
    ),
  ),
);

/** The variables that maps make of `$http_upgrade`. */
const mapsOfUpgrade = rememberedOf((config: Config): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const [variable, { name, parameters }] of definitions(config)) {
    if (name === "map" && variablesIn(parameters[0] ?? "").includes("http_upgrade")) {
      found.add(variable);
    }
  }
  return found;
});

/** The levels in which each file's directives stand. */
const includers = rememberedOf((config: Config): ReadonlyMap<Document, ReadonlySet<Level>> => {
  const found = new Map<Document, Set<Level>>();
  forEachUse(config.main, ({ document, level }) => {
    const holders = found.get(document);
    if (holders === undefined) {
      found.set(document, new Set([level]));
    } else {
      holders.add(level);
    }
  });
  return found;
});

/** Whether the directive comes through an include that other levels use too, or that may be: its file is not the location's. */
function isShared(config: Config, location: Level, use: Use): boolean {
  if (use.include === (location.opener?.include ?? null)) {
    return false;
  }
  // The file's own top level is the one that the include stands in; blocks within it do not count.
  const tops = [...(includers(config).get(use.document) ?? [])].filter(
    (level) => level.opener?.document !== use.document,
  );
  return tops.length > 1;
}

/** True where only upgrade requests come to the `if`; false where all but they do; null where it asks something else. */
export function conditionOf(level: Level): boolean | null {
  const condition = level.opener?.name === "if" ? level.opener.parameters.join(" ") : "";
  if (!/\$\{?http_upgrade\b/i.test(condition)) {
    return null;
  }
  return !/!=|!~|=\s*(?:""|'')?\s*\)?$/.test(condition);
}

/** What is decided by the header itself. */
export function conditionSigns({
  config,
  level,
  location,
  pass,
}: LocationContext): readonly Sign[] {
  const own = conditionOf(level);
  if (own === true) {
    return [{ kind: "condition", text: "the if around it asks for $http_upgrade" }];
  }
  if (asksForUpgrade(config, pass.parameters[0] ?? "")) {
    return [{ kind: "condition", text: `${pass.name} follows $http_upgrade` }];
  }
  const refuses = location.uses.some(
    ({ inner }) =>
      inner !== null &&
      conditionOf(inner) === false &&
      inner.uses.some((use) => use.name === "return"),
  );
  return refuses
    ? [{ kind: "condition", text: "an if turns away requests without $http_upgrade" }]
    : [];
}

/** Settings that mostly go with WebSockets. */
export function settingSigns({ config, location }: LocationContext): readonly Sign[] {
  const signs: Sign[] = [];
  location.uses.forEach((use) => {
    const { name, parameters } = use;
    if (name === "proxy_read_timeout") {
      const time = parameters[0] ?? "";
      if ((parseTime(time) ?? 0) >= longTimeout && !isShared(config, location, use)) {
        signs.push({ kind: "timeout", text: `proxy_read_timeout is ${time}` });
      }
    } else if (name === "proxy_cache_bypass" || name === "proxy_no_cache") {
      const asks = parameters.some((each) => variablesIn(each).includes("http_upgrade"));
      if (asks && !isShared(config, location, use)) {
        signs.push({ kind: "bypass", text: `${name} asks for $http_upgrade` });
      }
    }
  });
  return signs;
}

/** Settings that do not go with WebSockets. */
export function settingDoubts({ location }: LocationContext): readonly Doubt[] {
  const isStream =
    location.uses.some(
      ({ name, parameters }) => name === "proxy_buffering" && parameters[0] === "off",
    ) &&
    location.uses.some(
      ({ name, parameters: [header = "", value] }) =>
        name === "proxy_set_header" && header.toLowerCase() === "connection" && value === "",
    );
  const stream = {
    kind: "hint",
    text: "Connection is cleared and proxy_buffering off, as for Server-Sent Events",
  } as const;
  const own = location.uses.flatMap(({ name, parameters }): Doubt[] => {
    const [header = "", value = ""] = parameters;
    if (name === "internal") {
      return [{ kind: "hint", text: "the location is internal" }];
    }
    if (name === "proxy_set_header" && header.toLowerCase() === "upgrade" && value === "") {
      return [{ kind: "hint", text: "Upgrade is cleared here" }];
    }
    return /^(?:x-accel-buffering|last-event-id)$/i.test(header)
      ? [{ kind: "hint", text: `${header} belongs to Server-Sent Events` }]
      : [];
  });
  return isStream ? [...own, stream] : own;
}

/** The locations that `auth_request` and `mirror` ask. */
const subrequests = rememberedOf((config: Config): ReadonlySet<string> => {
  const uses = [...usesNamed(config, "auth_request"), ...usesNamed(config, "mirror")];
  return new Set(uses.map(({ parameters }) => parameters[0] ?? ""));
});

/** A location that `auth_request` or `mirror` asks: no client speaks to it. */
export function subrequestDoubts({ config, paths }: LocationContext): readonly Doubt[] {
  const isOne = paths.kind !== "regex" && subrequests(config).has(paths.paths[0] ?? "");
  return isOne
    ? [{ kind: "purpose", text: "auth_request or mirror sends its subrequests here" }]
    : [];
}
