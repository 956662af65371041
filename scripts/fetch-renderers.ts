import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Apt, isExecutable, libraryFolders, messageOf, run, unpackedOnce } from "./apt.ts";
import { project } from "./tools.ts";

/** A program that fills in templates. `env` holds what its process needs beyond the caller's environment. */
export interface FoundRenderer {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Why there is none, in words for the person who runs the tests. */
export interface MissingRenderer {
  readonly unavailable: string;
}

interface Renderer {
  readonly program: string;
  readonly packageName: string;
  /** What the package needs beside a program that is there already. */
  readonly others: readonly string[];
  /** Of what the machine lacks for the package, what is not only for people who program in it. */
  readonly needed: RegExp;
  /** Parameters with which it ends well where all is there. */
  readonly probe: readonly string[];
}

const renderers = {
  jinja: {
    program: "python3",
    packageName: "python3-jinja2",
    others: ["python3-markupsafe"],
    needed: /^(?:python3|lib)/,
    probe: ["-c", "import jinja2"],
  },
  erb: {
    program: "ruby",
    packageName: "ruby",
    others: [],
    needed: /^(?:ruby[\d.]*$|lib)/,
    probe: ["--disable=gems", "-rerb", "-rjson", "-e", ""],
  },
  envsubst: {
    program: "envsubst",
    packageName: "gettext-base",
    others: [],
    needed: /^lib/,
    probe: ["--version"],
  },
} as const satisfies Readonly<Record<string, Renderer>>;

/** The program of PATH, else the distribution's package, unpacked (not installed, no root needed) into `.cache`. */
export async function findRenderer(
  name: keyof typeof renderers,
): Promise<FoundRenderer | MissingRenderer> {
  const renderer: Renderer = renderers[name];
  const { program, packageName } = renderer;
  const path = inPath(program);
  if (path !== null && (await starts(renderer, { path, env: {} }))) {
    return { path, env: {} };
  }
  try {
    const root = await unpackedOnce(join(project, ".cache", name), (apt, folder) =>
      fill(apt, folder, renderer, path !== null),
    );
    const own = join(root, "usr/bin", program);
    const found = { path: isExecutable(own) ? own : (path ?? own), env: environment(root) };
    if (!(await starts(renderer, found))) {
      throw new Error(`${packageName} does not start`);
    }
    return found;
  } catch (error) {
    return {
      unavailable: `no ${program} in PATH that does it, and the package ${packageName} cannot be fetched: ${messageOf(error)}`,
    };
  }
}

function inPath(program: string): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find(isExecutable) ?? null;
}

async function starts({ probe }: Renderer, { path, env }: FoundRenderer): Promise<boolean> {
  return (await run(path, [...probe], { env })).code === 0;
}

async function fill(
  apt: Apt,
  root: string,
  { packageName, others, needed }: Renderer,
  hasProgram: boolean,
): Promise<void> {
  const missing = hasProgram
    ? others
    : (await apt.missing(packageName)).filter((name) => needed.test(name));
  for (const name of new Set([packageName, ...missing])) {
    await apt.unpack(name, root);
  }
}

/** Python and Ruby look for their modules where the packages would be installed. */
function environment(root: string): Record<string, string> {
  const ruby = [join(root, "usr/lib/ruby"), ...libraryFolders(root).split(delimiter)]
    .flatMap((folder) => [folder, join(folder, "ruby")])
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((folder) => /\/ruby\/\d+\.\d+\.\d+$/.test(folder));
  return {
    LD_LIBRARY_PATH: libraryFolders(root),
    PYTHONPATH: join(root, "usr/lib/python3/dist-packages"),
    ...(existsSync(join(root, "usr/bin/python3")) && { PYTHONHOME: join(root, "usr") }),
    RUBYLIB: ruby.flatMap((folder) => [folder, ...platforms(folder)]).join(delimiter),
  };
}

/** Ruby keeps what is compiled in a folder named after the platform. */
function platforms(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.includes("-linux"))
    .map((name) => join(folder, name));
}
