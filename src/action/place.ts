import type { Finding } from "../core/index.ts";

/** The lines of a place, 1-based, both included. */
export function linesOf({ document, span }: Finding["place"]): {
  readonly startLine: number;
  readonly endLine: number;
} {
  return {
    startLine: document.lines.lineAt(span.start),
    endLine: document.lines.lineAt(Math.max(span.start, span.end - 1)),
  };
}
