import { existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { type Apt, isExecutable, libraryFolders, messageOf, run, unpackedOnce } from "./apt.ts";

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
    if (!isExecutable(path)) {
      continue;
    }
    const nginx = await start(path, {});
    if (typeof nginx !== "string") {
      return nginx;
    }
  }
  try {
    return await startUnpacked(await unpackedOnce(cache, fill));
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
  if (code === 0 && version !== undefined) {
    return { path, env, version };
  }
  return `it does not start: ${output.trim().split("\n")[0] ?? `exit code ${code}`}`;
}

async function startUnpacked(unpacked: string): Promise<FoundNginx> {
  const path = join(unpacked, "usr", "sbin", "nginx");
  const libraries = libraryFolders(unpacked);
  const nginx = await start(path, libraries === "" ? {} : { LD_LIBRARY_PATH: libraries });
  if (typeof nginx === "string") {
    throw new Error(`of the fetched package ${nginx}`);
  }
  return nginx;
}

async function fill(apt: Apt, root: string): Promise<void> {
  await apt.unpack("nginx", root);
  // Debian 11 and Ubuntu 22.04: "nginx" is an empty package that depends on the one with the program.
  if (!existsSync(join(root, "usr/sbin/nginx"))) {
    await apt.unpack("nginx-core", root);
  }
  await addMissingLibraries(apt, root);
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
    if (missing.length === 0) {
      return;
    }
    packages = await apt.libraryDependencies(packages);
    if (packages.length === 0) {
      throw new Error(`no package was found that has ${missing.join(", ")}`);
    }
    for (const name of packages) {
      await apt.unpack(name, root);
    }
  }
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
