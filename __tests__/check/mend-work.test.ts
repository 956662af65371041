import { describe, expect, test } from "vitest";
import { groupsOf } from "../../src/core/check/group.ts";
import { Mender } from "../../src/core/check/mend.ts";
import { run } from "../../src/core/check/run.ts";
import { Documents } from "../../src/core/repository/documents.ts";
import { oldestVersion } from "../../src/core/nginx/versions.ts";
import type { Files } from "../../src/core/repository/document.ts";
import { defaultPolicy } from "../../src/core/policy-file/schema.ts";
import { givenUpInWords } from "../../src/core/report/given-up.ts";

const policy = { ...defaultPolicy, nginxVersion: "1.22.1" };

function filesOf(servers: string): Files {
  const text = `events {}\nhttp {\n${servers}}\n`;
  return { list: () => ["nginx.conf"], read: () => text };
}

function server(name: number, locations: string): string {
  return `server {\nlisten 80;\nserver_name s${name}.test;\n${locations}}\n`;
}

const pass = "proxy_pass http://127.0.0.1:3000;\n";

/** Locations in each other, as deep as that; each lacks all that a handshake needs. */
function nested(depth: number): string {
  const paths = Array.from({ length: depth }, (_, index) => `/ws${"/a".repeat(index)}`);
  return `${paths.map((path) => `location ${path} {\n${pass}`).join("")}${"}\n".repeat(depth)}`;
}

/** All fixes are looked for. */
function mended(files: Files, most?: number) {
  const documents = new Documents(files);
  const of = run({ documents, policy, paths: undefined, versions: [oldestVersion] });
  const groups = groupsOf(of.entries);
  const mender = new Mender(of, groups, most);
  const found = groups.filter((group) => mender.everywhere(group) !== null);
  return { mender, groups, found, locations: of.located.length };
}

describe("the work of proving fixes", () => {
  test.each([5, 50])(
    "of %i servers with a location in another: each layer is proven at once",
    (count) => {
      const servers = Array.from({ length: count }, (_, index) => server(index, nested(2)));
      const { mender, groups, found, locations } = mended(filesOf(servers.join("")));
      expect(groups).toHaveLength(2 * count);
      expect(found).toEqual(groups);
      expect(locations).toBe(2 * count);
      // A location of the outer layer has 4 levels, one of the inner 5.
      expect(mender.work).toBe(2 * (4 + 5) * count);
      expect(mender.givenUp.size).toBe(0);
    },
  );

  test("of locations deep in each other ends, and what is left has no fix and is named", () => {
    const most = 2000;
    const { mender, groups, found } = mended(filesOf(server(0, nested(60))), most);
    const one = 60 * 4 + (60 * 61) / 2;
    expect(mender.work).toBeGreaterThanOrEqual(most);
    expect(mender.work).toBeLessThanOrEqual(most + one);
    expect(found.length).toBeGreaterThan(0);
    expect([...found, ...mender.givenUp]).toEqual(groups);
  });

  test("has no bound that ordinary configurations come near", () => {
    const { mender, groups, found } = mended(filesOf(server(0, nested(20))));
    expect(found).toEqual(groups);
    expect(mender.givenUp.size).toBe(0);
  });
});

test("what has no fix for that reason is said in a sentence", () => {
  expect(givenUpInWords({ findingsGivenUp: 0 })).toEqual([]);
  expect(givenUpInWords({ findingsGivenUp: 12 })).toEqual([
    "No fix was looked for any further for 12 findings: locations are nested so deep here, or so many, that proving fixes takes too long.",
  ]);
});
