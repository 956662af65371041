import { readFileSync } from "node:fs";
import { run } from "./run.ts";

process.exitCode = run(process.argv.slice(2), {
  cwd: process.cwd(),
  program: process.argv[1] ?? "",
  color: process.stdout.isTTY && !process.env["NO_COLOR"],
  width: process.stdout.columns ?? 80,
  write: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
  progress: progressOf(process.stderr),
  input: () => readFileSync(0, "utf8"),
});

/** One line that each step writes over, on a terminal only. */
function progressOf(stream: NodeJS.WriteStream): (step: string | null) => void {
  if (!stream.isTTY) {
    return () => {};
  }
  return (step) => {
    const line = step === null ? "" : step.slice(0, stream.columns - 1);
    stream.write(`\r\u{1b}[K${line}`);
  };
}
