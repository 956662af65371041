import { parseArgs } from "node:util";
import { describeFailures, tryFixes } from "../__tests__/nginx/fix-property.ts";

/*
 * Whether fixes and suggestions hold what they promise: `npm run properties -- --count 3000 --seed 7`. Exit status 1 where
 * one does not. `--from` starts at another case, so that one case alone can be seen again.
 */
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
  },
});

const { configurations, fixes, suggestions, unmended, failures } = await tryFixes(
  Number(values.seed),
  Number(values.from),
  Number(values.count),
);
print(describeFailures(failures));
print("Offered no fix, by rule, with cases to look at:");
for (const [rule, { count, examples }] of [...unmended].toSorted(
  ([, a], [, b]) => b.count - a.count,
)) {
  print(`  ${rule}: ${count} (${examples.join(", ")})`);
}
print(
  `${configurations} broken configurations (SEED=${values.seed}): ${fixes} fixes and ${suggestions} suggestions tried, ` +
    `${failures.length} failures.`,
);
process.exitCode = failures.length > 0 ? 1 : 0;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
