import { spawn } from "node:child_process";
import { join, resolve } from "node:path";

/** The folder of package.json. */
export const project = resolve(import.meta.dirname, "..");

/** The tools see a pipe; who reads it in the end decides. */
const colours = process.stdout.isTTY ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" };

export interface ToolResult {
  /** Null where the tool was ended. */
  readonly code: number | null;
  /** Both streams as they came, without blank space at the end. */
  readonly output: string;
}

/** Runs a program of `node_modules/.bin` in the project's folder on this Node, without standard input. */
export function runTool(
  name: string,
  args: readonly string[],
  timeoutMs = 10 * 60_000,
): Promise<ToolResult> {
  return run(process.execPath, [join(project, "node_modules", ".bin", name), ...args], timeoutMs);
}

/** Runs any program in the project's folder, without standard input. */
export async function run(
  program: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<ToolResult> {
  const child = spawn(program, args, {
    cwd: project,
    env: { ...process.env, ...colours },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: timeoutMs,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((settle, reject) => {
    child.once("error", reject);
    child.once("close", settle);
  });
  return { code, output: output.trimEnd() };
}
