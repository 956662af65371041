import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A lock older than this (milliseconds) was left by a process that died. */
const staleLock = 5 * 60_000;

/**
 * Makes the folder `package` in `cache` unless it is there, and gives its path. Only one process at a time works on it.
 * @param fill unpacks into `root`; may use the folder `work`, which is removed afterwards.
 */
export async function unpackedOnce(
  cache: string,
  fill: (apt: Apt, root: string) => Promise<void>,
): Promise<string> {
  const unpacked = join(cache, "package");
  const lock = join(cache, "lock");
  mkdirSync(cache, { recursive: true });
  while (!existsSync(unpacked)) {
    if (!makeLock(lock)) {
      await sleep(100);
      continue;
    }
    const work = join(cache, `work-${randomBytes(6).toString("hex")}`);
    try {
      if (!existsSync(unpacked)) {
        const root = join(work, "root");
        mkdirSync(root, { recursive: true });
        await fill(new Apt(work), root);
        renameSync(root, unpacked);
      }
    } finally {
      rmSync(work, { recursive: true, force: true });
      rmSync(lock, { recursive: true, force: true });
    }
  }
  return unpacked;
}

function makeLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (made !== undefined && Date.now() - made > staleLock) {
      rmSync(lock, { recursive: true, force: true });
    }
    return false;
  }
}

/**
 * The folders with shared libraries under `root`, as LD_LIBRARY_PATH wants them; those that a package keeps to itself too,
 * such as `pulseaudio`, where its libraries look for them by the path that they would be installed in.
 */
export function libraryFolders(root: string): string {
  const folders: string[] = [];
  for (const parent of ["usr/lib", "lib"].map((name) => join(root, name))) {
    if (!existsSync(parent)) {
      continue;
    }
    for (const name of readdirSync(parent).filter((each) => each.includes("-linux-"))) {
      const folder = join(parent, name);
      folders.push(folder, ...ownFolders(folder));
    }
  }
  return folders.join(delimiter);
}

function ownFolders(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .map(({ name }) => join(folder, name))
    .filter((each) => readdirSync(each).some((name) => /^lib.*\.so(?:\.|$)/.test(name)));
}

/** apt without root: where the machine has no package lists of its own, or old ones, they are fetched into `work`. */
export class Apt {
  readonly #work: string;
  readonly #ownLists: string[];
  #options = ["-o", "Acquire::Retries=0"];
  #usesOwnLists = false;

  constructor(work: string) {
    this.#work = work;
    const settings = {
      "Dir::State": join(work, "state"),
      "Dir::State::lists": join(work, "state/lists"),
      "Dir::Cache": join(work, "cache"),
      "Dir::Cache::archives": join(work, "cache/archives"),
    };
    this.#ownLists = Object.entries(settings).flatMap(([name, value]) => [
      "-o",
      `${name}=${value}`,
    ]);
    for (const folder of ["state/lists/partial", "cache/archives/partial"]) {
      mkdirSync(join(work, folder), { recursive: true });
    }
  }

  /** Unpacks the package `name` into `root`. */
  async unpack(name: string, root: string): Promise<void> {
    if (!(await this.#download(name)) && !this.#usesOwnLists) {
      await this.#updateOwnLists();
      await this.#download(name);
    }
    const file = readdirSync(this.#work).find(
      (entry) => entry.startsWith(`${name}_`) && entry.endsWith(".deb"),
    );
    if (file === undefined) {
      throw new Error(`apt-get could not download the package ${name}`);
    }
    await this.#must("dpkg-deb", ["-x", join(this.#work, file), root]);
  }

  /** The library packages that `packages` depend on. */
  async libraryDependencies(packages: readonly string[]): Promise<string[]> {
    const output = await this.#must("apt-cache", ["depends", "-i", ...packages]);
    const names = [...output.matchAll(/Depends: ([a-z0-9][a-z0-9.+-]+)/g)].map(
      (match) => match[1] ?? "",
    );
    // The C library must be that of the machine's own dynamic loader.
    return [...new Set(names)].filter(
      (name) => /^(?:lib|zlib)/.test(name) && !/^libc6?$/.test(name),
    );
  }

  /**
   * What the machine lacks to run the package `name`, itself included. What it has in an older version stays: the C library
   * must be that of its own dynamic loader.
   * @throws Error where apt knows no such package.
   */
  async missing(name: string): Promise<string[]> {
    const simulate = ["-s", "-q", "--no-install-recommends", "install", name];
    let { code, output } = await run("apt-get", [...this.#options, ...simulate], {});
    if (code !== 0 && !this.#usesOwnLists) {
      await this.#updateOwnLists();
      output = await this.#must("apt-get", simulate);
      code = 0;
    }
    return [...output.matchAll(/^Inst (\S+) \(/gm)].flatMap((match) => match[1] ?? []);
  }

  async #updateOwnLists(): Promise<void> {
    this.#usesOwnLists = true;
    this.#options.push(...this.#ownLists);
    await this.#must("apt-get", ["update"]);
  }

  async #download(name: string): Promise<boolean> {
    const { code } = await run("apt-get", [...this.#options, "-q", "download", name], {
      cwd: this.#work,
    });
    return code === 0;
  }

  async #must(program: string, parameters: string[]): Promise<string> {
    const options = program === "dpkg-deb" ? [] : this.#options;
    const { code, output } = await run(program, [...options, ...parameters], { cwd: this.#work });
    if (code !== 0) {
      throw new Error(
        `${program} failed: ${output.trim().split("\n").at(-1) ?? `exit code ${code}`}`,
      );
    }
    return output;
  }
}

export interface Ended {
  readonly code: number;
  /** Standard output and standard error. */
  readonly output: string;
}

export function run(
  program: string,
  parameters: string[],
  where: { cwd?: string; env?: Record<string, string> },
): Promise<Ended> {
  const env = { ...process.env, LC_ALL: "C", ...where.env };
  return new Promise((done) => {
    execFile(
      program,
      parameters,
      { cwd: where.cwd, env, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        const output = stdout + stderr;
        if (error === null) {
          return done({ code: 0, output });
        }
        const code = typeof error.code === "number" ? error.code : 127;
        return done({ code, output: output === "" ? error.message : output });
      },
    );
  });
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
