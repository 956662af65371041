import { effectiveList } from "../config/effective.ts";
import type { Config, Document, Level, Use } from "../config/model.ts";
import { definitions, forEachUse, variablesIn } from "../handshake/variables.ts";
import { parseTime } from "../syntax/time.ts";
import { type Application, applications } from "./applications.ts";
import { remarksOn } from "./comments.ts";
import { type LocationPaths, pathsOf, takesEverything } from "./paths.ts";
import { locationFor, locationsOf, serverOf } from "./routes.ts";
import {
  applicationCalled,
  applicationOnPort,
  namesAround,
  ownNames,
  plainSoftwareCalled,
  upstreamNames,
  upstreamPort,
} from "./software.ts";
import { type FoundWord, partsOf, wordsInHost, wordsInPath } from "./words.ts";

/** What kind of sign; two of one kind say no more than one. */
export type SignKind =
  | "name"
  | "application"
  | "own-headers"
  | "condition"
  | "outer-headers"
  | "possible-name"
  | "application-path"
  | "application-port"
  | "duplex-word"
  | "streaming-word"
  | "upstream-name"
  | "server-name"
  | "remark"
  | "bypass"
  | "timeout";

/** One thing that speaks for WebSockets, as a clause. */
export interface Sign {
  readonly kind: SignKind;
  readonly text: string;
}

/** One thing that speaks against them. */
export interface Doubt {
  /** `purpose`: the location is for something else. `hint`: it only takes the force of weak signs. */
  readonly kind: "purpose" | "hint";
  readonly text: string;
}

export interface Evidence {
  readonly signs: readonly Sign[];
  readonly doubts: readonly Doubt[];
  /** The location is an endpoint of its own: nothing else passes there. */
  readonly dedicated: boolean;
  /** Another location of this server that is an endpoint of its own, so that this one need not be. */
  readonly elsewhere: string | null;
  readonly takesEverything: boolean;
}

/** An hour: published guides take it for WebSockets, hardly anybody takes it for a page. */
const longTimeout = 3_600_000;

/**
 * All that the configuration shows of what passes at a proxying level.
 *
 * @param level the level of `pass`: a location, or an `if`/`limit_except` in it
 * @param location the location's level
 */
export function evidenceAt(config: Config, level: Level, location: Level, pass: Use): Evidence {
  const paths = pathsOf(location.opener);
  const endpoint = endpointName(paths);
  const application = applicationSign(config, location, pass, paths);
  const remarks = location.opener === null ? [] : remarksOn(location.opener);
  const signs = [
    endpoint,
    application?.sign ?? null,
    application === null ? portSign(config, location, pass, paths) : null,
    ...headerSigns(config, location),
    ...conditionSigns(level, location),
    ...wordSigns(config, location, pass, paths),
    endpoint === null && application === null ? applicationPath(paths) : null,
    ...remarkSigns(remarks),
    ...settingSigns(config, location),
  ].filter((sign) => sign !== null);
  const isRoot = takesEverything(paths) || isFallback(location, paths);
  return {
    signs,
    doubts: [...purposes(config, location, pass, paths), ...hints(config, location, pass, remarks)],
    dedicated: endpoint !== null || application?.dedicated === true || conditionOf(level) === true,
    elsewhere: endpointBeside(location, pass, isRoot),
    takesEverything: isRoot,
  };
}

/** `location ~ ^/(ws|wss)/` must have one of the names, `location ~ ^/(ws|api)/` may have another. */
function endpointName(paths: LocationPaths): Sign | null {
  const named = paths.paths.every((path) => isEndpointPath(path));
  if (!named || paths.paths.length === 0) return null;
  const distinct = applications.find(
    (each) => each.distinct && paths.paths.every((path) => endsWith(path, each)),
  );
  const text =
    distinct === undefined
      ? `the path ${paths.written} is named like a WebSocket endpoint`
      : `the path ${paths.written} is the WebSocket endpoint of ${distinct.name}`;
  return { kind: "name", text };
}

function isEndpointPath(path: string): boolean {
  const words = wordsInPath(path);
  const last = path.split("/").findLast((segment) => segment !== "") ?? "";
  // `/ws/health` and `/websocket/info` are ordinary requests to a WebSocket server.
  const isOther = wordsInPath(last).some((word) => word.meaning === "other");
  const isDistinct = applications.some((each) => each.distinct === true && endsWith(path, each));
  return (
    isDistinct ||
    (words.some((word) => word.meaning === "websocket") && !isOther && !isWebService(words))
  );
}

/** `/ws/rest` and `/ws/soap` are web services. */
function isWebService(words: readonly FoundWord[]): boolean {
  return (
    words.some(({ word }) => ["rest", "soap", "wsdl", "xmlrpc"].includes(word)) &&
    words.every(({ word, meaning }) => meaning !== "websocket" || word === "ws")
  );
}

function endsWith(path: string, application: Application): boolean {
  const trimmed = path.replace(/\/$/, "");
  return application.endpoints.some((endpoint) => endpoint !== "/" && trimmed.endsWith(endpoint));
}

/** The software's WebSocket path is one that nginx sends to this location. */
function applicationSign(
  config: Config,
  location: Level,
  pass: Use,
  paths: LocationPaths,
): { sign: Sign; dedicated: boolean } | null {
  for (const { text, what } of namesAround(config, location, pass)) {
    const application = applicationCalled(text);
    if (application === null) continue;
    const dedicated =
      paths.paths.length > 0 && paths.paths.every((path) => endsWith(path, application));
    if (dedicated || reachesAll(location, application, mountsOf(application, paths, pass))) {
      const [endpoint] = application.endpoints;
      const where = endpoint === "/" ? "" : `, whose WebSockets at ${endpoint} come here`;
      const text = `${what} is ${application.name}${where}`;
      return { sign: { kind: "application", text }, dedicated };
    }
  }
  return null;
}

/** A port is no proof, unless a folder or the file is called like the software too. */
function portSign(config: Config, location: Level, pass: Use, paths: LocationPaths): Sign | null {
  const port = upstreamPort(config, location, pass);
  const application = port === null ? null : applicationOnPort(port);
  if (
    application === null ||
    !reachesAll(location, application, mountsOf(application, paths, pass))
  ) {
    return null;
  }
  const folders = pass.document.path.split("/");
  const isCalled = folders.some((folder) => applicationCalled(folder) === application);
  return {
    kind: isCalled ? "application" : "application-port",
    text: isCalled
      ? `port ${port} is that of ${application.name}, which ${pass.document.path} names`
      : `port ${port} is that of ${application.name}`,
  };
}

/** Below which folders of the server the software may stand: its root, or the location that hands a folder to it. */
function mountsOf(application: Application, paths: LocationPaths, pass: Use): readonly string[] {
  const [path = ""] = paths.kind === "prefix" ? paths.paths : [];
  const folder = path.replace(/\/$/, "");
  const isNamed = application.called.some((name) => partsOf(folder).join("-").includes(name));
  const hasUri = /^\w+:\/\/[^/]+\//.test(pass.parameters[0] ?? "");
  return folder !== "" && (isNamed || hasUri) ? ["", folder] : [""];
}

/** Where one of its endpoints has a location of its own, the author knew the difference. */
function reachesAll(
  location: Level,
  { endpoints }: Application,
  mounts: readonly string[],
): boolean {
  const server = serverOf(location);
  return mounts.some((mount) =>
    endpoints.every((endpoint) => {
      const path = mount + endpoint.replace(/\/$/, "");
      return takes(server, location, path || "/") && takes(server, location, `${path}/`);
    }),
  );
}

function takes(server: Level, location: Level, path: string): boolean {
  const chosen = locationFor(server, path);
  return (
    chosen !== null && (chosen === location.opener || fallsBackTo(chosen.inner, location.opener))
  );
}

/** Whether `try_files` or `error_page` of the level ends at the named location. */
function fallsBackTo(level: Level | null, named: Use | null): boolean {
  const name = named?.parameters[0];
  return (
    name?.startsWith("@") === true &&
    level?.uses.some(
      (use) =>
        (use.name === "try_files" || use.name === "error_page") && use.parameters.at(-1) === name,
    ) === true
  );
}

/** A named location that takes what no file answers. */
function isFallback(location: Level, paths: LocationPaths): boolean {
  if (paths.kind !== "named") return false;
  const server = serverOf(location);
  const root = locationFor(server, "/");
  return fallsBackTo(server, location.opener) || fallsBackTo(root?.inner ?? null, location.opener);
}

/** A path of known software, but several programs have such. */
function applicationPath(paths: LocationPaths): Sign | null {
  const application = applications.find(
    (each) =>
      each.distinct !== true &&
      paths.paths.length > 0 &&
      paths.paths.every((path) =>
        endsWith(path, {
          ...each,
          endpoints: each.endpoints.filter((endpoint) => endpoint.split("/").length > 2),
        }),
      ),
  );
  return application === undefined
    ? null
    : { kind: "application-path", text: `${application.name} has WebSockets at ${paths.written}` };
}

function headerSigns(config: Config, location: Level): readonly Sign[] {
  const list = effectiveList(location, "proxy_set_header");
  const signs: Sign[] = [];
  const telling = list.uses.filter((use) => isUpgradeHeader(config, use));
  for (const use of telling.toSorted((a, b) => rank(a) - rank(b))) {
    const header = use.parameters[0] ?? "";
    if (use.level !== location) {
      signs.push({
        kind: "outer-headers",
        text: `${header} is set at ${levelName(use.level)} level`,
      });
    } else if (isShared(config, location, use)) {
      signs.push({
        kind: "outer-headers",
        text: `${header} is set by ${use.document.path}, which others include too`,
      });
    } else {
      signs.push({
        kind: "own-headers",
        text: `this location sets ${header} to ${use.parameters[1] ?? ""}`,
      });
    }
  }
  const shadowed = list.shadowed.find((use) => isUpgradeHeader(config, use));
  if (shadowed !== undefined) {
    const header = shadowed.parameters[0] ?? "";
    signs.push({
      kind: "outer-headers",
      text: `${header} is set at ${levelName(shadowed.level)} level, though not used here`,
    });
  }
  return signs;
}

/** `Upgrade` tells more than `Connection`. */
function rank(use: Use): number {
  return use.parameters[0]?.toLowerCase() === "upgrade" ? 0 : 1;
}

function levelName(level: Level): string {
  return level.context === "other" ? "an outer" : level.context;
}

function isUpgradeHeader(config: Config, use: Use): boolean {
  const [header = "", value = ""] = use.parameters;
  const name = header.toLowerCase();
  if (value === "") return false;
  if (name === "upgrade" || name.startsWith("sec-websocket-")) return true;
  if (name === "connection" && /\bupgrade\b/i.test(value.replace(/\$\w+/g, ""))) return true;
  return variablesIn(value).some((variable) => comesFromUpgrade(config, variable));
}

/** `$http_upgrade`, what a map makes of it, and the name by which everybody calls that map. */
function comesFromUpgrade(config: Config, variable: string): boolean {
  if (variable === "http_upgrade" || /^connection_upgrade\b/.test(variable)) return true;
  const definition = definitions(config).get(variable);
  return (
    definition?.name === "map" &&
    variablesIn(definition.parameters[0] ?? "").includes("http_upgrade")
  );
}

const includers = new WeakMap<Config, ReadonlyMap<Document, ReadonlySet<Level>>>();

/** Whether the directive comes through an include that other levels use too, or that may be: its file is not the location's. */
function isShared(config: Config, location: Level, use: Use): boolean {
  if (use.include === (location.opener?.include ?? null)) return false;
  let levels = includers.get(config);
  if (levels === undefined) {
    const found = new Map<Document, Set<Level>>();
    forEachUse(config.main, (each) => {
      const known = found.get(each.document) ?? new Set<Level>();
      found.set(each.document, known.add(each.level));
    });
    includers.set(config, found);
    levels = found;
  }
  // The file's own top level is the one that the include stands in; blocks within it do not count.
  const tops = [...(levels.get(use.document) ?? [])].filter(
    (level) => level.opener?.document !== use.document,
  );
  return tops.length > 1;
}

/** True where only upgrade requests come to the `if`; false where all but they do; null where it asks something else. */
function conditionOf(level: Level): boolean | null {
  const condition = level.opener?.name === "if" ? level.opener.parameters.join(" ") : "";
  if (!/\$\{?http_upgrade\b/i.test(condition)) return null;
  return !/!=|!~|=\s*(?:""|'')?\s*\)?$/.test(condition);
}

function conditionSigns(level: Level, location: Level): readonly Sign[] {
  const own = conditionOf(level);
  if (own === true) return [{ kind: "condition", text: "the if around it asks for $http_upgrade" }];
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

function wordSigns(
  config: Config,
  location: Level,
  pass: Use,
  paths: LocationPaths,
): readonly Sign[] {
  const inPath = paths.paths.map(wordsInPath);
  const always = (inPath[0] ?? []).filter(({ word }) =>
    inPath.every((words) => words.some((each) => each.word === word)),
  );
  const signs: Sign[] = [];
  const isNamed = endpointName(paths) !== null;
  if (!isNamed && inPath.some((words) => words.some(({ meaning }) => meaning === "websocket"))) {
    signs.push({
      kind: "possible-name",
      text: `the path ${paths.written} can be a WebSocket endpoint`,
    });
  }
  const add = (
    words: readonly FoundWord[],
    what: string,
    own: "upstream-name" | "server-name" | null,
  ): void => {
    for (const { word, meaning } of words) {
      if (meaning === "websocket" && own !== null) {
        signs.push({ kind: own, text: `${what} is named like a WebSocket server` });
      } else if (meaning === "duplex" || meaning === "streaming") {
        signs.push({ kind: `${meaning}-word`, text: `${what} has "${word}" in its name` });
      }
    }
  };
  if (!isNamed) add(always, `the path ${paths.written}`, null);
  for (const { text, what } of upstreamNames(config, location, pass))
    add(wordsInHost(text), what, "upstream-name");
  for (const { text, what } of ownNames(location)) add(wordsInHost(text), what, "server-name");
  return signs;
}

const subject =
  /web[- ]?sockets?\b|\bsocket\.io\b|\bsockjs\b|\bsignalr\b|\bactioncable\b|\bwss?\b/i;
const denial =
  /\b(?:no|not|non|without|never|disable[ds]?|doesn't|don't|isn't|aren't|except|other than|unlike|instead of|separate|elsewhere|below|above|rest|sse)\b/i;

function remarkSigns(remarks: readonly string[]): readonly Sign[] {
  const remark = remarks.find(
    (each) => subject.test(each) && !denial.test(each) && !/nginx-websocket-guard/i.test(each),
  );
  return remark === undefined
    ? []
    : [{ kind: "remark", text: `a comment says "${shortened(remark)}"` }];
}

function shortened(remark: string): string {
  const words = remark.replace(/^[#\s]+/, "").trim();
  return words.length > 60 ? `${words.slice(0, 60).trimEnd()}…` : words;
}

function settingSigns(config: Config, location: Level): readonly Sign[] {
  const signs: Sign[] = [];
  for (const use of location.uses) {
    const [first = ""] = use.parameters;
    if (
      use.name === "proxy_read_timeout" &&
      (parseTime(first) ?? 0) >= longTimeout &&
      !isShared(config, location, use)
    ) {
      signs.push({ kind: "timeout", text: `proxy_read_timeout is ${first}` });
    }
    if (
      (use.name === "proxy_cache_bypass" || use.name === "proxy_no_cache") &&
      use.parameters.some((each) => variablesIn(each).includes("http_upgrade")) &&
      !isShared(config, location, use)
    ) {
      signs.push({ kind: "bypass", text: `${use.name} asks for $http_upgrade` });
    }
  }
  return signs;
}

function purposes(
  config: Config,
  location: Level,
  pass: Use,
  paths: LocationPaths,
): readonly Doubt[] {
  const doubts: Doubt[] = [];
  const words = paths.paths.map((path) =>
    wordsInPath(path).find(({ meaning }) => meaning === "other"),
  );
  const [first] = words;
  if (first !== undefined && words.every((word) => word !== undefined)) {
    doubts.push({
      kind: "purpose",
      text: `"${first.word}" in the path ${paths.written} names another purpose`,
    });
  }
  if (isSubrequest(config, paths)) {
    doubts.push({ kind: "purpose", text: "auth_request or mirror sends its subrequests here" });
  }
  for (const { text, what } of upstreamNames(config, location, pass)) {
    const name = plainSoftwareCalled(text);
    if (name !== null)
      doubts.push({ kind: "purpose", text: `${what} is ${name}, which has no WebSockets` });
  }
  return doubts;
}

const subrequests = new WeakMap<Config, ReadonlySet<string>>();

function isSubrequest(config: Config, { kind, paths }: LocationPaths): boolean {
  let found = subrequests.get(config);
  if (found === undefined) {
    const uris = new Set<string>();
    forEachUse(config.main, (use) => {
      if (use.name === "auth_request" || use.name === "mirror") uris.add(use.parameters[0] ?? "");
    });
    subrequests.set(config, uris);
    found = uris;
  }
  return (kind === "exact" || kind === "prefix") && found.has(paths[0] ?? "");
}

function hints(
  config: Config,
  location: Level,
  pass: Use,
  remarks: readonly string[],
): readonly Doubt[] {
  const doubts: Doubt[] = [];
  const named = [...upstreamNames(config, location, pass), ...ownNames(location)].find(({ text }) =>
    wordsInHost(text).some(({ meaning }) => meaning === "other"),
  );
  if (named !== undefined)
    doubts.push({ kind: "hint", text: `${named.what} names another purpose` });
  if (
    remarks.some((remark) => /server[- ]sent|\bsse\b|event-?stream|\bEventSource\b/i.test(remark))
  ) {
    doubts.push({ kind: "hint", text: "a comment speaks of Server-Sent Events" });
  }
  for (const { name, parameters } of location.uses) {
    const [header = "", value = ""] = parameters;
    if (name === "internal") {
      doubts.push({ kind: "hint", text: "the location is internal" });
    } else if (name === "proxy_set_header" && header.toLowerCase() === "upgrade" && value === "") {
      doubts.push({ kind: "hint", text: "Upgrade is cleared here" });
    } else if (/^x-accel-buffering$|^last-event-id$/i.test(header)) {
      doubts.push({ kind: "hint", text: `${header} belongs to Server-Sent Events` });
    }
  }
  return doubts;
}

const endpointsOf = new WeakMap<Level, readonly Use[]>();

/** A location of the same server that is a WebSocket endpoint by its name; where not everything comes here, of the same upstream. */
function endpointBeside(location: Level, pass: Use, isRoot: boolean): string | null {
  const server = serverOf(location);
  let endpoints = endpointsOf.get(server);
  if (endpoints === undefined) {
    endpoints = locationsOf(server).filter(
      (use) =>
        use.inner?.uses.some((each) => each.name === "proxy_pass") &&
        endpointName(pathsOf(use)) !== null,
    );
    endpointsOf.set(server, endpoints);
  }
  const authority = authorityOf(pass);
  const beside = endpoints.find(
    (use) =>
      use !== location.opener &&
      (isRoot ||
        use.inner?.uses.some(
          (each) => each.name === "proxy_pass" && authorityOf(each) === authority,
        )),
  );
  return beside === undefined ? null : pathsOf(beside).written;
}

function authorityOf(pass: Use): string {
  return /^\w+:\/\/[^/]*/.exec(pass.parameters[0] ?? "")?.[0] ?? "";
}
