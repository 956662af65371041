import { judge, measure } from "../__tests__/intent/labels.ts";
import { measureRepairs } from "../__tests__/intent/repairs.ts";
import { absent } from "../__tests__/syntax/corpus.ts";

if (absent) {
  console.error("../shared/data is not there: nothing to compare with");
  process.exit(1);
}
const { misses, table } = measure();
for (const { label, serves, evidence } of misses) {
  console.log(
    `${label.serves_websocket} → ${serves ?? "not found"}  ${label.file}:${label.location_line} ${label.location_arg}`,
  );
  console.log(`    label: ${label.evidence}`);
  for (const each of evidence) {
    console.log(`    ours:  ${each}`);
  }
}
console.log(table);
console.log(judge().text);

const repairs = measureRepairs();
console.log(["", ...repairs.misses, ...repairs.falseClaims, repairs.table].join("\n"));
