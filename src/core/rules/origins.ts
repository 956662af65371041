import { headerLines, usesOf } from "../config/effective.ts";
import { type Level, type Use, enclosing } from "../config/level.ts";
import type { UpstreamRequest } from "../request/exchange.ts";
import { listenersOf } from "../request/listen.ts";
import { variablesIn } from "../request/variables.ts";
import { isKnown } from "../request/value.ts";
import { headerValues } from "../request/answer.ts";
import { linesOf } from "./pair.ts";
import { placeOf, type ProxiedLocation, type Report } from "./rule.ts";
import { called, isVariable, marked, quoted, upstreamName } from "./phrases.ts";

export const refusal = "Servers that compare Origin with Host answer such a handshake with 403.";

/** An origin of nginx's own making that is not the page's. */
export function originReport(location: ProxiedLocation, request: UpstreamRequest): Report | null {
  const { uses } = headerLines(location.level);
  const line = linesOf(uses, "Origin").find((use) => !isVariable(use, "http_origin"));
  if (line === undefined) {
    return null;
  }
  const [host = ""] = headerValues(request, "host");
  const [origin = ""] = headerValues(request, "origin");
  const at = { place: placeOf(line), level: line.level };
  const proxy = proxyBefore(location);
  if (proxy !== null && variablesIn(line.parameters[1] ?? "").includes("scheme")) {
    const message = `${called(location)} sends an \`Origin\` that says http, because of ${quoted(line)}: ${quoted(proxy)} shows that another proxy stands before nginx, and where TLS ends there the page's origin says https. Servers that compare the two refuse such a handshake.`;
    return { ...at, message, related: [{ place: placeOf(proxy), note: "another proxy" }] };
  }
  if (!isKnown(host) || !isKnown(origin) || origin === "" || origin.endsWith(`//${host}`)) {
    return null;
  }
  const message = `${called(location)} sends ${marked(`Origin: ${origin}`)} and ${marked(`Host: ${host}`)} to ${upstreamName(location)}, because of ${quoted(line)}. ${refusal}`;
  return { ...at, message, remedies: [{ kind: "remove", use: line }] };
}

/**
 * A port that browsers leave out of the origin: `app.example.com:443`, where the page is of `https://app.example.com`. A notice,
 * since most servers that compare the two know the schemes' ports.
 */
export function forwardedHostReport(location: ProxiedLocation): Report | null {
  const { uses } = headerLines(location.level);
  const [line] = linesOf(uses, "X-Forwarded-Host");
  const server = enclosing(location.level, "server");
  const listeners = server === null ? [] : listenersOf(server);
  const usual = listeners.find(({ port, scheme }) => port === (scheme === "https" ? "443" : "80"));
  const [, port] = /:(\$server_port|\$\{server_port\}|\d+)$/.exec(line?.parameters[1] ?? "") ?? [];
  if (line === undefined || usual === undefined || port === undefined) {
    return null;
  }
  if (/^\d/.test(port) && port !== usual.port) {
    return null;
  }
  const message = `${called(location)} sends an \`X-Forwarded-Host\` that ends in \`:${usual.port}\`, because of ${quoted(line)}: browsers leave that port out of the origin, and a server that compares the two as texts answers with 403.`;
  return {
    place: placeOf(line),
    level: line.level,
    message,
    severity: "notice",
    commentable: false,
  };
}

/** What shows that requests come by way of another proxy; null where nothing does, and where nginx itself speaks TLS. */
function proxyBefore({ level }: ProxiedLocation): Use | null {
  const server = enclosing(level, "server");
  if (server === null || listenersOf(server).some(({ scheme }) => scheme === "https")) {
    return null;
  }
  for (let at: Level | null = level; at !== null; at = at.parent) {
    const [use] = usesOf(at, "set_real_ip_from");
    if (use !== undefined) {
      return use;
    }
  }
  return null;
}
