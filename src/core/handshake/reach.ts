import { rememberedOf } from "../basics/collections.ts";
import type { NginxVersion } from "../nginx/versions.ts";
import { effectiveSetting, usesOf } from "../config/effective.ts";
import { type Config, type Level, type Use, enclosing } from "../config/level.ts";
import { askServer, samplePaths, withPassword } from "./ask.ts";
import { locate } from "../request/locate.ts";
import { locationName } from "../config/location-name.ts";
import type { Exchange } from "../request/exchange.ts";
import { lackingSibling } from "./sibling.ts";
import { variablesIn } from "../request/variables.ts";
import { verdictOf } from "./verdict.ts";

/** Why no handshake comes to a location although it is there for them. */
export interface Obstruction {
  readonly kind: "answer" | "location" | "try-files" | "sibling";
  /** The `return`, `rewrite` or `deny`, the `try_files`, the other locations, that of the server with TLS. */
  readonly by: readonly [Use, ...Use[]];
}

/**
 * What stands between clients and a location, whatever path of its they ask for. Null where a handshake comes through, where
 * what answers instead upgrades too, and where that cannot be told.
 *
 * @param exchange the websocket probe at the location
 */
export function obstructionOf(
  config: Config,
  { level, answeredBy, upstream }: Pick<Exchange, "level" | "answeredBy" | "upstream">,
  version: NginxVersion,
): Obstruction | null {
  const location = level === null ? null : enclosing(level, "location");
  const server = level === null ? null : enclosing(level, "server");
  if (location === null || server === null || isOnlyInternal(location)) {
    return null;
  }
  if (answeredBy !== null) {
    return redirectsToTls(answeredBy) ? null : { kind: "answer", by: [answeredBy] };
  }
  const paths = server.hidden.length > 0 ? [] : samplePaths(location);
  if (paths.length === 0) {
    return null;
  }
  const ask: Ask = (target) => {
    const asked = { probe: "websocket", target: encodeURI(target), headers: withPassword } as const;
    return askServer(config, server, asked, version);
  };
  const otherWay = otherWayFrom(location);
  if (otherWay !== null) {
    return paths.every((path) => isLost(ask(path), location)) ? otherWay : null;
  }
  const lacking = upstream && lackingSibling(config, server, paths, upstream, version);
  return (
    answerBefore(location, paths, ask) ??
    (lacking === null ? null : { kind: "sibling", by: [lacking] })
  );
}

/** What becomes of a handshake for a path of the location's server. */
type Ask = (target: string) => Exchange | null;

/** The locations that take all that this one could, or its own `try_files`, as far as they lead nowhere else. */
function otherWayFrom(location: Level): Obstruction | null {
  const takers = takersOf(location);
  const by =
    takers === null
      ? usesOf(location, "try_files")
      : [...new Set(takers.flatMap(({ opener }) => opener ?? []))];
  return isNotEmpty(by) ? { kind: takers === null ? "try-files" : "location", by } : null;
}

/** The `return`, `rewrite` or `deny` that answers all of a location's paths before it does. */
function answerBefore(
  location: Level,
  [first = "", ...others]: readonly string[],
  ask: Ask,
): Obstruction | null {
  const answerTo = (path: string): Use | null => {
    const exchange = ask(path);
    const answer = exchange?.outcome === "answered" ? exchange.answeredBy : null;
    return answer !== null && answersThePath(answer) ? answer : null;
  };
  // Following a request is the dearest step here, and the first of them mostly decides.
  const answer = mayBeAnswered(location) ? answerTo(first) : null;
  return answer !== null && others.every((path) => answerTo(path) !== null)
    ? { kind: "answer", by: [answer] }
    : null;
}

/** Whether other locations take every request to this one's paths, so that nothing written in it matters. */
export function isNeverChosen(level: Level): boolean {
  const location = enclosing(level, "location");
  return location !== null && takersOf(location) !== null;
}

/**
 * The other locations that take the requests to all of a location's paths; null where one of them comes to it, or is
 * answered by nginx itself, and where that is not known.
 */
const takersOf = rememberedOf((location: Level): readonly Level[] | null => {
  const server = enclosing(location, "server");
  const takers: Level[] = [];
  for (const path of server === null || server.hidden.length > 0 ? [] : samplePaths(location)) {
    const taker = server === null ? null : takerOf(server, path);
    if (taker === null || isInside(taker, location)) {
      return null;
    }
    takers.push(taker);
  }
  return takers.length === 0 ? null : takers;
});

function takerOf(server: Level, path: string): Level | null {
  const located = locate(server, path);
  return "unknown" in located || located.redirect ? null : located.level;
}

function isNotEmpty(uses: readonly Use[]): uses is readonly [Use, ...Use[]] {
  return uses.length > 0;
}

/** `return 301 https://…`: the client asks again, and comes to another server. */
function redirectsToTls(use: Use): boolean {
  return redirectTarget(use).startsWith("https://");
}

/** Whether what answers or leads elsewhere stands on the way of a location's first path: mostly nothing does. */
const mayBeAnswered = rememberedOf((location: Level): boolean => {
  const server = enclosing(location, "server");
  const [path] = samplePaths(location);
  return (
    hasAnswers(location) ||
    server === null ||
    path === undefined ||
    takerOf(server, path) !== location
  );
});

const hasAnswers = rememberedOf((level: Level): boolean => {
  const own = ["return", "rewrite", "if", "error_page", "deny"].some(
    (name) => usesOf(level, name).length > 0,
  );
  return own || (level.parent !== null && hasAnswers(level.parent));
});

/** An answer to whoever asks for the path, to be got nowhere else: none for a host, an origin or a method. */
function answersThePath(use: Use): boolean {
  for (let at = use.level; at.opener?.name === "if" && at.parent !== null; at = at.parent) {
    const asked = variablesIn(at.opener.parameters.join(" "));
    if (!asked.every((name) => /^(?:request_|document_)?uri$|^request_filename$/.test(name))) {
      return false;
    }
  }
  return !redirectsToTls(use);
}

/** Where a `return` or `rewrite` sends the client, as it is written. */
export function redirectTarget({ name, parameters }: Use): string {
  return (name === "rewrite" ? parameters[1] : parameters.at(-1)) ?? "";
}

/** Whether a level is another one or lies in it. */
export function isInside(level: Level, outer: Level): boolean {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    if (at === outer) {
      return true;
    }
  }
  return false;
}

function isOnlyInternal(location: Level): boolean {
  return (
    locationName(location)?.kind === "named" ||
    effectiveSetting(location, "internal").state !== "default"
  );
}

/** Answered by nginx itself, or a broken handshake at another location. */
function isLost(exchange: Exchange | null, location: Level): boolean {
  if (exchange === null) {
    return false;
  }
  const { outcome, level, answeredBy } = exchange;
  return outcome === "answered"
    ? answeredBy === null || !redirectsToTls(answeredBy)
    : outcome === "proxied" &&
        level !== null &&
        !isInside(level, location) &&
        verdictOf(exchange).strict === "breaks";
}
