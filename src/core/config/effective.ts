import { rememberedOf } from "../basics/collections.ts";
import type { Level, Use } from "./level.ts";

/** What holds on a level for a directive that may not repeat. */
export type Setting =
  | { readonly state: "set"; readonly use: Use; readonly inherited: boolean }
  | { readonly state: "default" }
  | { readonly state: "unknown"; readonly why: string };

/** What holds on a level for a directive that may repeat, such as `proxy_set_header`. */
export interface EffectiveList {
  readonly uses: readonly Use[];
  /** The level that the list comes from; null for the default. */
  readonly level: Level | null;
  /** Why there may be more than `uses`; null where the list is complete. */
  readonly hidden: string | null;
  /** What outer levels say and this one discards: nearest outer level only, the one that would have held. */
  readonly shadowed: readonly Use[];
}

const none: readonly Use[] = [];
const byDefault: Setting = { state: "default" };

/** Levels of more uses than this have an index: a server may have thousands of locations. Others are read through. */
const MOST_UNINDEXED = 24;

/** A level's own uses of a directive, in order. */
export function usesOf(level: Level, name: string): readonly Use[] {
  if (level.uses.length <= MOST_UNINDEXED) {
    const uses = level.uses.filter((use) => use.name === name);
    return uses.length === 0 ? none : uses;
  }
  return indexOf(level).get(name) ?? none;
}

/** The first of `usesOf`. */
function firstOf(level: Level, name: string): Use | undefined {
  return level.uses.length <= MOST_UNINDEXED
    ? level.uses.find((use) => use.name === name)
    : indexOf(level).get(name)?.[0];
}

const indexOf = rememberedOf((level: Level): ReadonlyMap<string, readonly Use[]> => {
  const index = new Map<string, Use[]>();
  for (const use of level.uses) {
    const uses = index.get(use.name);
    if (uses === undefined) {
      index.set(use.name, [use]);
    } else {
      uses.push(use);
    }
  }
  return index;
});

/**
 * The directive that holds on this level: its own, else the nearest outer one's, else nginx's default. A level's own use
 * is certain whatever is hidden there, since nginx refuses a second one. `proxy_pass` and its kind do not inherit: ask
 * for these with `usesOf`.
 */
export function effectiveSetting(level: Level, name: string): Setting {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    const use = firstOf(at, name);
    if (use !== undefined) {
      return { state: "set", use, inherited: at !== level };
    }
    if (at.hidden[0] !== undefined) {
      return { state: "unknown", why: at.hidden[0] };
    }
  }
  return byDefault;
}

/**
 * The uses that hold on this level. One use on a level discards all that outer levels say (E65, E70, E171), so that
 * something hidden on a level may add to its uses or, where it has none, discard the outer ones.
 */
export function effectiveList(level: Level, name: string): EffectiveList {
  const at = nearest(level, name);
  if (at === null) {
    return { uses: none, level: null, hidden: null, shadowed: none };
  }
  const uses = usesOf(at, name);
  const outer = uses.length === 0 || at.parent === null ? null : nearest(at.parent, name);
  return {
    uses,
    level: at,
    hidden: at.hidden[0] ?? null,
    shadowed: outer === null ? none : usesOf(outer, name),
  };
}

/** The `proxy_set_header` lines that hold on this level; nearly everybody asks for them. */
export const headerLines = rememberedOf((level: Level) => effectiveList(level, "proxy_set_header"));

/** The first level outwards that has such a use, or may have one; null where none has. */
function nearest(level: Level, name: string): Level | null {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    if (at.hidden.length > 0 || firstOf(at, name) !== undefined) {
      return at;
    }
  }
  return null;
}

/** The first word of the setting that holds on a level; null where none is set, or nobody can see it. */
export function settingWord(level: Level, name: string): string | null {
  const setting = effectiveSetting(level, name);
  return setting.state === "set" ? (setting.use.parameters[0] ?? "") : null;
}
