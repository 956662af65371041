import type { Span } from "../syntax/tree.ts";

/** A tag of a template: what it writes, or how it steers what is written. */
export interface Tag extends Span {
  /**
   * `value` writes something. `open`, `else` and `close` part what is written under a condition; `group` and `close` what
   * always is. `nothing` writes nothing.
   */
  readonly kind: "value" | "open" | "group" | "else" | "close" | "nothing";
  /** What an `open` or `else` asks, without white space, `!` before what must not hold; empty for a bare else. */
  readonly condition: string;
}

/** What a tag does, wherever it stands. */
export type TagMeaning = Pick<Tag, "kind" | "condition">;

export const nothing: TagMeaning = { kind: "nothing", condition: "" };
export const writes: TagMeaning = { kind: "value", condition: "" };
export const groups: TagMeaning = { kind: "group", condition: "" };
export const closes: TagMeaning = { kind: "close", condition: "" };

/** Opens a condition, or a branch of it. */
export function asking(kind: "open" | "else", condition: string): TagMeaning {
  return {
    kind,
    condition: condition
      .trim()
      .replace(/^not\b/, "!")
      .replace(/\s+/g, ""),
  };
}
