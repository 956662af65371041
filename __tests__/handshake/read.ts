import { Documents } from "../../src/core/repository/documents.ts";
import type { Config, Level, Use } from "../../src/core/config/level.ts";
import { resolve } from "../../src/core/config/resolve.ts";
import { proxyingLevels } from "../../src/core/request/pass.ts";

/** A whole configuration from the inside of its `http` block. */
export function httpBlock(body: string): Config {
  return read(`events {}\nhttp {\n${body}\n}\n`, "main");
}

/** One file by itself. */
export function read(text: string, kind: Config["kind"]): Config {
  const documents = new Documents({ read: () => text, list: () => ["nginx.conf"] });
  const config = resolve(documents, "nginx.conf", { kind, prefixes: new Map() });
  if (config === null) {
    throw new Error("the file is there");
  }
  return config;
}

/** The proxying level whose pass has this parameter, the only one by default. */
export function proxying(config: Config, address?: string): { level: Level; pass: Use } {
  const found = proxyingLevels(config).find(
    ({ pass }) => address === undefined || pass.parameters[0] === address,
  );
  if (found === undefined) {
    throw new Error(`nothing is passed to ${address ?? "any server"}`);
  }
  return found;
}
