import { groupBy } from "../basics/collections.ts";
import type { Place } from "../repository/document.ts";
import { directivesAround } from "../syntax/find.ts";
import type { Directive } from "../syntax/tree.ts";
import type { Located } from "./locations.ts";
import type { Entry } from "./entries.ts";

/** What one comment is about: the findings in one block, apart from conditions in it, or at a file's top level. */
export interface EntryGroup {
  readonly key: string;
  readonly entries: readonly [Entry, ...Entry[]];
  /** The block; the first finding's place at a file's top level. */
  readonly place: Place;
  readonly block: Directive | null;
}

/** Each entry is in one group; groups and entries keep their order. */
export function groupsOf(entries: readonly Entry[]): EntryGroup[] {
  const groups = groupBy(entries, ({ report: { place } }) => {
    const start = blockAround(place)?.start ?? "top";
    return `${place.document.path}:${start}`;
  });
  return [...groups].flatMap(([key, [first, ...others]]) => {
    if (first === undefined) {
      return [];
    }
    const { place } = first.report;
    const block = blockAround(place);
    const own = block === null ? place : { document: place.document, span: block };
    return [{ key, entries: [first, ...others], place: own, block }];
  });
}

/** The innermost block that the place lies in, its head included; conditions do not count. */
function blockAround({ document, span }: Place): Directive | null {
  const around = directivesAround(document.tree.directives, span.start);
  return (
    around.findLast(
      ({ name, block }) =>
        block !== null && span.end <= block.end && !/^(?:if|limit_except)$/.test(name.value),
    ) ?? null
  );
}

/** Whether what is written in the group's block can change nothing but the locations in it. */
export function isLocal({ block }: EntryGroup): boolean {
  return block?.name.value === "location";
}

/** The blocks that a location is a use of or lies in, innermost first. */
export function blocksOf({ level }: Located): Directive[] {
  const blocks: Directive[] = [];
  for (let at: Located["level"] | null = level; at !== null; at = at.parent) {
    if (at.opener !== null) {
      blocks.push(at.opener.directive);
    }
  }
  return blocks;
}
