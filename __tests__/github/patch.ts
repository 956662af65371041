/** A line of a hunk. A context line has both numbers, the others one; 1-based. */
export interface HunkLine {
  readonly kind: "added" | "context" | "removed";
  readonly text: string;
  readonly oldLine: number | undefined;
  readonly newLine: number | undefined;
  /** No line feed follows: the last line of its file. */
  readonly endsFile: boolean;
}

/** Line counts may be 0; then the start is the line *after which* the hunk lies, as diff has it. */
export interface Hunk {
  readonly header: string;
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly HunkLine[];
}

export type Side = "LEFT" | "RIGHT";

const kinds: Record<string, HunkLine["kind"]> = { "+": "added", "-": "removed", " ": "context" };

/** The hunks of a patch text that starts with its first `@@` line, as GitHub's `patch` does. */
export function parseHunks(patch: string): Hunk[] {
  return patch
    .split(/(?<=\n)(?=@@ )/u)
    .filter((text) => text !== "")
    .map(parseHunk);
}

function parseHunk(text: string): Hunk {
  const [header = "", ...rest] = text.replace(/\n$/u, "").split("\n");
  const numbers = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/u.exec(header);
  const [oldStart = 0, oldLines = 0, newStart = 0, newLines = 0] = (numbers?.slice(1) ?? []).map(
    (digits: string | undefined) => (digits === undefined ? 1 : Number(digits)),
  );
  const lines: HunkLine[] = [];
  let oldLine = oldStart;
  let newLine = newStart;
  for (const [index, line] of rest.entries()) {
    const kind = kinds[line[0] ?? ""];
    if (kind === undefined) {
      continue;
    }
    lines.push({
      kind,
      text: line.slice(1),
      oldLine: kind === "added" ? undefined : oldLine,
      newLine: kind === "removed" ? undefined : newLine,
      endsFile: rest[index + 1]?.startsWith("\\") ?? false,
    });
    if (kind !== "added") {
      oldLine += 1;
    }
    if (kind !== "removed") {
      newLine += 1;
    }
  }
  return { header, oldStart, oldLines, newStart, newLines, lines };
}

/** The hunk that shows this line. The left side shows context and removed lines, the right side context and added ones. */
export function hunkAt(hunks: readonly Hunk[], side: Side, line: number): Hunk | undefined {
  return hunks.find(({ lines }) =>
    lines.some((entry) => (side === "LEFT" ? entry.oldLine : entry.newLine) === line),
  );
}

/**
 * Where a line of the old text is in the new one; undefined where it was changed or removed.
 * `changes` are hunks without context.
 */
export function followLine(changes: readonly Hunk[], line: number): number | undefined {
  let shift = 0;
  for (const { oldStart, oldLines, newLines } of changes) {
    const first = oldLines === 0 ? oldStart + 1 : oldStart;
    if (line < first) {
      break;
    }
    if (line < first + oldLines) {
      return undefined;
    }
    shift += newLines - oldLines;
  }
  return line + shift;
}
