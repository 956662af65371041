import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { defaultPolicy, type Policy, type Profile } from "../../src/core/index.ts";
import { ruleNamed } from "../../src/core/rules/catalogue.ts";

export const fixturesFolder = import.meta.dirname;

type Texts = Readonly<Record<string, string>>;

/** One case of a rule, as it stands in the rule's folder (see README.md there). */
export interface Fixture {
  readonly rule: string;
  /** `bad-map`, without an ending. */
  readonly name: string;
  readonly isBad: boolean;
  /** Several files, with a main file of their own. */
  readonly isFolder: boolean;
  /** What is in the repository before. */
  readonly base: Texts;
  /** What the pull request adds or changes. */
  readonly added: Texts;
  /** These files after the suggestions are committed; null where there is no suggestion. */
  readonly fixed: Texts | null;
  readonly policy: Policy;
  /** The request target of the handshake that real nginx is asked. */
  readonly request: string;
  /** The `Connection` of that handshake; null for the probe's own. */
  readonly connection: string | null;
}

/** Loads a single file into what loads it, unless it is a main file itself. */
const main = { "nginx.conf": "events {}\nhttp {\n    include conf.d/*.conf;\n}\n" };

/** All fixtures, by rule and name. */
export function loadFixtures(): Fixture[] {
  return readdirSync(fixturesFolder)
    .filter((rule) => ruleNamed(rule) !== undefined)
    .flatMap((rule) =>
      readdirSync(join(fixturesFolder, rule))
        .filter(
          (entry) =>
            /^(?:bad|good)-/.test(entry) && !/\.(?:base|fixed|fixed\.conf|review\.md)$/.test(entry),
        )
        .map((entry) => loadFixture(rule, entry)),
    );
}

function loadFixture(rule: string, entry: string): Fixture {
  const path = join(fixturesFolder, rule, entry);
  const name = entry.replace(/\.conf$/, "");
  const isFolder = statSync(path).isDirectory();
  const texts = isFolder ? readFolder(path) : { "conf.d/site.conf": readFileSync(path, "utf8") };
  const before = existsSync(`${path}.base`) ? readFolder(`${path}.base`) : null;
  const added =
    before === null
      ? texts
      : Object.fromEntries(Object.keys(before).map((file) => [file, texts[file] ?? ""]));
  const settings = settingsOf(Object.values(added));
  return {
    rule,
    name,
    isBad: name.startsWith("bad-"),
    isFolder,
    base: before === null ? (isFolder ? {} : main) : { ...texts, ...before },
    added: withoutSettings(added),
    fixed: loadFixed(rule, name, isFolder),
    policy: {
      ...defaultPolicy,
      nginxVersion: settings.get("nginx-version") ?? null,
      profile: (settings.get("profile") as Profile | undefined) ?? defaultPolicy.profile,
      endpoints: wordsOf(settings.get("endpoints")),
      rules: new Map(
        wordsOf(settings.get("on")).map((id) => [id, { severity: "notice", options: {} }]),
      ),
    },
    request: settings.get("request") ?? "/ws",
    connection: settings.get("connection") ?? null,
  };
}

function wordsOf(text = ""): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function loadFixed(rule: string, name: string, isFolder: boolean): Texts | null {
  const path = fixedPath(rule, name, isFolder);
  if (!existsSync(path)) {
    return null;
  }
  return withoutSettings(
    isFolder ? readFolder(path) : { "conf.d/site.conf": readFileSync(path, "utf8") },
  );
}

/** Where the fixed form of a fixture stands: a file, or a folder with the changed files only. */
export function fixedPath(rule: string, name: string, isFolder: boolean): string {
  return join(fixturesFolder, rule, `${name}.fixed${isFolder ? "" : ".conf"}`);
}

function readFolder(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [relative(folder, path), readFileSync(path, "utf8")];
    }),
  );
}

const setting = /^# (nginx-version|profile|request|connection|endpoints|on): (.+)\n/;

function settingsOf(texts: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (let text of texts) {
    for (let match = setting.exec(text); match !== null; match = setting.exec(text)) {
      found.set(match[1] ?? "", match[2] ?? "");
      text = text.slice(match[0].length);
    }
  }
  return found;
}

/** The texts as nginx would have them. */
function withoutSettings(texts: Texts): Texts {
  return Object.fromEntries(
    Object.entries(texts).map(([path, text]) => {
      let rest = text;
      while (setting.test(rest)) {
        rest = rest.replace(setting, "");
      }
      return [path, rest];
    }),
  );
}
