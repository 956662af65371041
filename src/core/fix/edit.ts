import type { Document } from "../repository/document.ts";

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

/**
 * A fix that was simulated. The request heads are those of the first location that it mends, as lines, in the oldest
 * version of nginx in question.
 */
export interface ProvenFix extends Fix {
  /** Whose request it is: the handshake's, but an ordinary one's where the fix changes only that. */
  readonly probe: "websocket" | "plain";
  readonly now: readonly string[];
  readonly after: readonly string[];
}

type Change = Pick<TextEdit, "start" | "end" | "text">;

/**
 * Applies edits of one text. Their order does not matter, and an edit that is given twice counts once, since two fixes may
 * bring the same map.
 *
 * @returns null where two edits overlap; an insertion at either end of a replaced span does not
 */
export function applyEdits(text: string, edits: readonly Change[]): string | null {
  const ordered = edits.toSorted(
    (left, right) =>
      left.start - right.start ||
      left.end - right.end ||
      (left.text < right.text ? -1 : left.text > right.text ? 1 : 0),
  );
  let result = "";
  let at = 0;
  let previous: Change | null = null;
  for (const edit of ordered) {
    if (previous !== null && isSame(previous, edit)) {
      continue;
    }
    if (edit.start < at || edit.end < edit.start || edit.end > text.length) {
      return null;
    }
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
    previous = edit;
  }
  return result + text.slice(at);
}

function isSame(left: Change, right: Change): boolean {
  return left.start === right.start && left.end === right.end && left.text === right.text;
}
