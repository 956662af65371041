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
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** An nginx that can be started. `env` holds what its process needs beyond the caller's environment. */
export interface FoundNginx {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** As nginx says it, such as `1.22.1`. */
  readonly version: string;
}

/** Why there is no nginx, in words for the person who runs the tests. */
export interface MissingNginx {
  readonly unavailable: string;
}

const project = resolve(import.meta.dirname, "..");
const cache = join(project, ".cache", "nginx");
const unpacked = join(cache, "package");

/** A lock older than this (milliseconds) was left by a process that died. */
const staleLock = 5 * 60_000;

let found: Promise<FoundNginx | MissingNginx> | undefined;

/**
 * The nginx of `$NGINX`, else of PATH, else the distribution's package, unpacked (not installed, no root needed) into
 * `.cache/nginx` of this project. Looked for once per process; processes that fetch at the same time wait for each other.
 */
export function findNginx(): Promise<FoundNginx | MissingNginx> {
  found ??= find();
  return found;
}

async function find(): Promise<FoundNginx | MissingNginx> {
  const given = process.env["NGINX"];
  if (given) {
    const nginx = await start(resolve(given), {});
    return typeof nginx === "string" ? { unavailable: `$NGINX is ${given}, but ${nginx}` } : nginx;
  }
  for (const folder of (process.env["PATH"] ?? "")
    .split(delimiter)
    .concat("/usr/sbin", "/usr/local/sbin")) {
    const path = join(folder, "nginx");
    if (!isExecutable(path)) continue;
    const nginx = await start(path, {});
    if (typeof nginx !== "string") return nginx;
  }
  try {
    await fetchOnce();
    return await startUnpacked();
  } catch (error) {
    return {
      unavailable: `no nginx in $NGINX or PATH, and its package cannot be fetched: ${messageOf(error)}`,
    };
  }
}

/** Asks the program for its version; a string says why it cannot be started. */
async function start(path: string, env: Record<string, string>): Promise<FoundNginx | string> {
  const { code, output } = await run(path, ["-v"], { env });
  const version = /nginx version: \S+?\/(\d+(?:\.\d+)+)/.exec(output)?.[1];
  if (code === 0 && version !== undefined) return { path, env, version };
  return `it does not start: ${output.trim().split("\n")[0] ?? `exit code ${code}`}`;
}

async function startUnpacked(): Promise<FoundNginx> {
  const path = join(unpacked, "usr", "sbin", "nginx");
  const libraries = libraryFolders(unpacked);
  const nginx = await start(path, libraries === "" ? {} : { LD_LIBRARY_PATH: libraries });
  if (typeof nginx === "string") throw new Error(`of the fetched package ${nginx}`);
  return nginx;
}

/** Makes `.cache/nginx/package` unless it is there; only one process at a time works on it. */
async function fetchOnce(): Promise<void> {
  const lock = join(cache, "lock");
  mkdirSync(cache, { recursive: true });
  while (!existsSync(unpacked)) {
    if (!makeLock(lock)) {
      await sleep(100);
      continue;
    }
    try {
      if (!existsSync(unpacked)) await fetchPackage();
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
}

function makeLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (made !== undefined && Date.now() - made > staleLock)
      rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

async function fetchPackage(): Promise<void> {
  const work = join(cache, `work-${randomBytes(6).toString("hex")}`);
  const root = join(work, "root");
  mkdirSync(root, { recursive: true });
  try {
    const apt = new Apt(work);
    await apt.unpack("nginx", root);
    // Debian 11 and Ubuntu 22.04: "nginx" is an empty package that depends on the one with the program.
    if (!existsSync(join(root, "usr/sbin/nginx"))) await apt.unpack("nginx-core", root);
    await addMissingLibraries(apt, root);
    renameSync(root, unpacked);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Fetches libraries that the machine does not have, and those that they need in turn. */
async function addMissingLibraries(apt: Apt, root: string): Promise<void> {
  const program = join(root, "usr/sbin/nginx");
  let packages = ["nginx"];
  for (let round = 0; round < 4; round++) {
    const { output } = await run("ldd", [program], {
      env: { LD_LIBRARY_PATH: libraryFolders(root) },
    });
    const missing = [...output.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
    if (missing.length === 0) return;
    packages = await apt.libraryDependencies(packages);
    if (packages.length === 0)
      throw new Error(`no package was found that has ${missing.join(", ")}`);
    for (const name of packages) await apt.unpack(name, root);
  }
}

/** The folders with shared libraries under `root`, as LD_LIBRARY_PATH wants them. */
function libraryFolders(root: string): string {
  const folders: string[] = [];
  for (const parent of ["usr/lib", "lib"].map((name) => join(root, name))) {
    if (!existsSync(parent)) continue;
    for (const name of readdirSync(parent)) {
      if (name.includes("-linux-")) folders.push(join(parent, name));
    }
  }
  return folders.join(delimiter);
}

/** apt without root: where the machine has no package lists of its own, or old ones, they are fetched into `work`. */
class Apt {
  private readonly work: string;
  private readonly ownLists: string[];
  private options = ["-o", "Acquire::Retries=0"];
  private usesOwnLists = false;

  constructor(work: string) {
    this.work = work;
    const settings = {
      "Dir::State": join(work, "state"),
      "Dir::State::lists": join(work, "state/lists"),
      "Dir::Cache": join(work, "cache"),
      "Dir::Cache::archives": join(work, "cache/archives"),
    };
    this.ownLists = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    for (const folder of ["state/lists/partial", "cache/archives/partial"]) {
      mkdirSync(join(work, folder), { recursive: true });
    }
  }

  /** Unpacks the package `name` into `root`. */
  async unpack(name: string, root: string): Promise<void> {
    if (!(await this.download(name)) && !this.usesOwnLists) {
      this.usesOwnLists = true;
      this.options.push(...this.ownLists);
      await this.must("apt-get", ["update"]);
      await this.download(name);
    }
    const file = readdirSync(this.work).find(
      (entry) => entry.startsWith(`${name}_`) && entry.endsWith(".deb"),
    );
    if (file === undefined) throw new Error(`apt-get could not download the package ${name}`);
    await this.must("dpkg-deb", ["-x", join(this.work, file), root]);
  }

  /** The library packages that `packages` depend on. */
  async libraryDependencies(packages: readonly string[]): Promise<string[]> {
    const output = await this.must("apt-cache", ["depends", "-i", ...packages]);
    const names = [...output.matchAll(/Depends: ([a-z0-9][a-z0-9.+-]+)/g)].map(
      (match) => match[1] ?? "",
    );
    // The C library must be that of the machine's own dynamic loader.
    return [...new Set(names)].filter(
      (name) => /^(?:lib|zlib)/.test(name) && !/^libc6?$/.test(name),
    );
  }

  private async download(name: string): Promise<boolean> {
    const { code } = await run("apt-get", [...this.options, "-q", "download", name], {
      cwd: this.work,
    });
    return code === 0;
  }

  private async must(program: string, parameters: string[]): Promise<string> {
    const options = program === "dpkg-deb" ? [] : this.options;
    const { code, output } = await run(program, [...options, ...parameters], { cwd: this.work });
    if (code !== 0)
      throw new Error(
        `${program} failed: ${output.trim().split("\n").at(-1) ?? `exit code ${code}`}`,
      );
    return output;
  }
}

interface Ended {
  readonly code: number;
  /** Standard output and standard error. */
  readonly output: string;
}

function run(
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
        if (error === null) return done({ code: 0, output });
        const code = typeof error.code === "number" ? error.code : 127;
        return done({ code, output: output === "" ? error.message : output });
      },
    );
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

if (import.meta.main) {
  const nginx = await findNginx();
  if ("unavailable" in nginx) {
    console.error(nginx.unavailable);
    process.exitCode = 1;
  } else {
    console.log(`nginx ${nginx.version}: ${nginx.path}`);
  }
}
