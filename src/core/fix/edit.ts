import type { Document } from "../config/model.ts";

/** Replaces one span of a file. `start === end` inserts. Offsets are UTF-16. */
export interface TextEdit {
  readonly document: Document;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Titled edits that belong together. `safe`: at every use of the edited text and for every probe the request head
 * stays the same except for what the finding's own rules name. Only safe fixes become one-click suggestions.
 */
export interface Fix {
  readonly title: string;
  readonly safety: "safe" | "unsafe";
  readonly edits: readonly TextEdit[];
}
