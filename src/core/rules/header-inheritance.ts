import type { Use } from "../config/model.ts";
import type { Related } from "./finding.ts";
import { type LostHeader, lostHeader } from "./pair.ts";
import { type LocationRule, placeOf } from "./rule.ts";
import { called, comesByInclude, parameterText, upstreamName, written } from "./words.ts";

export const headerInheritance: LocationRule = {
  id: "header-inheritance",
  over: "location",
  check(location, report) {
    const lost = [lostHeader(location, "Upgrade"), lostHeader(location, "Connection")];
    const discarded = lost.flatMap(discardedBy);
    const list = lost.find((header) => header !== null)?.list;
    const cause = list?.uses.find((use) => !comesByInclude(use)) ?? list?.uses[0];
    if (cause === undefined || discarded.length === 0) {
      return;
    }
    const names = discarded.map((use) => use.parameters[0]).join(" and ");
    report({
      place: placeOf(isInRepository(cause) ? cause : (cause.include ?? cause)),
      level: cause.level,
      message: `${called(location)} does not forward ${names} to ${upstreamName(location)}: ${written(cause)} stands here, and one proxy_set_header on a level discards all of the outer ones.`,
      related: [
        ...discarded.map((use) => note(use, `${written(use)} does not hold here`)),
        ...(cause.include !== null && comesByInclude(cause)
          ? [note(cause.include, `${written(cause.include)} brings it here`)]
          : []),
      ],
      remedies: discarded.map((use) => ({
        kind: "header",
        name: use.parameters[0] ?? "",
        value: parameterText(use, 1),
      })),
    });
  },
};

function discardedBy(lost: LostHeader | null): readonly Use[] {
  return lost?.blame.rule === "header-inheritance" ? lost.blame.discarded : [];
}

function note(use: Use, text: string): Related {
  return { place: placeOf(use), note: text };
}

/** A file that only a distribution ships, such as Debian's `proxy_params`, has an absolute path. */
function isInRepository({ document }: Use): boolean {
  return !document.path.startsWith("/");
}
