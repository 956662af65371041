import { judge, measure } from "../__tests__/intent/labels.ts";

const all = process.argv.includes("--all");
const result = measure(all ? () => true : (label) => label.kind === "conf");
for (const miss of result.misses) {
  console.log(
    `${miss.label.serves_websocket} → ${miss.serves ?? "not found"}  ${miss.label.file}:${miss.label.location_line} ${miss.label.location_arg}`,
  );
  console.log(`    label: ${miss.label.evidence}`);
  for (const evidence of miss.evidence) console.log(`    ours:  ${evidence}`);
}
console.log(result.table);
if (all) console.log(judge());
