import { rememberedOf } from "../basics/collections.ts";
import { usesOf } from "../config/effective.ts";
import type { Config, Level, Use } from "../config/level.ts";
import { forEachUse } from "../request/walk.ts";
import { remarksOn } from "../comments/headings.ts";
import {
  conditionOf,
  conditionSigns,
  headerSigns,
  settingDoubts,
  settingSigns,
  subrequestDoubts,
} from "./headers.ts";
import { destinationOf, ownNames } from "./hosts.ts";
import {
  endpointName,
  hostName,
  mayBeNamedEndpoint,
  purposeOfHost,
  purposeOfPath,
  upstreamPath,
  wordSigns,
} from "./names.ts";
import type { Application } from "./applications.ts";
import { pathsOf, takesEverything } from "./paths.ts";
import { remarkDoubts, remarkSigns } from "./remarks.ts";
import { firstProtocol, type Protocol } from "./protocol.ts";
import { endpointBefore, rewriteSigns } from "./rewrites.ts";
import { isFallback, serverOf } from "./routes.ts";
import type { Doubt, Sign, LocationContext } from "./sign.ts";
import {
  applicationPath,
  applicationSign,
  folderSign,
  plainSoftware,
  portSign,
} from "./software.ts";

export interface Evidence {
  readonly signs: readonly Sign[];
  /** The location is an endpoint of its own: nothing else passes there. */
  readonly dedicated: boolean;
  readonly takesEverything: boolean;
  readonly protocol: Protocol | null;
  readonly application: Application | null;
  /** What else counts where there are signs; most locations have none, and are not asked. */
  readonly circumstances: () => Circumstances;
}

export interface Circumstances {
  readonly doubts: readonly Doubt[];
  /** Another location of this server that is an endpoint of its own, so that this one need not be. */
  readonly elsewhere: string | null;
}

/**
 * All that the configuration shows of what passes at a proxying level.
 *
 * @param level the level of `pass`: a location, or an `if`/`limit_except` in it
 * @param location the location's level
 */
export function evidenceAt(config: Config, level: Level, location: Level, pass: Use): Evidence {
  const around = contextOf(config, level, location, pass);
  const isRoot = takesEverything(around.paths) || isFallback(around.server, location);
  const named = namedBy(around, isRoot);
  return {
    signs: named.signs.concat(
      rewriteSigns(around),
      headerSigns(around),
      conditionSigns(around),
      remarkSigns(around),
      settingSigns(around),
    ),
    dedicated: named.dedicated || conditionOf(level) === true,
    takesEverything: isRoot,
    protocol: protocolOf(around, named.application),
    application: named.application,
    circumstances: () => ({
      doubts: [
        ...purposeOfPath(around),
        ...subrequestDoubts(around),
        ...plainSoftware(around),
        ...purposeOfHost(around),
        ...remarkDoubts(around),
        ...settingDoubts(around),
      ],
      elsewhere: endpointBeside(around, isRoot),
    }),
  };
}

/** All that is looked at around a level. */
function contextOf(config: Config, level: Level, location: Level, pass: Use): LocationContext {
  const server = serverOf(config, location);
  const { names, port } = destinationOf(config, location, pass);
  return {
    config,
    level,
    location,
    server,
    pass,
    paths: pathsOf(location.opener),
    upstreamNames: names,
    upstreamPort: port,
    serverNames: ownNames(server),
    remarks: location.opener === null ? [] : remarksOn(location.opener),
  };
}

/** What the names of paths, hosts, upstreams and software tell. */
function namedBy(
  around: LocationContext,
  isRoot: boolean,
): Pick<Evidence, "signs" | "dedicated" | "application"> {
  const endpoint = endpointName(around.paths);
  const software = applicationSign(around);
  const port = portSign(around);
  const path = endpoint?.sign ?? upstreamPath(around) ?? (isRoot ? hostName(around) : null);
  const known = [endpoint, software, port].find((each) => each?.application != null);
  return {
    signs: nameSigns(around, path, software?.sign ?? null, port?.sign ?? null),
    dedicated: [endpoint, software].some((each) => each?.dedicated === true),
    application: known?.application ?? null,
  };
}

/** The strongest that the names tell: what is an endpoint by its name needs no weaker words. */
function nameSigns(
  around: LocationContext,
  endpoint: Sign | null,
  application: Sign | null,
  port: Sign | null,
): readonly Sign[] {
  if (endpoint !== null || application !== null) {
    return [endpoint, application].filter((sign) => sign !== null);
  }
  const known = applicationPath(around.paths);
  const words = known === null ? wordSigns(around) : [known];
  return [port, folderSign(around), ...words].filter((sign) => sign !== null);
}

/** What the location's own path tells, else those that lead to it, where it leads, and what answers there. */
function protocolOf(
  { config, location, pass, paths, upstreamNames }: LocationContext,
  application: Application | null,
): Protocol | null {
  const before = endpointBefore(config, location);
  return firstProtocol([
    ...(paths.kind === "named" ? [paths.written] : paths.paths),
    ...(before === undefined ? [] : pathsOf(before).paths),
    pass.parameters[0] ?? "",
    ...upstreamNames.map(({ text }) => text),
    ...(application?.endpoints.slice(0, 1) ?? []),
  ]);
}

/** A server's WebSocket endpoints: all of them under "", and by the upstream that they go to. */
type Endpoints = ReadonlyMap<string, readonly Use[]>;

/** A location of the same server that is an endpoint by its name; where not everything comes here, of the same upstream. */
function endpointBeside(
  { server, location, pass }: LocationContext,
  isRoot: boolean,
): string | null {
  const endpoints = endpointsIn(server).get(isRoot ? "" : authorityOf(pass)) ?? [];
  const beside = endpoints.find((use) => use !== location.opener);
  return beside === undefined ? null : pathsOf(beside).written;
}

const endpointsIn = rememberedOf((server: Level): Endpoints => {
  const found = new Map<string, Use[]>();
  forEachUse(server, (use) => {
    if (use.name !== "location" || use.inner === null) {
      return;
    }
    const [pass] = usesOf(use.inner, "proxy_pass");
    if (pass !== undefined && mayBeNamedEndpoint(pathsOf(use))) {
      for (const key of ["", authorityOf(pass)]) {
        found.set(key, [...(found.get(key) ?? []), use].slice(0, 2));
      }
    }
  });
  return found;
});

function authorityOf(pass: Use): string {
  return /^\w+:\/\/[^/]*/.exec(pass.parameters[0] ?? "")?.[0] ?? pass.parameters[0] ?? "";
}
