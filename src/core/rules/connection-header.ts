import { httpOneOneByDefault, isSince } from "../nginx/versions.ts";
import { lostHeader, missingWhere, placeOfLoss } from "./pair.ts";
import type { LocationRule, ProxiedLocation } from "./rule.ts";
import { called, quoted, sent, upstreamName } from "./phrases.ts";

export const connectionHeader: LocationRule = {
  id: "connection-header",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "The upstream does not get `upgrade` in `Connection`",
  fixMayChange: ["upgrade", "connection"],
  cures: [{ kind: "header", name: "Connection", value: null }],
  lost: "Connection",
  over: "location",
  mayBeMeant: true,
  check(location, report) {
    const lost = lostHeader(location, "Connection");
    if (lost?.blame.rule !== "connection-header") {
      return;
    }
    const [line] = lost.lines;
    const where = placeOfLoss(lost, location);
    const cause =
      line === undefined
        ? `no \`proxy_set_header Connection\` ${missingWhere(where.beside)}, and ${byDefault(location)}`
        : `${quoted(line)} ${line.parameters[1] === "" ? "clears it" : "does not say upgrade"}`;
    report({
      ...where,
      message: `${called(location)} sends ${sent(lost.request, "Connection")} to ${upstreamName(location)}: ${cause}.`,
      remedies: [{ kind: "header", name: "Connection", value: null }],
    });
  },
};

function byDefault({ version, versionKnown }: ProxiedLocation): string {
  if (!versionKnown) {
    return "nginx's default is close (none from 1.29.7 on)";
  }
  return isSince(version, httpOneOneByDefault)
    ? "nginx sends none by default"
    : "nginx's default is close";
}
