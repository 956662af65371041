import type { Use } from "../config/level.ts";
import type { Source } from "../sources/source.ts";
import { lostHeader, missingWhere, placeOfLoss } from "./pair.ts";
import type { LocationRule } from "./rule.ts";
import { called, quoted, sent, upstreamName } from "./phrases.ts";

export const upgradeHeader: LocationRule = {
  id: "upgrade-header",
  group: "handshake",
  severity: "error",
  from: "basic",
  summary: "The upstream does not get `Upgrade: websocket`",
  fixMayChange: ["upgrade", "connection"],
  cures: [{ kind: "header", name: "Upgrade", value: "$http_upgrade" }],
  lost: "Upgrade",
  over: "location",
  mayBeMeant: true,
  check(location, report) {
    const lost = lostHeader(location, "Upgrade");
    if (lost?.blame.rule !== "upgrade-header") {
      return;
    }
    const [line] = lost.lines;
    const where = placeOfLoss(lost, location);
    report({
      ...where,
      message: `${called(location)} sends ${sent(lost.request, "Upgrade")} to ${upstreamName(location)}: ${causeOf(line, where.beside)}.`,
      // What a command erases stands as it should in the file.
      ...(erasureOf(line)?.by !== "envsubst" && {
        remedies: [{ kind: "header", name: "Upgrade", value: "$http_upgrade" }],
      }),
    });
  },
};

function causeOf(line: Use | undefined, partner: Use | undefined): string {
  const erasure = erasureOf(line);
  switch (erasure?.by) {
    case "envsubst":
      return `${erasure.where} runs \`envsubst\` without a list of names, which replaces \`$http_upgrade\` by nothing. List the variables that it is for: \`envsubst '$NAME $OTHER'\``;
    case "shell":
      return "`$http_upgrade` is replaced by nothing before nginx sees it, since the delimiter of the heredoc is not quoted. `\\$http_upgrade` stays, as all does behind `<<'EOF'`";
    case undefined:
  }
  return line === undefined
    ? `no \`proxy_set_header Upgrade\` ${missingWhere(partner)}, and nginx does not pass it on by itself`
    : `${quoted(line)} ${line.parameters[1] === "" ? "clears it" : "does not say websocket"}`;
}

function erasureOf(line: Use | undefined): Source["erased"] {
  return line?.parameters[1] === "" ? line.document.source.erased : null;
}
