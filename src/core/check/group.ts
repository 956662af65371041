import { groupBy } from "../collections.ts";
import type { Place } from "../config/model.ts";
import type { Directive } from "../syntax/tree.ts";
import type { Located } from "./locations.ts";
import type { Entry } from "./run.ts";

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
    if (first === undefined) return [];
    const { place } = first.report;
    const block = blockAround(place);
    const own = block === null ? place : { document: place.document, span: block };
    return [{ key, entries: [first, ...others], place: own, block }];
  });
}

function blockAround({ document, span }: Place): Directive | null {
  let siblings = document.tree.directives;
  let innermost: Directive | null = null;
  for (;;) {
    const around = siblings.find(
      ({ start, block }) => block !== null && start <= span.start && span.end <= block.end,
    );
    if (around?.block == null) return innermost;
    if (!/^(?:if|limit_except)$/.test(around.name.value)) innermost = around;
    if (span.start < around.block.open.end) return innermost;
    siblings = around.block.directives;
  }
}

/** Whether what is written in the group's block can change nothing but the locations in it. */
export function isLocal({ block }: EntryGroup): boolean {
  return block?.name.value === "location";
}

/** Whether a location is a use of the group's block, or lies in one. */
export function isInside({ level }: Located, { block }: EntryGroup): boolean {
  for (let at: Located["level"] | null = level; at !== null; at = at.parent) {
    if (at.opener?.directive === block) return true;
  }
  return false;
}
