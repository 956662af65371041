import { parseArgs } from "node:util";
import { nearest } from "../core/index.ts";
import { UsageError } from "./terminal.ts";

export interface Arguments {
  readonly words: readonly string[];
  /** Whether a flag without a value was given. */
  has(name: string): boolean;
  /** The last value that was given; null where there is none. */
  value(name: string): string | null;
  /** All values of a flag that may be repeated, in their order. */
  values(name: string): readonly string[];
  /** One of the allowed values; the first where none was given. */
  choice<Value extends string>(name: string, allowed: readonly [Value, ...Value[]]): Value;
}

/** A flag of a command. */
export interface Flag {
  /** What stands for its value in the help, such as `FILE`; null where it takes none. */
  readonly value: string | null;
  /** What it does, in one line. */
  readonly about: string;
}

/** Flags of one command, by name. */
export type Flags = Readonly<Record<string, Flag>>;

/**
 * Reads a command's words.
 * @throws UsageError that names the flag and the nearest right one.
 */
export function readArguments(command: string, args: readonly string[], flags: Flags): Arguments {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value }]) => [
      name,
      { type: value === null ? ("boolean" as const) : ("string" as const), multiple: true },
    ]),
  );
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option") {
      continue;
    }
    const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
    if (flag === undefined) {
      throw new UsageError(unknownFlag(command, token.rawName, flags));
    }
    if (flag.value !== null && token.value === undefined) {
      throw new UsageError(`${token.rawName} expects a value.`);
    }
    if (flag.value === null && token.value !== undefined) {
      throw new UsageError(`${token.rawName} takes no value.`);
    }
  }
  const all = (name: string): readonly string[] =>
    [values[name] ?? []].flat().filter((value) => typeof value === "string");
  const last = (name: string): string | null => all(name).at(-1) ?? null;
  return {
    words: positionals,
    has: (name) => values[name] !== undefined,
    value: last,
    values: all,
    choice(name, allowed) {
      const given = last(name);
      if (given === null) {
        return allowed[0];
      }
      const found = allowed.find((value) => value === given);
      if (found !== undefined) {
        return found;
      }
      const guess = nearest(given, allowed);
      const hint = guess === null ? "" : ` Did you mean ${guess}?`;
      throw new UsageError(`--${name} is ${given}: expected ${allowed.join(", ")}.${hint}`);
    },
  };
}

function unknownFlag(command: string, name: string, flags: Flags): string {
  const guess = nearest(
    name,
    Object.keys(flags).map((flag) => `--${flag}`),
  );
  const hint = guess === null ? "" : ` Did you mean ${guess}?`;
  return `${command} has no flag ${name}.${hint || ` ${command} --help lists its flags.`}`;
}
