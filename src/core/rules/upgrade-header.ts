import { lostHeader, placeOfLoss } from "./pair.ts";
import type { LocationRule } from "./rule.ts";
import { called, quoted, sent, upstreamName } from "./words.ts";

export const upgradeHeader: LocationRule = {
  id: "upgrade-header",
  over: "location",
  mayBeMeant: true,
  check(location, report) {
    const lost = lostHeader(location, "Upgrade");
    if (lost?.blame.rule !== "upgrade-header") {
      return;
    }
    const [line] = lost.lines;
    const by = line?.document.source.erasedBy ?? null;
    if (line !== undefined && by !== null) {
      report({
        ...placeOfLoss(lost, location),
        message: `${called(location)} sends ${sent(lost.request, "Upgrade")} to ${upstreamName(location)}: ${by} runs \`envsubst\` without a list of names, which replaces \`$http_upgrade\` by nothing. List the variables that it is for: \`envsubst '$NAME $OTHER'\`.`,
      });
      return;
    }
    const cause =
      line === undefined
        ? "no `proxy_set_header Upgrade` is in force here, and nginx does not pass it on by itself"
        : `${quoted(line)} ${line.parameters[1] === "" ? "clears it" : "does not say websocket"}`;
    report({
      ...placeOfLoss(lost, location),
      message: `${called(location)} sends ${sent(lost.request, "Upgrade")} to ${upstreamName(location)}: ${cause}.`,
      remedies: [{ kind: "header", name: "Upgrade", value: "$http_upgrade" }],
    });
  },
};
