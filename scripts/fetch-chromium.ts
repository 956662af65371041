import { existsSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { type Apt, isExecutable, libraryFolders, messageOf, run, unpackedOnce } from "./apt.ts";
import { project } from "./tools.ts";

/** A browser that can be started. `env` holds what its process needs beyond the caller's environment. */
export interface FoundChromium {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
}

/** Why there is none, in words for the person who runs the tests. */
export interface MissingChromium {
  readonly unavailable: string;
}

const cache = join(project, ".cache", "chromium");
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * The browser of `$CHROMIUM`, else of PATH, else the distribution's package with all that the machine lacks to run it,
 * unpacked (not installed, no root needed) into `.cache/chromium` of this project.
 */
export async function findChromium(): Promise<FoundChromium | MissingChromium> {
  const given = process.env["CHROMIUM"];
  if (given) {
    const chromium = await start(resolve(given), {});
    return typeof chromium === "string"
      ? { unavailable: `$CHROMIUM is ${given}, but ${chromium}` }
      : chromium;
  }
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const path of names.map((name) => join(folder, name))) {
      if (!isExecutable(path)) {
        continue;
      }
      const chromium = await start(path, {});
      if (typeof chromium !== "string") {
        return chromium;
      }
    }
  }
  try {
    return await startUnpacked(await unpackedOnce(cache, fill));
  } catch (error) {
    return {
      unavailable: `no Chromium in $CHROMIUM or PATH, and its package cannot be fetched: ${messageOf(error)}`,
    };
  }
}

async function fill(apt: Apt, root: string): Promise<void> {
  const wanted = ["chromium", "fonts-dejavu-core"];
  const packages = new Set(wanted);
  for (const name of wanted) {
    for (const missing of await apt.missing(name)) {
      packages.add(missing);
    }
  }
  for (const name of packages) {
    await apt.unpack(name, root);
  }
  // Ubuntu's package is empty and would install a snap.
  if (!existsSync(join(root, "usr/lib/chromium/chromium"))) {
    throw new Error("the package chromium of this distribution holds no program");
  }
}

async function startUnpacked(root: string): Promise<FoundChromium> {
  const fonts = join(root, "fonts.conf");
  writeFileSync(fonts, fontSettings(join(root, "usr/share/fonts")));
  const chromium = await start(join(root, "usr/lib/chromium/chromium"), {
    LD_LIBRARY_PATH: libraryFolders(root),
    FONTCONFIG_FILE: fonts,
  });
  if (typeof chromium === "string") {
    throw new Error(`of the fetched package ${chromium}`);
  }
  return chromium;
}

/** Without fonts a page has no text to read. */
function fontSettings(folder: string): string {
  const folders = [folder, "/usr/share/fonts"].map((each) => `<dir>${each}</dir>`);
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>${folders.join("")}<cachedir>${join(cache, "fonts")}</cachedir></fontconfig>
`;
}

/** Asks the program for its version; a string says why it cannot be started. */
async function start(path: string, env: Record<string, string>): Promise<FoundChromium | string> {
  const { code, output } = await run(path, ["--version"], { env });
  const version = /(?:Chromium|Chrome) (\d+(?:\.\d+)+)/.exec(output)?.[1];
  if (code === 0 && version !== undefined) {
    return { path, env, version };
  }
  return `it does not start: ${output.trim().split("\n")[0] ?? `exit code ${code}`}`;
}
