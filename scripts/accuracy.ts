import { judge, measure } from "../__tests__/intent/labels.ts";
import { absent } from "../__tests__/syntax/corpus.ts";

if (absent) {
  console.error("../shared/data is not there: nothing to compare with");
  process.exit(1);
}
const all = process.argv.includes("--all");
const { misses, table } = measure(all ? () => true : (label) => label.kind === "conf");
for (const { label, serves, evidence } of misses) {
  console.log(
    `${label.serves_websocket} → ${serves ?? "not found"}  ${label.file}:${label.location_line} ${label.location_arg}`,
  );
  console.log(`    label: ${label.evidence}`);
  for (const each of evidence) console.log(`    ours:  ${each}`);
}
console.log(table);
if (all) console.log(judge());
