import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "../src/core/syntax/parse.ts";
import { type Generated, largeFile, largeFiles, manyFiles } from "./bench/configuration.ts";
import { build } from "./build.ts";
import { findNginx } from "./fetch-nginx.ts";

/** A process to measure. */
interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The exit codes that are no failure. */
  readonly codes?: readonly number[];
}

interface NginxConf {
  parse(text: string, callback: (error: Error | null) => void): void;
}

interface NginxConfigParser {
  parseFromString(text: string): unknown;
}

/** Runs of a quick thing and of one that takes seconds, after one that does not count. */
const many = 15;
const few = 5;

const require = createRequire(import.meta.url);
const root = mkdtempSync(join(tmpdir(), "bench-"));
const bundle = join(root, "bundle");
const guard = join(bundle, "cli.js");

try {
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}, load ${loadavg()[0]?.toFixed(1)}; medians of ${few} to ${many} runs\n`,
  );
  await build(bundle);
  parsing();
  await checking();
  startUp();
} finally {
  rmSync(root, { recursive: true });
}

function parsing(): void {
  const source = largeFile({ lines: 50_000 }).get("nginx.conf") ?? "";
  const nginxConf = require("nginx-conf") as NginxConf;
  const configParser = require("nginx-config-parser") as NginxConfigParser;
  const [own = 0, first = 0, second = 0] = inTurns(many, [
    () => elapsed(() => parse(source)),
    () => elapsed(() => nginxConf.parse(source, rethrow)),
    () => elapsed(() => configParser.parseFromString(source)),
  ]);
  const speed = (ms: number): string =>
    `${(Buffer.byteLength(source) / 1e6 / (ms / 1000)).toFixed(1)} MB/s`;
  print("parse, with spans", speed(own));
  print("  nginx-conf", speed(first), goal("at least twice as fast", 2 * own <= first));
  print("  nginx-config-parser", speed(second));
}

async function checking(): Promise<void> {
  const nginx = await findNginx();
  const sound = write("sound", largeFile({ lines: 50_000 }));
  if ("unavailable" in nginx) {
    print("nginx -t of 50,000 lines", nginx.unavailable);
    print("check of 50,000 lines", milliseconds(processes(few, [check(sound)])[0]));
  } else {
    const args = ["-t", "-q", "-p", `${sound}/`, "-c", "nginx.conf"];
    const test = { program: nginx.path, args, cwd: sound, env: nginx.env };
    const [own = 0, its = 0] = processes(many, [check(sound), test]);
    print("check of 50,000 lines", milliseconds(own), goal("at most nginx -t", own <= its));
    print(`  nginx ${nginx.version} -t`, milliseconds(its));
  }

  for (const isBroken of [false, true]) {
    const folders = [1, 3, 10].map((count) =>
      write(`${isBroken}-${count}`, largeFiles(count, { lines: 50_000, broken: isBroken })),
    );
    const times = processes(few, folders.map(check));
    const [once = 0, , tenfold = 0] = times;
    const what = isBroken ? "the same with findings and fixes" : "1, 3, 10 files of 50,000 lines";
    print(what, times.map(milliseconds).join(", "));
    const factor = tenfold / once;
    print("  10 beside 1", `${factor.toFixed(1)} ×`, goal("at most 11 ×", factor <= 11));
    print("  peak memory", folders.map(megabytes).join(", "));
  }

  const folder = write("many", manyFiles());
  print("5,000 files, 200 of them included", milliseconds(processes(few, [check(folder)])[0]));
  print("  peak memory", megabytes(folder));
}

function startUp(): void {
  const empty = write("empty", new Map([["README.md", "Nothing of nginx\n"]]));
  const action = {
    ...node([join(bundle, "index.js")], empty),
    env: {
      GITHUB_EVENT_NAME: "push",
      GITHUB_WORKSPACE: empty,
      GITHUB_OUTPUT: join(write("output", new Map([["output", ""]])), "output"),
      GITHUB_STEP_SUMMARY: join(write("summary", new Map([["summary", ""]])), "summary"),
    },
  };
  const [bare = 0, cli = 0, nothing = 0, its = 0] = processes(many, [
    node(["-e", "0"], empty),
    node([guard, "--version"], empty),
    check(empty),
    action,
  ]);
  const over = (ms: number): string => `${milliseconds(ms)}, ${(ms - bare).toFixed(1)} ms more`;
  print("node -e 0", milliseconds(bare));
  print("  the command line", over(cli), goal("at most 15 ms more", cli - bare <= 15));
  print("  check, nothing to do", over(nothing));
  print("  the Action, nothing to do", over(its), goal("at most 60 ms more", its - bare <= 60));
}

function check(folder: string): Command {
  return { ...node([guard, "check"], folder), codes: [0, 1] };
}

function node(args: readonly string[], cwd: string): Command {
  return { program: process.execPath, args, cwd };
}

/** Writes the files into a new folder and gives its path. */
function write(name: string, files: Generated): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** How long each process takes from its start to its end, in milliseconds. */
function processes(runs: number, commands: readonly Command[]): number[] {
  return inTurns(
    runs,
    commands.map((command) => () => elapsed(() => run(command))),
  );
}

function run({ program, args, cwd, env = {}, codes = [0] }: Command): string {
  const { status, stderr, error } = spawnSync(program, args, {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", ...env },
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (error !== undefined) {
    throw error;
  }
  if (!codes.includes(status ?? -1)) {
    throw new Error(`${program} ${args.join(" ")} ended with ${status}:\n${stderr}`);
  }
  return stderr;
}

/** The most that a check holds, as the system counts it. */
function megabytes(folder: string): string {
  const tell = `process.on("exit", () => process.stderr.write("peak " + process.resourceUsage().maxRSS));`;
  const command = check(folder);
  const args = ["--import", `data:text/javascript,${encodeURIComponent(tell)}`, ...command.args];
  const kilobytes = /peak (\d+)$/.exec(run({ ...command, args }))?.[1];
  return `${Math.round(Number(kilobytes) / 1024)} MB`;
}

/** Measures the things in turns, so that what else the machine does meets them alike. @returns the median of each */
function inTurns(runs: number, measures: readonly (() => number)[]): number[] {
  const results = measures.map((measure): number[] => {
    measure();
    return [];
  });
  for (let run = 0; run < runs; run++) {
    for (const [index, measure] of measures.entries()) {
      results[index]?.push(measure());
    }
  }
  return results.map((times) => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN);
}

function elapsed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function rethrow(error: Error | null): void {
  if (error !== null) {
    throw error;
  }
}

function milliseconds(ms: number | undefined): string {
  return `${(ms ?? Number.NaN).toFixed(1)} ms`;
}

function goal(text: string, isMet: boolean): string {
  return `goal: ${text}; ${isMet ? "met" : "MISSED"}`;
}

function print(what: string, figure: string, remark = ""): void {
  console.log(`${what.padEnd(46)}${figure.padEnd(36)}${remark}`.trimEnd());
}
