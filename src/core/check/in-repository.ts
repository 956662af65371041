import { placeOf } from "../rules/rule.ts";
import { isInside } from "../syntax/find.ts";
import type { Use, Level } from "../config/level.ts";
import type { Place } from "../repository/document.ts";
import { isTemplate } from "../nginx/shipped.ts";
import { severityOf } from "./active-rules.ts";
import type { PlacedReport } from "./placed-report.ts";

/**
 * The draft at a place of the repository: what stands in a file that a distribution or product ships is said at the line that
 * includes it. Null for what a product writes around the text, where no line does, and for mere notices about a product's file.
 */
export function inRepository(draft: PlacedReport): PlacedReport | null {
  const { report, locations } = draft;
  const { origin, path } = report.place.document;
  if (origin === "repository") {
    return draft;
  }
  // Whoever includes a product's file has the rest of it in every site, and cannot change it.
  const isMere = origin === "product" && severityOf(draft.active, report) === "notice";
  if (isMere || isTemplate(path)) {
    return null;
  }
  const use =
    report.use ??
    locations.map(({ level }) => useAt(report.place, level)).find((found) => found !== null);
  let line = use?.include ?? null;
  while (line !== null && line.document.origin !== "repository") {
    line = line.include;
  }
  if (line === null) {
    return null;
  }
  const { beside: _, shared: __, ...others } = report;
  return { ...draft, report: { ...others, place: placeOf(line) } };
}

/** The use of a directive that a place lies in, at a level or around it. */
function useAt({ document, span }: Place, level: Level): Use | null {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    const found = at.uses.find((use) => use.document === document && isInside(span, use.directive));
    if (found !== undefined) {
      return found;
    }
  }
  return null;
}
