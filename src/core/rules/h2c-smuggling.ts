import { type Level, type Use, enclosing } from "../config/level.ts";
import { usesWithin } from "../request/walk.ts";
import { carriesToken, headerValues } from "../request/answer.ts";
import { type LocationRule, placeOf, type ProxiedLocation } from "./rule.ts";
import { called, quoted, upstreamName } from "./phrases.ts";

export const h2cSmuggling: LocationRule = {
  id: "h2c-smuggling",
  group: "hardened",
  severity: "warning",
  from: "hardened",
  summary: "A client can open an HTTP/2 tunnel past the access rules",
  fixMayChange: ["upgrade", "connection"],
  demands: { upgrade: "websocket-only" },
  over: "location",
  everyLocation: true,
  check(location, report) {
    const request = location.exchanges.h2c.upstream;
    const line = request?.headers.find(({ name }) => name.toLowerCase() === "upgrade")?.origin;
    if (
      request === null ||
      line?.from !== "directive" ||
      carriesToken(request, "upgrade", "h2c") !== true
    ) {
      return;
    }
    const rule = accessRuleBeside(location);
    const past = rule === null ? "whatever nginx decides by path" : "this server's rules of access";
    report({
      place: placeOf(line.use),
      level: line.use.level,
      message: `${called(location)} sends ${upstreamName(location)} \`Upgrade: h2c\` when a client asks for it (${quoted(line.use)}). If that server speaks HTTP/2 in clear text, the client has a tunnel to all of its paths, past ${past}; else it is harmless.`,
      related: rule === null ? [] : [{ place: placeOf(rule), note: "does not hold in the tunnel" }],
      ...(rule !== null && { severity: "error" }),
      remedies: [
        { kind: "header", name: "Upgrade", value: "$http_upgrade" },
        ...(headerValues(request, "connection").length === 0
          ? []
          : [{ kind: "header", name: "Connection", value: null } as const]),
      ],
    });
  },
};

/** A rule of the same server that keeps clients from some of its paths. */
function accessRuleBeside({ level }: ProxiedLocation): Use | null {
  const server: Level | null = enclosing(level, "server");
  for (const use of server === null ? [] : usesWithin(server)) {
    const isRule = /^(?:deny|allow|auth_basic|auth_request|auth_jwt)$/.test(use.name);
    if (isRule && use.parameters[0] !== "off" && use.level !== level) {
      return use;
    }
  }
  return null;
}
