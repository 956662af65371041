import { headerLines } from "../config/effective.ts";
import type { Use } from "../config/level.ts";
import type { UpstreamRequest } from "../request/exchange.ts";
import { isOpaque } from "../syntax/opaque.ts";
import { isKnown } from "../request/value.ts";
import { headerValues } from "../request/answer.ts";
import { hostThatWasAsked, isNear, isProxyHost } from "./passed-host.ts";
import { forwardedHostReport, originReport, refusal } from "./origins.ts";
import { discardedLines, linesOf } from "./pair.ts";
import { type LocationRule, placeOf, type ProxiedLocation, type Report } from "./rule.ts";
import { called, isVariable, marked, parameterText, quoted, upstreamName } from "./phrases.ts";

export const hostHeader: LocationRule = {
  id: "host-header",
  group: "traffic",
  severity: "warning",
  from: "recommended",
  summary: "The upstream sees another host than the client, which fails its check of the origin",
  fixMayChange: ["host", "origin"],
  over: "location",
  check(location, report) {
    const request = location.exchanges.websocket.upstream;
    const { uses, hidden } = headerLines(location.level);
    if (request === null || hidden !== null || location.intent.serves !== "yes") {
      return;
    }
    // With the pair of headers, header-inheritance brings back the host.
    if (linesOf(discardedLines(location), "Host").length > 0) {
      return;
    }
    const setsOrigin = linesOf(uses, "Origin").some((use) => !isVariable(use, "http_origin"));
    const found = [
      setsOrigin && headerValues(request, "host").length > 0
        ? originReport(location, request)
        : hostReport(location, request, linesOf(uses, "Host")[0]),
      forwardedHostReport(location),
    ];
    for (const each of found) {
      if (each !== null) {
        report(each);
      }
    }
  },
};

/** The default, `$proxy_host`, or none at all. */
function hostReport(
  location: ProxiedLocation,
  request: UpstreamRequest,
  line: Use | undefined,
): Report | null {
  const [host] = headerValues(request, "host");
  const where =
    line === undefined
      ? { place: placeOf(location.pass) }
      : { place: placeOf(line), level: line.level };
  const [lost] = linesOf(headerLines(location.level).shadowed, "Host");
  const value =
    lost === undefined || isProxyHost(lost) ? hostThatWasAsked(location) : parameterText(lost, 1);
  const remedies = [{ kind: "header", name: "Host", value }] as const;
  const sent = (what: string): string =>
    `${called(location)} sends ${what} to ${upstreamName(location)}`;
  if (host === undefined && line !== undefined) {
    const message = `${sent("no `Host`")}, because of ${quoted(line)}: servers answer that with 400.`;
    return { ...where, message, remedies, severity: "error" };
  }
  // A variable may hold the client's own host; a template's tag hardly does.
  if (host !== undefined && line === undefined && isOpaque(location.pass.parameters[0] ?? "")) {
    const message = `${sent("the upstream's own name")} as \`Host\`, nginx's default, and not the host that the client asked for. ${refusal}`;
    return { ...where, message, severity: "notice", commentable: false };
  }
  if (
    host === undefined ||
    host === "" ||
    !isKnown(host) ||
    (line !== undefined && !isProxyHost(line))
  ) {
    return null;
  }
  const cause = line === undefined ? "nginx's default" : `because of ${quoted(line)}`;
  const message = `${sent(marked(`Host: ${host}`))}, ${cause}, and not the host that the client asked for. ${refusal}`;
  return location.upstream !== null || isNear(host)
    ? { ...where, message, remedies }
    : { ...where, message, severity: "notice", commentable: false };
}
