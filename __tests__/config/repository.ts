import { Documents } from "../../src/core/repository/documents.ts";
import type { Config, Level, Use } from "../../src/core/config/level.ts";
import { resolve } from "../../src/core/config/resolve.ts";
import type { ResolveOptions } from "../../src/core/config/include-finder.ts";
import type { Policy } from "../../src/core/policy/policy.ts";
import { loadPolicy } from "../../src/core/policy-file/load.ts";

export type Texts = Readonly<Record<string, string>>;

/** A repository of these files; those in `unread` are listed, but their text is not there yet; `links` lead to their text. */
export function repository(
  texts: Texts,
  unread: ReadonlySet<string> = new Set(),
  links: ReadonlySet<string> = new Set(),
): Documents {
  return new Documents({
    list: () => Object.keys(texts),
    read: (path) => (unread.has(path) ? undefined : texts[path]),
    isLink: (path) => links.has(path),
  });
}

/** The policy of a file that says this. */
export function policyOf(text = ""): Policy {
  const loaded = loadPolicy(text, "policy.yml");
  if ("problems" in loaded) {
    throw new Error(loaded.problems[0]?.message);
  }
  return loaded.policy;
}

/** What nginx would load; the first file is the root. */
export function configOf(
  texts: Texts,
  options: Partial<ResolveOptions> = {},
  links?: ReadonlySet<string>,
): Config {
  const [root = ""] = Object.keys(texts);
  const config = resolve(repository(texts, new Set(), links), root, {
    kind: "main",
    prefixes: new Map(),
    ...options,
  });
  if (config === null) {
    throw new Error(`${root} is not there`);
  }
  return config;
}

/** The level of the first block that opens like this anywhere, e.g. `location /ws`. */
export function levelOf(config: Config, opening: string): Level {
  const search = (level: Level): Level | null => {
    for (const { inner, name, parameters } of level.uses) {
      if (inner === null) {
        continue;
      }
      const found = [name, ...parameters].join(" ") === opening ? inner : search(inner);
      if (found !== null) {
        return found;
      }
    }
    return null;
  };
  const level = search(config.main);
  if (level === null) {
    throw new Error(`no ${opening}`);
  }
  return level;
}

/** Directives as text, with the file of each where it is not the root. */
export function written(uses: readonly Use[]): string[] {
  return uses.map(({ name, parameters }) => [name, ...parameters].join(" "));
}
