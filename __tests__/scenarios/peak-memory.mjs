import { writeFileSync } from "node:fs";

// Loaded before the Action with `--import`: says how much memory it took at most, in bytes.
process.on("exit", () => {
  const file = process.env.PEAK_MEMORY_FILE;
  if (file) {
    writeFileSync(file, String(process.resourceUsage().maxRSS * 1024));
  }
});
