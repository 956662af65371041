import type { Located } from "./locations.ts";
import { silenceAt, type PlacedComment } from "./silence.ts";
import type { Hearing } from "../comments/guard-comments.ts";
import type { Place } from "../repository/document.ts";
import type { Config } from "../config/level.ts";
import type { Report } from "../rules/rule.ts";
import type { ActiveRule } from "./active-rules.ts";

/** A rule's report and what it is about, on its way to an entry: those of one rule at one place become one. */
export interface PlacedReport {
  readonly active: ActiveRule;
  readonly report: Report;
  readonly config: Config;
  readonly locations: Located[];
}

/** Reports of one rule at one place have the same. */
export function keyOf(rule: string, { document, span }: Place): string {
  return `${rule} ${span.start} ${span.end} ${document.path}`;
}

/** What silences a report at its place, else the first of what silences each of its locations. */
export function silenceOf(
  { active: { rule }, report, locations }: PlacedReport,
  hearing: Hearing | undefined,
): PlacedComment | null {
  const at = (place: Place): PlacedComment | null => silenceAt(rule.id, place, hearing);
  const own = at(report.place);
  const [first] = locations;
  return own === null &&
    first !== undefined &&
    locations.every((each) => at(placeOfLocation(each)) !== null)
    ? at(placeOfLocation(first))
    : own;
}

/** The place of a location's own. */
export function placeOfLocation({ name }: Located): Place {
  return name.place;
}
