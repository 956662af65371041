import type * as childProcess from "node:child_process";
import { createRequire } from "node:module";

const require: (name: "node:child_process") => typeof childProcess = createRequire(import.meta.url);

/**
 * Runs a program to its end. Node loads what that takes only now: it is a third of a start's time, and `check` of a
 * working tree asks nobody.
 *
 * @returns what it wrote
 * @throws Error where it cannot be started or fails
 */
export function execute(
  program: string,
  args: readonly string[],
  options: childProcess.ExecFileSyncOptionsWithBufferEncoding,
): Buffer {
  const { execFileSync } = require("node:child_process");
  return execFileSync(program, [...args], options);
}
