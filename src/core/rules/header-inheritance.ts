import type { Use } from "../config/model.ts";
import { type LostHeader, lostHeader } from "./pair.ts";
import { type LocationRule, placeOf } from "./rule.ts";
import { called, parameterText, upstreamName, written } from "./words.ts";

export const headerInheritance: LocationRule = {
  id: "header-inheritance",
  over: "location",
  check(location, report) {
    const lost = [lostHeader(location, "Upgrade"), lostHeader(location, "Connection")].filter(
      (header) => header !== null,
    );
    const discarded = lost.flatMap(discardedBy);
    const level = lost[0]?.list.level ?? null;
    const discards = level === null ? undefined : firstOwn(lost[0]?.list.uses ?? []);
    if (discards === undefined || level === null || discarded.length === 0) {
      return;
    }
    report({
      place: placeOf(discards),
      level,
      message: `${called(location)} does not forward ${discarded.map((use) => use.parameters[0]).join(" and ")} to ${upstreamName(location)}: one proxy_set_header on a level discards all of the outer ones, and ${written(discards)} stands here.`,
      related: [
        ...discarded.map((use) => ({
          place: placeOf(use),
          note: `${written(use)} does not hold here`,
        })),
        ...(discards.include === null
          ? []
          : [
              {
                place: placeOf(discards.include),
                note: `${written(discards.include)} brings it here`,
              },
            ]),
      ],
      remedies: discarded.map((use) => ({
        kind: "header",
        name: use.parameters[0] ?? "",
        value: parameterText(use, 1),
      })),
    });
  },
};

function discardedBy({ blame }: LostHeader): readonly Use[] {
  return blame.rule === "header-inheritance" ? blame.discarded : [];
}

/** The line that discards: one that stands in the block itself, else the first that an include brings. */
function firstOwn(uses: readonly Use[]): Use | undefined {
  return uses.find((use) => use.include === (use.level.opener?.include ?? null)) ?? uses[0];
}
