import { expect, test } from "vitest";
import { analyse, type Policy } from "../../src/core/index.ts";
import { parse } from "../../src/core/syntax/parse.ts";
import { type Fixture, loadFixtures } from "./fixtures.ts";

const site = "conf.d/site.conf";

const fixtures = loadFixtures().filter(({ isBad, isFolder }) => !isBad && !isFolder);

/** Where two faults in a row, or Lua without its brace, leave nothing to go by. */
const beyond = new Set(["syntax/good-unusual", "upgrade-header/good-lua-goes-elsewhere"]);

/** What is found in the file besides what nginx cannot read, each as its rule and message; null where nginx can. */
function others(base: Fixture["base"], policy: Policy, text: string): string[] | null {
  const files = {
    list: () => [...Object.keys(base), site],
    read: (path: string) => (path === site ? text : base[path]),
  };
  const { findings } = analyse(files, { policy });
  return findings.some(({ rule }) => rule === "syntax")
    ? findings
        .filter(({ rule, severity }) => rule !== "syntax" && severity !== "notice")
        .map(({ rule, message }) => `${rule}: ${message}`)
    : null;
}

/** The offsets of what holds a configuration together, outside of comments. */
function joints(text: string): number[] {
  const { comments } = parse(text);
  return Array.from(text.matchAll(/[;{}"']/g), ({ index }) => index).filter((at) =>
    comments.every(({ start, end }) => at < start || end <= at),
  );
}

test.each(fixtures.map((each) => [`${each.rule}/${each.name}`, each] as const))(
  "%s: one missing character is one finding, whichever it is",
  (name, { base, added, policy }) => {
    const text = added[site] ?? "";
    const found = beyond.has(name)
      ? []
      : joints(text).flatMap((at) =>
          (others(base, policy, text.slice(0, at) + text.slice(at + 1)) ?? []).map(
            (finding) => `${at}, without ${text.charAt(at)}: ${finding}`,
          ),
        );
    expect(found).toEqual([]);
  },
);
