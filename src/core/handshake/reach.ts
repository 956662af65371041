import type { NginxVersion } from "../config/directives.ts";
import { effectiveSetting, usesOf } from "../config/effective.ts";
import type { Config, Level, Use } from "../config/model.ts";
import { askServer, samplePaths, withPassword } from "./ask.ts";
import { locate, locationName } from "./locate.ts";
import type { Exchange } from "./model.ts";
import { lackingSibling } from "./sibling.ts";
import { enclosing } from "./simulate.ts";
import { variablesIn } from "./variables.ts";
import { verdictOf } from "./verdict.ts";

/** Why no handshake comes to a location although it is there for them. */
export interface Obstruction {
  readonly kind: "answer" | "location" | "try-files" | "sibling";
  /** The `return` or `rewrite`, the `try_files`, the other locations, that of the server with TLS. */
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
  const isTaken = areTaken(paths, server, location);
  const others = new Set(paths.flatMap((path) => takerOf(server, path)?.opener ?? []));
  const by = isTaken ? [...others] : usesOf(location, "try_files");
  const exchanges = paths.map((target) => {
    const asked = { probe: "websocket", target: encodeURI(target), headers: withPassword } as const;
    return askServer(config, server, asked, version);
  });
  if (!isNotEmpty(by)) {
    const answers = exchanges.map((each) =>
      each?.outcome === "answered" ? each.answeredBy : null,
    );
    const [first = null] = answers;
    if (first !== null && answers.every((each) => each !== null && answersThePath(each))) {
      return { kind: "answer", by: [first] };
    }
    const lacking = upstream && lackingSibling(config, server, paths, upstream, version);
    return lacking === null ? null : { kind: "sibling", by: [lacking] };
  }
  const isMissed = exchanges.every((each) => each !== null && isLost(each, location));
  return isMissed ? { kind: isTaken ? "location" : "try-files", by } : null;
}

/** Whether other locations take every request to this one's paths, so that nothing written in it matters. */
export function isNeverChosen(level: Level): boolean {
  const location = enclosing(level, "location");
  const server = enclosing(level, "server");
  return (
    location !== null &&
    server !== null &&
    server.hidden.length === 0 &&
    areTaken(samplePaths(location), server, location)
  );
}

/** Whether each of the paths leads to another location. */
function areTaken(paths: readonly string[], server: Level, location: Level): boolean {
  const takers = paths.map((path) => takerOf(server, path));
  return paths.length > 0 && takers.every((each) => each !== null && !isInside(each, location));
}

function isNotEmpty(uses: readonly Use[]): uses is readonly [Use, ...Use[]] {
  return uses.length > 0;
}

/** `return 301 https://…`: the client asks again, and comes to another server. */
function redirectsToTls(use: Use): boolean {
  return redirectTarget(use).startsWith("https://");
}

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

function takerOf(server: Level, path: string): Level | null {
  const located = locate(server, path);
  return "unknown" in located || located.redirect ? null : located.level;
}

/** Answered by nginx itself, or a broken handshake at another location. */
function isLost(exchange: Exchange, location: Level): boolean {
  const { outcome, level, answeredBy } = exchange;
  return outcome === "answered"
    ? answeredBy === null || !redirectsToTls(answeredBy)
    : outcome === "proxied" &&
        level !== null &&
        !isInside(level, location) &&
        verdictOf(exchange).strict === "breaks";
}
