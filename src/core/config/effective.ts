import type { Level, Use } from "./model.ts";

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

/** The directive that holds on this level: its own, else the nearest outer one's, else nginx's default. */
export function effectiveSetting(level: Level, name: string): Setting {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    const use = at.uses.find((candidate) => candidate.name === name);
    if (use !== undefined) {
      return { state: "set", use, inherited: at !== level };
    }
    if (at.hidden[0] !== undefined) {
      return { state: "unknown", why: at.hidden[0] };
    }
  }
  return { state: "default" };
}

/**
 * The uses that hold on this level. One use on a level discards all that outer levels say (E65, E70, E171), so that
 * something hidden on a level may add to its uses or, where it has none, discard the outer ones.
 */
export function effectiveList(level: Level, name: string): EffectiveList {
  let hidden: string | null = null;
  for (let at: Level | null = level; at !== null; at = at.parent) {
    const uses = at.uses.filter((use) => use.name === name);
    hidden ??= at.hidden[0] ?? null;
    if (uses.length > 0) {
      const outer = at.parent === null ? [] : effectiveList(at.parent, name).uses;
      return { uses, level: at, hidden, shadowed: outer };
    }
    if (hidden !== null) {
      return { uses: [], level: at, hidden, shadowed: [] };
    }
  }
  return { uses: [], level: null, hidden: null, shadowed: [] };
}
