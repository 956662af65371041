import type { Command } from "./command.ts";

type Commands = Readonly<Record<string, Command>>;

const program = "nginx-websocket-guard";

const statuses = `Exit status: 0 nothing at or above --fail-on, 1 findings (trace: a handshake that does not work), 2 wrong usage or unreadable input.
`;

/** What the program can do, one line for each command. */
export function overview(commands: Commands): string {
  const rows = Object.entries(commands).map(([name, { words, about }]) => [
    `${name} ${words}`,
    about,
  ]);
  return [
    `${program}: does a WebSocket handshake get through this nginx configuration?`,
    "",
    ...columns(rows),
    "",
    `${program} COMMAND --help tells a command's flags.`,
    statuses,
  ].join("\n");
}

/** What one command takes, and how it is used. */
export function usageOf(name: string, { words, about, flags, examples }: Command): string {
  const rows = Object.entries(flags).map(([flag, { value, about: meaning }]) => [
    value === null ? `--${flag}` : `--${flag} ${value}`,
    meaning,
  ]);
  return [
    `${program} ${name} ${words}`.trimEnd(),
    "",
    `${about.charAt(0).toUpperCase()}${about.slice(1)}.`,
    "",
    ...(rows.length > 0 ? [...columns(rows), ""] : []),
    "For example:",
    ...examples.map((example) => `  ${example.replace("GUARD", program)}`),
    "",
    statuses,
  ].join("\n");
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([first = ""]) => first.length));
  return rows.map(([first = "", second = ""]) => `  ${first.padEnd(width)}  ${second}`);
}
