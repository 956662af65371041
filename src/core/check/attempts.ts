import { groupBy } from "../basics/collections.ts";
import { isLocal, type EntryGroup } from "./group.ts";
import type { Directive } from "../syntax/tree.ts";
import { severityRank } from "../policy/policy.ts";
import { remediesOf } from "./candidates.ts";
import type { Entry } from "./entries.ts";

/** What is only said of locations that may serve WebSockets is not mended unseen, with what is said of others. */
export function mendable({ entries }: EntryGroup): readonly Entry[] {
  const own = entries.filter(isMendable);
  const clear = own.filter(({ commentable }) => commentable);
  return clear.length > 0 ? clear : own;
}

export function isMendable(entry: Entry): boolean {
  return remediesOf([entry]).length > 0;
}

/** Everything in a group, else at least the worst in it. */
export function attempts(entries: readonly Entry[]): (readonly Entry[])[] {
  // A name that nginx does not know hides what its line says: the rest may be right once it is.
  const names = entries.filter(({ rule }) => rule === "unknown-directive");
  if (names.length > 0 && names.length < entries.length) {
    return [names, entries];
  }
  const least = worst(entries);
  return least.length < entries.length ? [entries, least] : [entries];
}

/** Of what does not break a handshake one is better than nothing, where all that is needed may be written. */
export function single(entries: readonly Entry[]): (readonly Entry[])[] {
  const least = worst(entries).filter(({ severity }) => severity !== "error");
  return least.length > 1 ? least.map((entry) => [entry]) : [];
}

function worst(entries: readonly Entry[]): readonly Entry[] {
  const most = Math.max(...entries.map(({ severity }) => severityRank[severity]));
  return entries.filter(({ severity }) => severityRank[severity] === most);
}

/** Groups of locations, in layers: no group of one layer holds another one's location. */
export function layersOf(groups: readonly EntryGroup[]): Iterable<readonly EntryGroup[]> {
  const around = new Map<unknown, Directive[]>();
  const inOrder = groups.flatMap((group) =>
    isLocal(group) && group.block !== null ? { group, block: group.block } : [],
  );
  const layers = groupBy(
    inOrder.toSorted((a, b) => a.block.start - b.block.start),
    ({ group, block }) => {
      const { document } = group.place;
      const outer = (around.get(document) ?? []).filter(({ end }) => block.start < end);
      around.set(document, [...outer, block]);
      return outer.length;
    },
  );
  return Array.from(layers.values(), (layer) => layer.map(({ group }) => group));
}
