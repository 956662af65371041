import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { analyse, defaultPolicy, jsonReport, sarifReport } from "../core/index.ts";
import type { Analysis } from "../core/index.ts";
import { UserError } from "./faults.ts";
import type { Inputs } from "./inputs.ts";
import type { Outcome } from "./outcome.ts";

/**
 * Writes the files that the inputs ask for, also where there was nothing to analyse: a later step may upload them.
 * @throws UserError where a file cannot be written.
 */
export function writeReports(
  { analysis, findings }: Outcome,
  inputs: Inputs,
  folder: string,
): void {
  const { reportFile, sarifFile } = inputs;
  if (reportFile !== null) {
    write("report-file", folder, reportFile, jsonReport(analysis ?? nothing(), findings));
  }
  if (sarifFile !== null) {
    write("sarif-file", folder, sarifFile, sarifReport(analysis ?? nothing(), findings));
  }
}

function write(input: string, folder: string, path: string, text: string): void {
  const file = resolve(folder, path);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `The input ${input} is ${JSON.stringify(path)}, which cannot be written: ${said}`,
    );
  }
}

function nothing(): Analysis {
  return analyse({ list: () => [], read: () => undefined }, { policy: defaultPolicy });
}
