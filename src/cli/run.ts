import { nearest } from "../core/index.ts";
import { readArguments } from "./arguments.ts";
import { check } from "./check.ts";
import type { Command } from "./command.ts";
import { explain } from "./explain.ts";
import { init } from "./init.ts";
import { review } from "./review.ts";
import { type Terminal, UsageError } from "./terminal.ts";
import { trace } from "./trace.ts";
import { overview, usageOf } from "./usage.ts";

const commands: Readonly<Record<string, Command>> = { check, review, trace, explain, init };

/** Runs one command. @returns the exit status: 0 fine, 1 findings, 2 wrong usage or unreadable input. */
export function run(words: readonly string[], terminal: Terminal): number {
  const [name = "", ...rest] = words;
  if (name === "") {
    terminal.complain(overview(commands));
    return 2;
  }
  try {
    const asked = name === "help" ? rest[0] : name;
    if (name === "help" || words.includes("--help") || words.includes("-h")) {
      const isCommand = asked !== undefined && !asked.startsWith("-");
      terminal.write(isCommand ? usageOf(asked, commandOf(asked)) : overview(commands));
      return 0;
    }
    const command = commandOf(name);
    return command.run(readArguments(name, rest, command.flags), terminal);
  } catch (error) {
    terminal.progress(null);
    if (error instanceof UsageError) {
      terminal.complain(`nginx-websocket-guard: ${error.message}\n`);
    } else {
      const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
      terminal.complain(`nginx-websocket-guard: this is a bug, please report it.\n${said}\n`);
    }
    return 2;
  }
}

function commandOf(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined) {
    return command;
  }
  const guess = nearest(name, Object.keys(commands));
  const hint = guess === null ? "" : ` Did you mean ${guess}?`;
  throw new UsageError(
    `there is no command ${name}.${hint} The commands are ${Object.keys(commands).join(", ")}; --help tells more.`,
  );
}
