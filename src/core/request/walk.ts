import { rememberedOf } from "../basics/collections.ts";
import type { Config, Level, Use } from "../config/level.ts";

/**
 * Visits each use of a level and its inner levels, in the order of the text.
 *
 * @param enters which blocks to look into, all by default
 */
export function forEachUse(
  level: Level,
  visit: (use: Use) => void,
  enters: (use: Use) => boolean = () => true,
): void {
  // An iterator costs more than such a visit, until the code is compiled; so it does wherever uses are many.
  level.uses.forEach((use) => {
    visit(use);
    if (use.inner !== null && enters(use)) {
      forEachUse(use.inner, visit, enters);
    }
  });
}

const none: readonly Use[] = [];

/**
 * All uses of a directive in a program, in the order of the text; not those in `stream` and `mail`, whose directives, maps
 * and variables are others of the same names. A program is indexed once for all who ask.
 */
export function usesNamed(config: Config, name: string): readonly Use[] {
  return indexOf(config).get(name)?.uses ?? none;
}

/** The same of several directives: of those whose names are wanted. */
export function usesOfAny(config: Config, isWanted: (name: string) => boolean): readonly Use[] {
  const found = [...indexOf(config)].filter(([name]) => isWanted(name)).map(([, named]) => named);
  const [first = nothing, ...others] = found;
  return others.length === 0
    ? first.uses
    : found
        .flatMap(({ uses, places }) => uses.map((use, index) => ({ use, at: places[index] ?? 0 })))
        .toSorted((a, b) => a.at - b.at)
        .map(({ use }) => use);
}

interface UsesByPlace {
  readonly uses: Use[];
  /** Where each stands among all uses of the program. */
  readonly places: number[];
}

const nothing: UsesByPlace = { uses: [], places: [] };

const indexOf = rememberedOf((config: Config): ReadonlyMap<string, UsesByPlace> => {
  const index = new Map<string, UsesByPlace>();
  let place = 0;
  const add = (use: Use): void => {
    const named = index.get(use.name);
    if (named === undefined) {
      index.set(use.name, { uses: [use], places: [place++] });
    } else {
      named.uses.push(use);
      named.places.push(place++);
    }
  };
  forEachUse(config.main, add, ({ name }) => name !== "stream" && name !== "mail");
  return index;
});

/**
 * The uses of a level and its inner levels, in the order of the text.
 *
 * @param enters which blocks to look into, all by default
 */
export function* usesWithin(
  level: Level,
  enters: (use: Use) => boolean = () => true,
): Generator<Use> {
  const open = [level.uses.values()];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const next = top.next();
    if (next.done === true) {
      open.pop();
      continue;
    }
    yield next.value;
    if (next.value.inner !== null && enters(next.value)) {
      open.push(next.value.inner.uses.values());
    }
  }
}
