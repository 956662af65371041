import { describe, expect, test } from "vitest";
import {
  compareExperiment,
  experiments,
  experimentVersions,
  hasData,
  type VersionKey,
} from "../nginx/truth.ts";
import { compareLocations } from "../nginx/truth-locations.ts";

/** What a configuration does not say: which servers run, and what they answer. */
const runningTime: Readonly<Record<string, string>> = {
  E85: "the first server is down, and error_page 502 leads to another",
  E88: "the head that was recorded of the plain request is that of the subrequest",
  E90: "the subrequest's 101 ends the connection before anything reaches the server",
  E123: "a 101 for a client that did not ask leaves it waiting: no head was recorded",
  E164: "the server's 426 closes the connection",
  E165: "the server is down",
};

const absent = hasData ? "" : " (skipped: ../shared/data is not there)";
const versions = Object.keys(experimentVersions) as VersionKey[];

describe.skipIf(!hasData)(`experiments on real nginx${absent}`, () => {
  const all = experiments().filter(({ id }) => !(id in runningTime));
  test.for(all.flatMap((experiment) => versions.map((key) => ({ experiment, key }))))(
    "$experiment.id on $key: $experiment.description",
    ({ experiment, key }) => {
      expect(compareExperiment(experiment, key)).toEqual([]);
    },
  );
});

describe.skipIf(!hasData)(`locations of real repositories${absent}`, () => {
  const compared = compareLocations();

  test("what we say of the headers is what nginx sent", () => {
    const answered = compared.filter(({ hasAnswer }) => hasAnswer);
    const wrong = answered.filter(({ differences }) => differences.length > 0);
    expect(report(wrong)).toSatisfy(() => wrong.length <= answered.length * 0.01);
  });

  test("hardly anything stays unknown where nothing is missing", () => {
    const decided = compared.filter(({ isDecided }) => isDecided);
    const unknown = decided.filter(
      ({ verdict }) => verdict === null || verdict.strict === "unknown",
    );
    expect(report(unknown)).toSatisfy(() => unknown.length <= decided.length * 0.05);
  });
});

function report(locations: ReturnType<typeof compareLocations>): string {
  return locations
    .map(
      ({ location, differences }) =>
        `${location.file}:${location.location_line}: ${differences.join("; ")}`,
    )
    .join("\n");
}
