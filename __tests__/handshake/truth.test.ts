import { describe, expect, test } from "vitest";
import {
  compareExperiment,
  experiments,
  experimentVersions,
  hasData,
  runningTime,
  type VersionKey,
} from "../nginx/truth.ts";
import { compareLocations } from "../nginx/truth-locations.ts";

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
