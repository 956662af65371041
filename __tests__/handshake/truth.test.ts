import { describe, expect, test } from "vitest";
import {
  compareExperiment,
  experiments,
  experimentVersions,
  hasData,
  runningTime,
  type VersionKey,
} from "../nginx/truth.ts";
import { compareLocations, isAnswered } from "../nginx/truth-locations.ts";

/** As many of the labelled locations hang on what their files do not say: see `npm run truth`. */
const UNKNOWN = 22;

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
    const wrong = compared.filter(({ differences }) => differences.length > 0);
    const answered = compared.filter(isAnswered);
    expect(report(wrong)).toSatisfy(() => wrong.length <= answered.length * 0.01);
  });

  test("each that is not known has its reason", () => {
    const unknown = compared.filter((each) => !isAnswered(each));
    expect(unknown.filter(({ reasons }) => reasons.length === 0)).toEqual([]);
    expect(report(unknown)).toSatisfy(() => unknown.length <= UNKNOWN);
  });
});

function report(locations: ReturnType<typeof compareLocations>): string {
  return locations
    .map(
      ({ location, differences, reasons }) =>
        `${location.file}:${location.location_line}: ${[...differences, ...reasons].join("; ")}`,
    )
    .join("\n");
}
