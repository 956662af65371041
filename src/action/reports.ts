import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { analyse, defaultPolicy, jsonReport, sarifReport, type Analysis } from "../core/index.ts";
import type { Inputs } from "./inputs.ts";
import type { RunOutcome } from "./outcome.ts";

/** The paths of the files that were written, as the inputs name them; empty where there is none. */
export interface ReportFiles {
  readonly reportFile: string;
  readonly sarifFile: string;
  /** Why a file could not be written; whole sentences. */
  readonly faults: readonly string[];
}

/**
 * Writes the files that the inputs ask for, also where there was nothing to analyse: a later step may upload them.
 * @param folder what relative paths start from.
 */
export function writeReports(
  { analysis, findings }: RunOutcome,
  inputs: Inputs,
  folder: string,
): ReportFiles {
  const faults: string[] = [];
  const write = (input: string, path: string | null, report: typeof jsonReport): string => {
    if (path === null) {
      return "";
    }
    const text = report(analysis ?? nothing(), findings);
    const fault = writeTo(resolve(folder, path), text);
    if (fault === null) {
      return path;
    }
    faults.push(
      `The input ${input} is ${JSON.stringify(path)}, which cannot be written: ${fault}.`,
    );
    return "";
  };
  return {
    reportFile: write("report-file", inputs.reportFile, jsonReport),
    sarifFile: write("sarif-file", inputs.sarifFile, sarifReport),
    faults,
  };
}

/** What the system says against it; null where the file was written. */
function writeTo(file: string, text: string): string | null {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function nothing(): Analysis {
  return analyse({ list: () => [], read: () => undefined }, { policy: defaultPolicy });
}
