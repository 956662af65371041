import { isKnown } from "../request/value.ts";
import { sharedLine } from "./pair.ts";
import { type LocationRule, placeOf } from "./rule.ts";
import { called, quoted, upstreamName } from "./phrases.ts";

const whoRefuses =
  "Servers that follow RFC 6455 refuse it (Go coder/websocket, Python websockets, hypercorn, Kestrel); Node's ws takes it.";

export const httpVersion: LocationRule = {
  id: "http-version",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "The handshake reaches the upstream as HTTP/1.0 or HTTP/2, not as HTTP/1.1",
  fixMayChange: ["http-version"],
  cures: [{ kind: "directive", name: "proxy_http_version", parameters: ["1.1"] }],
  lost: "HTTP/1.1",
  over: "location",
  check(location, report) {
    const request = location.exchanges.websocket.upstream;
    if (location.verdict.strict === "works" || request === null) {
      return;
    }
    const { httpVersion: version, httpVersionFrom: from } = request;
    // Another than these three keeps nginx from starting: `invalid-directive` says so.
    if (!isKnown(version) || (version !== "1.0" && version !== "2")) {
      return;
    }
    const route = `${called(location)} reaches ${upstreamName(location)} as HTTP/${version}`;
    const remedies = [
      { kind: "directive", name: "proxy_http_version", parameters: ["1.1"] },
    ] as const;
    if (from !== null) {
      report({
        place: placeOf(from),
        level: from.level,
        message: `${route}, because ${quoted(from)} says so. ${consequence(version)}`,
        remedies,
      });
      return;
    }
    report({
      place: placeOf(location.pass),
      ...sharedLine(location.level),
      message: location.versionKnown
        ? `${route}, the default of this nginx: no proxy_http_version is in force here. ${whoRefuses}`
        : `${route} where nginx is before 1.29.7: no proxy_http_version is in force here, and 1.0 was the default. ${whoRefuses}`,
      ...(!location.versionKnown && { severity: "warning" }),
      inAnyVersion: true,
      remedies,
    });
  },
};

function consequence(version: "1.0" | "2"): string {
  return version === "1.0"
    ? whoRefuses
    : "HTTP/2 has no Upgrade, and the upstream resets the request.";
}
