import type { Arguments, Flags } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";

/** One of the program's commands: what reads its words also makes its help. */
export interface Command {
  /** What follows the command's name, e.g. `[PATH…]`. */
  readonly words: string;
  /** What it does, in one line. */
  readonly about: string;
  readonly flags: Flags;
  /** What people type behind the program's name; one for each thing that it does. */
  readonly examples: readonly string[];
  /** @returns the exit status. */
  run(args: Arguments, terminal: Terminal): number;
}
