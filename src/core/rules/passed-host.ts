import { type Use, enclosing } from "../config/level.ts";
import { listenersOf } from "../request/listen.ts";
import type { ProxiedLocation } from "./rule.ts";
import { isVariable } from "./phrases.ts";

/**
 * A private or loopback address, or a host without a dot: an application of the same people, not a virtual host of
 * somebody else that needs its own name.
 *
 * @param host as in a `Host` header, with or without a port
 */
export function isNear(host: string): boolean {
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
export function hostThatWasAsked({ level }: ProxiedLocation): "$host" | "$http_host" {
  const server = enclosing(level, "server");
  const ports = server === null ? [] : listenersOf(server).map(({ port }) => port);
  return ports.every((port) => port === "" || port === "80" || port === "443")
    ? "$host"
    : "$http_host";
}

/** Whether a `Host` line says what is the default anyway; from 1.31.4 on an empty one does. */
export function isProxyHost(line: Use): boolean {
  return line.parameters[1] === "" || isVariable(line, "proxy_host");
}
