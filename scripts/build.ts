import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import ncc from "@vercel/ncc";
import { project, runTool } from "./tools.ts";

/** What is committed, and what the runner and `npx` start. */
export const distribution = join(project, "dist");

/**
 * Builds the Action and the command line into a folder. The same sources and packages give the same bytes, whichever
 * folder that is. The compiled modules are always in `build/`, because their paths become part of the bundle.
 * @throws Error with the compiler's output where the sources do not compile, and where `node_modules` is a symbolic link.
 */
export async function build(folder: string): Promise<void> {
  if (lstatSync(join(project, "node_modules")).isSymbolicLink()) {
    throw new Error("node_modules is a symbolic link: its target's path would be in the bundle");
  }
  const { code, output } = await runTool("tsc", ["-p", "src/tsconfig.json"]);
  if (code !== 0) {
    throw new Error(output);
  }
  const action = await bundle("action", "index.js");
  const cli = await bundle("cli", "cli.js");
  const heavy = cli.packages.find((text) => /^@(?:actions|octokit)\//.test(text));
  if (heavy !== undefined) {
    throw new Error(`src/cli imports ${heavy.split("\n")[0]}, which makes its start slow`);
  }
  const packages = [...new Set([...action.packages, ...cli.packages])].toSorted();
  fillFolder(
    folder,
    new Map([
      ...action.files,
      ...cli.files,
      ["licenses.txt", `${packages.join("\n\n")}\n`],
      ["package.json", `${JSON.stringify({ type: "module" }, null, 2)}\n`],
    ]),
  );
  chmodSync(join(folder, "cli.js"), 0o755);
}

type Content = string | Buffer;

interface Bundle {
  /** The entry by the name asked for, and chunks for what is imported later. */
  readonly files: ReadonlyMap<string, Content>;
  /** For each package inside its name, licence and licence text. */
  readonly packages: readonly string[];
}

/** One entry with all it imports. */
async function bundle(folder: string, filename: string): Promise<Bundle> {
  const entry = join(project, "build", folder, "index.js");
  // Each chunk writes its own list: under one name the last would be the only one.
  const license = "[name].licenses.txt";
  const options = { cache: false, esm: true, filename, license, quiet: true } as const;
  const { code, assets } = await ncc(entry, options);
  const files = new Map<string, Content>([[filename, inAscii(code)]]);
  const packages: string[] = [];
  for (const [name, { source }] of Object.entries(assets)) {
    if (name.endsWith(".licenses.txt")) {
      packages.push(...licenses(String(source)));
    } else {
      files.set(name, name.endsWith(".js") ? inAscii(String(source)) : source);
    }
  }
  return { files, packages };
}

/** The same program; V8 reads and compiles text of one byte per character faster, and a start is mostly that. */
function inAscii(code: string): string {
  const escaped = /\\[\u0080-\uffff]/.exec(code);
  if (escaped) {
    throw new Error(`"${escaped[0]}" in the bundle cannot be written in ASCII`);
  }
  return code.replaceAll(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Splits a list at the lines `name`, `licence`, which begin each package. */
function licenses(text: string): string[] {
  return text.trim().split(/\s*\n\n(?=(?:@[\w.-]+\/)?[\w.-]+\n[\w.-]+\n)/);
}

/** Makes the folder hold these files and nothing else. */
function fillFolder(folder: string, files: ReadonlyMap<string, Content>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files) {
    writeFileSync(join(folder, name), content);
  }
  for (const name of readdirSync(folder)) {
    if (!files.has(name)) {
      rmSync(join(folder, name), { recursive: true });
    }
  }
}

/** How a built folder differs from the one that should be the same, one line per file; empty where it does not. */
export function differences(expected: string, actual: string): string[] {
  if (!existsSync(actual)) {
    return ["dist is not there"];
  }
  const names = [...new Set([...readdirSync(expected), ...readdirSync(actual)])].toSorted();
  return names.flatMap((name) => {
    const [wanted, found] = [expected, actual].map((folder) => contentOf(join(folder, name)));
    if (!wanted) {
      return [`dist/${name} is not built from src any more`];
    }
    if (!found) {
      return [`dist/${name} is missing`];
    }
    return wanted.equals(found) ? [] : [`dist/${name} is not what src builds`];
  });
}

function contentOf(path: string): Buffer | null {
  return existsSync(path) ? readFileSync(path) : null;
}

if (import.meta.main) {
  try {
    await build(distribution);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
