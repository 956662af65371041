import { asNonEmpty } from "./headers.ts";
import { block, type World } from "./world.ts";

const sources = [
  "$http_upgrade",
  "$http_upgrade",
  "$http_upgrade",
  "$http_connection",
  '"$http_upgrade"',
  "$http_upgrade:$http_connection",
  "$arg_token",
  "$uri",
  "$host",
  "$HTTP_UPGRADE",
  "$http_missing",
] as const;

/** Whole maps as people write them, right and wrong. */
const usualEntries: readonly [readonly string[], ...(readonly string[])[]] = [
  ["default upgrade;", "'' close;"],
  ["default upgrade;", "'' '';"],
  ['default "upgrade";', '"" "";'],
  ["'' close;", "default upgrade;"],
  ["websocket upgrade;", "default close;"],
  ["websocket upgrade;", "default '';"],
  ["WebSocket upgrade;", "default close;"],
  ["default close;", "'' upgrade;"],
  ["'' close;"],
  ["websocket upgrade;"],
  ["~websocket upgrade;", "default close;"],
  ["~WebSocket upgrade;", "default close;"],
  ["~*WebSocket upgrade;", "default close;"],
  ["default $http_connection;"],
  ["default '';", "websocket websocket;"],
  ["default upgrade;"],
];

const keys = [
  "''",
  '""',
  "websocket",
  '"websocket"',
  "WEBSOCKET",
  "h2c",
  "~^web",
  "~*^WEB",
  "~socket$",
  '"~^(?<captured>w)"',
  '"~* sock"',
  "~.",
  "websocket:Upgrade",
  "~*:upgrade$",
  "example.test",
  "*.example.test",
  ".example.test",
  "www.*",
  "/ws",
  "~^/ws/(?<rest>.+)$",
  "\\default",
  "\\volatile",
  "t",
] as const;

const values = [
  "upgrade",
  '"upgrade"',
  "close",
  "''",
  '""',
  "websocket",
  "$http_connection",
  "$http_upgrade",
  "$host",
  '"[$uri]"',
  "'up grade'",
] as const;

/** Maps of the http level. The variables that they define are added to the world. */
export function mapBlocks(world: World): string[] {
  const { random } = world;
  const names = ["$connection_upgrade", "$ws_connection", "$mapped"].slice(0, random.between(0, 3));
  const lines: string[] = [];
  for (const name of names) {
    lines.push(...oneMap(world, name));
    if (random.chance(0.05)) {
      lines.push(...oneMap(world, name));
    }
    world.variables.push(name);
  }
  if (random.chance(0.03)) {
    const own = oneMap(world, "$http_connection");
    // Other maps read it: one that nginx works out anew each time, for a value that it has a part in, takes it for ever.
    const isEndless = [...lines, ...own, ...Object.values(world.files)].some((text) =>
      /^\s*volatile;/m.test(text),
    );
    if (!isEndless) {
      lines.push(...own);
    }
  }
  return lines;
}

function oneMap(world: World, name: string): string[] {
  const { random } = world;
  const source =
    world.variables.length > 0 && random.chance(0.1)
      ? random.pick(asNonEmpty(world.variables))
      : random.pick(sources);
  const entries = random.chance(0.6) ? [...random.pick(usualEntries)] : freeEntries(world);
  if (random.chance(0.05)) {
    entries.unshift("hostnames;");
  }
  if (random.chance(0.05)) {
    entries.unshift("volatile;");
  }
  if (random.chance(0.06)) {
    const path = `maps/${Object.keys(world.files).length}.map`;
    world.files[path] = `${entries.splice(0, random.between(1, entries.length)).join("\n")}\n`;
    entries.push(`include ${path};`);
  }
  return block(`map ${source} ${name}`, entries);
}

function freeEntries(world: World): string[] {
  const { random } = world;
  const chosen = new Map<string, string>();
  for (let count = random.between(1, 5); count > 0; count--) {
    const key = random.pick(keys);
    // nginx refuses a key that is there already, and compares keys without quotes and case, and `.x` with `*.x` and `x`.
    chosen.set(
      key
        .replace(/^["']|["']$/g, "")
        .replace(/^\*?\./, "")
        .toLowerCase(),
      key,
    );
  }
  if (random.chance(0.6)) {
    chosen.set("default", "default");
  }
  return random.shuffle([...chosen.values()]).map((key) => `${key} ${random.pick(values)};`);
}
