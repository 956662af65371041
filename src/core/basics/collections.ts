/** `Map.groupBy`, which Node 20 does not have: the items by key, keys and items in the order of their first sight. */
export function groupBy<Item, Key>(
  items: Iterable<Item>,
  keyOf: (item: Item) => Key,
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [item]);
    } else {
      group.push(item);
    }
  }
  return groups;
}

/** The texts that the others do not have, or not as often: of equal ones the last. */
export function missingFrom(others: readonly string[], texts: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const other of others) {
    left.set(other, (left.get(other) ?? 0) + 1);
  }
  return texts.filter((text) => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}

/**
 * A function of a text that remembers what it gave: names and values repeat in a configuration. It forgets everything
 * when it knows too many, so that hostile input cannot fill the memory.
 */
export function remembered<Result extends object | string | number | boolean | null>(
  compute: (text: string) => Result,
  most = 10_000,
): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) {
      return before;
    }
    if (known.size >= most) {
      known.clear();
    }
    const result = compute(text);
    known.set(text, result);
    return result;
  };
}

/** A function of an object that remembers what it gave for as long as the object is there. */
export function rememberedOf<
  Subject extends object,
  Result extends object | string | boolean | null,
>(compute: (subject: Subject) => Result): (subject: Subject) => Result {
  const known = new WeakMap<Subject, Result>();
  return (subject) => {
    const before = known.get(subject);
    if (before !== undefined) {
      return before;
    }
    const result = compute(subject);
    known.set(subject, result);
    return result;
  };
}
