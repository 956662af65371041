import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { NginxFiles } from "./harness.ts";

/** A fixture as nginx would load it: one file, or a folder whose main file is `nginx.conf`. */
export function readFixture(path: string): NginxFiles {
  if (!statSync(path).isDirectory()) {
    const main = basename(path);
    return { main, files: { [main]: readFileSync(path, "utf8") } };
  }
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [relative(path, file), readFileSync(file, "utf8")] as const);
  return { main: "nginx.conf", files: Object.fromEntries(files) };
}
