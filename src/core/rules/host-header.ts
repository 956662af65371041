import { shown, isKnown } from "../handshake/variables.ts";
import { enclosing } from "../handshake/simulate.ts";
import { listenersOf } from "../handshake/listen.ts";
import type { UpstreamRequest } from "../handshake/model.ts";
import { settingLevel } from "./pair.ts";
import { type LocationRule, placeOf, type ProxiedLocation } from "./rule.ts";
import { called, upstreamName, written } from "./words.ts";

export const hostHeader: LocationRule = {
  id: "host-header",
  over: "location",
  check(location, report) {
    const request = location.exchanges.websocket.upstream;
    const host = request?.headers.find(({ name }) => name.toLowerCase() === "host");
    if (request === null || host === undefined || !isKnown(host.value) || hasOwnOrigin(request)) {
      return;
    }
    const line = host.origin.from === "directive" ? host.origin.use : null;
    if (line !== null && !/^\$\{?proxy_host\}?$/i.test(line.parameters[1] ?? "")) {
      return;
    }
    const isOurs = location.upstream !== null || isNear(host.value);
    const cause =
      line === null
        ? "no proxy_set_header Host is in force here, and nginx's default is $proxy_host"
        : written(line);
    const isOuter = line !== null && line.level !== settingLevel(location.level);
    report({
      place: placeOf(line ?? location.pass),
      ...(isOuter ? { level: line.level } : {}),
      message: `${called(location)} sends Host: ${host.value} to ${upstreamName(location)} (${cause}). Servers that compare Origin with Host answer such a handshake with 403.`,
      ...(isOurs
        ? { remedies: [{ kind: "header", name: "Host", value: hostOf(location) }] }
        : { severity: "notice", commentable: false }),
    });
  },
};

/** The server is told an origin that nginx makes, or none; then it has no other host to compare with. */
function hasOwnOrigin(request: UpstreamRequest): boolean {
  const origin = request.headers.find(({ name }) => name.toLowerCase() === "origin");
  return origin?.origin.from === "directive" && shown(origin.value) !== "$http_origin";
}

/** A private or loopback address, or a host without a dot: not a virtual host of somebody else, which needs its own name. */
function isNear(host: string): boolean {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return (
    /^[a-z0-9_-]+$/.test(name) ||
    /^(?:127|10)(?:\.\d+){3}$/.test(name) ||
    /^192\.168(?:\.\d+){2}$/.test(name) ||
    /^172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}$/.test(name) ||
    /^\[(?:::1|f[cd][0-9a-f:]*|fe80:[0-9a-f:]*)\]$/.test(name)
  );
}

/** `$host` has no port: where the server listens on another one than the usual two, only `$http_host` equals the origin's. */
function hostOf({ level }: ProxiedLocation): string {
  const server = enclosing(level, "server");
  const ports = server === null ? [] : listenersOf(server).map(({ port }) => port);
  return ports.every((port) => port === "" || port === "80" || port === "443")
    ? "$host"
    : "$http_host";
}
