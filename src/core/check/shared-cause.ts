import { placeOf } from "../rules/rule.ts";
import { comesByInclude } from "../rules/phrases.ts";
import { usesNamed } from "../request/walk.ts";
import type { Level, Config } from "../config/level.ts";
import type { Directive } from "../syntax/tree.ts";
import { rememberedOf, groupBy } from "../basics/collections.ts";
import { settingLevel } from "../rules/pair.ts";
import type { PlacedReport } from "./placed-report.ts";

/** Several locations may have one cause: a line of a file that all of them include, and no other location does. */
export function sharedCauses(
  drafts: readonly PlacedReport[],
  configs: readonly Config[],
): { readonly parts: readonly PlacedReport[]; readonly whole: PlacedReport }[] {
  const sharing = drafts.flatMap((draft) => {
    const { shared } = draft.report;
    return shared === undefined ? [] : { draft, shared };
  });
  const lines = groupBy(
    sharing,
    ({ draft: { active }, shared: { document, directive } }) =>
      `${active.rule.id} ${directive.start} ${document.path}`,
  );
  return [...lines.values()].flatMap(([first, ...others]) => {
    if (first === undefined || others.length === 0) {
      return [];
    }
    const { draft, shared } = first;
    const parts = [draft, ...others.map((other) => other.draft)];
    const locations = parts.flatMap((part) => part.locations);
    const clear = locations.filter(({ intent }) => intent.serves === "yes");
    const levels = new Set(clear.flatMap((location) => location.levels.map(settingLevel)));
    const including = includingLevels(configs).get(shared.directive) ?? [];
    const where = { place: placeOf(shared), level: shared.level, beside: shared };
    return including.every((level) => levels.has(level))
      ? [{ parts, whole: { ...draft, report: { ...draft.report, ...where }, locations } }]
      : [];
  });
}

/** The levels that each header line of an included file comes to. */
const includingLevels = rememberedOf(
  (configs: readonly Config[]): ReadonlyMap<Directive, readonly Level[]> => {
    const found = new Map<Directive, Level[]>();
    for (const config of configs.flatMap((each) => [each, ...each.alternatives])) {
      for (const use of usesNamed(config, "proxy_set_header")) {
        if (!comesByInclude(use)) {
          continue;
        }
        const known = found.get(use.directive);
        if (known === undefined) {
          found.set(use.directive, [use.level]);
        } else {
          known.push(use.level);
        }
      }
    }
    return found;
  },
);
