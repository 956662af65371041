import { describe, expect, test } from "vitest";
import { groupBy } from "../../src/core/basics/collections.ts";
import type { Profile } from "../../src/core/index.ts";
import { folderWith, guard } from "../cli/program.ts";
import { absent, corpus } from "../syntax/corpus.ts";

/** Which rules must name the fault of each case; other findings may stand beside. */
const named: readonly (readonly [name: string, profile: Profile, rules: readonly string[]])[] = [
  ["01-missing-http-version", "recommended", ["http-version"]],
  ["02-missing-upgrade", "recommended", ["upgrade-header"]],
  ["03-missing-connection", "recommended", ["connection-header"]],
  ["04-inheritance-loss", "recommended", ["header-inheritance"]],
  ["05-include-connection-close", "recommended", ["contradictory-header"]],
  ["06-connection-empty-inherited", "recommended", ["connection-header"]],
  ["07-map-missing", "recommended", ["undefined-variable"]],
  ["08-hardcoded-upgrade-keepalive", "recommended", ["hardcoded-upgrade"]],
  ["09-regex-shadows-ws", "recommended", ["location-shadowed"]],
  ["10-h2c-http-connection", "recommended", ["connection-passthrough"]],
  ["10-h2c-http-connection", "hardened", ["h2c-smuggling", "connection-passthrough"]],
  ["11-h2c-official-map", "hardened", ["h2c-smuggling"]],
  ["12-map-close-kills-keepalive", "recommended", ["keepalive-defeated"]],
  ["13-default-read-timeout", "recommended", ["idle-timeout"]],
  ["14-explicit-http10", "recommended", ["http-version"]],
  ["15-map-inverted", "recommended", ["connection-map"]],
  ["16-upgrade-gets-connection-var", "recommended", ["upgrade-header"]],
  ["17-typo-http-var", "recommended", ["upgrade-header"]],
  ["18-included-headers-lost", "recommended", ["header-inheritance"]],
  ["19-ws-fragment", "recommended", ["upgrade-header", "connection-header"]],
  ["20-envsubst-template", "recommended", ["connection-header"]],
];

describe.skipIf(absent !== "")(`cases that other tools were tried with${absent}`, () => {
  test.each(named)("%s in the %s profile", (name, profile, rules) => {
    expect(findings(name, profile).map(({ rule }) => rule)).toEqual(
      expect.arrayContaining([...rules]),
    );
  });

  test.each(["00-good-nginx-org-map", "00-good-safe-map"])("nothing in %s", (name) => {
    expect(findings(name, "recommended")).toEqual([]);
  });

  test("each case is one of these", () => {
    const names = [...folders().keys()].filter((name) => /^\d\d-/.test(name));
    const tried = new Set([
      ...named.map(([name]) => name),
      "00-good-nginx-org-map",
      "00-good-safe-map",
    ]);
    expect(names.toSorted()).toEqual([...tried].toSorted());
  });
});

interface Found {
  readonly rule: string;
  readonly message: string;
}

/** What the command line says of the case's files. */
function findings(name: string, profile: Profile): readonly Found[] {
  const folder = folderWith(Object.fromEntries(folders().get(name) ?? []));
  const { status, stdout, stderr } = guard(folder, [
    "check",
    "--format",
    "json",
    "--profile",
    profile,
    "--fail-on",
    "never",
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return (JSON.parse(stdout) as { findings: Found[] }).findings;
}

/** The files of each case, by their paths in its folder. */
function folders(): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const byFolder = groupBy(corpus("peer-cases"), ({ path }) => path.split("/")[1]);
  return new Map(
    [...byFolder].map(([name = "", files]) => [
      name,
      new Map(files.map(({ path, text }) => [path.split("/").slice(2).join("/"), text])),
    ]),
  );
}
