import { parseArgs } from "node:util";
import {
  compareExperiment,
  experiments,
  experimentVersions,
  hasData,
  runningTime,
  type VersionKey,
} from "../__tests__/nginx/truth.ts";
import { compareGenerated, describeDisagreements } from "../__tests__/nginx/truth-generated.ts";
import {
  compareLocations,
  isAnswered,
  type MeasuredLocation,
} from "../__tests__/nginx/truth-locations.ts";

/*
 * How far the simulation says what real nginx does: `npm run truth -- --count 3000 --seed 7`. Exit status 1 where the two
 * disagree about a generated configuration.
 */
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
  },
});

if (hasData) {
  printExperiments();
  printLocations();
} else {
  print("../shared/data is not there: no experiments and no labelled locations.");
}

const tally = await compareGenerated(
  Number(values.seed),
  Number(values.from),
  Number(values.count),
);
print(describeDisagreements(tally.disagreements));
print(
  `${tally.configurations} generated configurations (SEED=${values.seed}): ${tally.refused} refused by nginx, ` +
    `${tally.answered} requests compared, ${tally.unknown} not known, ${tally.disagreements.length} disagreements.`,
);
process.exitCode = tally.disagreements.length > 0 ? 1 : 0;

function printExperiments(): void {
  const keys = Object.keys(experimentVersions) as VersionKey[];
  const all = experiments().flatMap((experiment) => keys.map((key) => ({ experiment, key })));
  const different = all.flatMap(({ experiment, key }) => {
    const differences = compareExperiment(experiment, key);
    const excuse = runningTime[experiment.id];
    const lines = excuse === undefined ? indented(differences) : indented([excuse]);
    return differences.length > 0 ? [`${experiment.id} on ${key}`, ...lines] : [];
  });
  print(...different, `${all.length} experiments compared.`, "");
}

function printLocations(): void {
  const compared = compareLocations();
  const answered = compared.filter(isAnswered);
  const wrong = compared.filter(({ differences }) => differences.length > 0);
  const inData = compared.filter(({ isInData }) => isInData);
  const unknown = compared.filter((each) => !isAnswered(each));
  print(
    ...unknown.flatMap(({ location, reasons, isInData }) => [
      `${placeOf(location)} is not known${isInData ? "" : ` (label: ${location.note})`}`,
      ...indented(reasons),
    ]),
    ...wrong.flatMap(({ location, differences }) => [
      `${placeOf(location)} differs`,
      ...indented(differences),
    ]),
    `${compared.length} labelled locations: ${answered.length} with an answer, of these ${wrong.length} different from ` +
      `what was measured; ${unknown.length} not known, ${unknown.filter(({ isInData }) => isInData).length} of them of ` +
      `the ${inData.length} for which the labels miss nothing.`,
    "",
  );
}

function placeOf({ file, location_line: line }: MeasuredLocation): string {
  return `${file}:${line}`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}

function print(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}
