/** A stretch of the head's lines that the diff shows: comments may stand on these lines only, or on those that went. */
export interface Hunk {
  /** First and last line, 1-based; the end is before the start where no line is left. */
  readonly start: number;
  readonly end: number;
  /** The base's last line in it, 1-based. */
  readonly baseEnd: number;
  /** The lines that are new in the head, and those after which lines went without others in their place. */
  readonly changed: ReadonlySet<number>;
}

/**
 * Reads the hunks of one file's `patch` as GitHub gives it: without the two lines that name the files. A hunk that does not
 * hold as many lines as its head says ends the reading, since what follows cannot be trusted.
 */
export function hunksOf(patch: string | null): readonly Hunk[] {
  const hunks: Hunk[] = [];
  const lines = (patch ?? "").split("\n");
  let next = 0;
  while (next < lines.length) {
    const head = readHead(lines[next] ?? "");
    if (!head) {
      break;
    }
    const body = readBody(lines, next + 1, head);
    if (!body) {
      break;
    }
    hunks.push({
      start: head.newStart,
      end: head.newStart + head.newLines - 1,
      baseEnd: head.oldStart + head.oldLines - 1,
      changed: head.newLines > 0 ? body.changed : new Set(),
    });
    next = body.next;
  }
  return hunks;
}

interface HunkHead {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
}

/** A count that is not written is 1. */
function readHead(line: string): HunkHead | null {
  const match = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/.exec(line);
  if (!match) {
    return null;
  }
  const [, oldStart = "", oldLines = "1", newStart = "", newLines = "1"] = match;
  return {
    oldStart: Number(oldStart),
    oldLines: Number(oldLines),
    newStart: Number(newStart),
    newLines: Number(newLines),
  };
}

function readBody(
  lines: readonly string[],
  first: number,
  head: HunkHead,
): { readonly changed: ReadonlySet<number>; readonly next: number } | null {
  const changed = new Set<number>();
  let { oldLines, newLines } = head;
  let line = head.newStart;
  let next = first;
  let onlyRemoved = false;
  const endRun = (): void => {
    if (onlyRemoved) {
      changed.add(Math.max(head.newStart, line - 1));
    }
    onlyRemoved = false;
  };
  for (; oldLines > 0 || newLines > 0; next += 1) {
    const sign = lines[next]?.charAt(0);
    // `\ No newline at end of file` is no line of the file.
    if (sign === "\\") {
      continue;
    }
    if (sign === " ") {
      endRun();
      oldLines -= 1;
      newLines -= 1;
      line += 1;
    } else if (sign === "+") {
      onlyRemoved = false;
      changed.add(line);
      newLines -= 1;
      line += 1;
    } else if (sign === "-") {
      // Git writes what goes before what comes in its place.
      onlyRemoved = true;
      oldLines -= 1;
    } else {
      return null;
    }
    if (oldLines < 0 || newLines < 0) {
      return null;
    }
  }
  endRun();
  while (lines[next]?.startsWith("\\") || lines[next] === "") {
    next += 1;
  }
  return { changed, next };
}

/** The hunk that shows all of these lines, if there is one. */
export function hunkAround(hunks: readonly Hunk[], first: number, last: number): Hunk | undefined {
  return hunks.find(({ start, end }) => start <= first && last <= end);
}
