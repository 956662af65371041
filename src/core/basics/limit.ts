/**
 * What bounds the work on one input, so that a huge or hostile one comes to an end. Whoever reaches it says so: what lies
 * beyond is not silently taken for looked at.
 */
export interface Limit {
  readonly most: number;
  /** What is left out beyond it, as one sentence. */
  readonly says: string;
}

/** Takes what is left out because a limit is reached, as one sentence that says where. */
export type Bound = (sentence: string) => void;

/**
 * The first items, as many as the limit lets through.
 *
 * @param where what the sentence is about, e.g. the path of a file
 */
export function within<Item>(
  items: readonly Item[],
  { most, says }: Limit,
  where: string,
  bound: Bound,
): readonly Item[] {
  if (items.length <= most) {
    return items;
  }
  bound(`${where}: ${says}`);
  return items.slice(0, most);
}
