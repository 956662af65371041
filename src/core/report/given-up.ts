import type { Analysis } from "../check/analysis.ts";
import { numbered } from "./order.ts";

/** What suggestions are lacking because they were too much work, as a sentence; empty where none are. */
export function givenUpInWords({ findingsGivenUp }: Pick<Analysis, "findingsGivenUp">): string[] {
  return findingsGivenUp === 0
    ? []
    : [
        `No fix was looked for any further for ${numbered(findingsGivenUp, "finding")}: locations are nested so deep here, or so many, that proving fixes takes too long.`,
      ];
}
