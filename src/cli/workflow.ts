import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { execute } from "./execute.ts";

/** The workflow that reviews pull requests. @param action what its step uses */
export function workflowFile(action: string): string {
  return `name: nginx

on:
  pull_request:
  merge_group:

permissions:
  contents: read
  pull-requests: write

concurrency:
  group: nginx-\${{ github.event.pull_request.number || github.ref }}
  cancel-in-progress: true

jobs:
  websocket:
    runs-on: ubuntu-latest
    steps:
      - uses: ${action}
`;
}

/** Stands for the account where nothing tells it. */
export const unknownOwner = "OWNER";

/**
 * The Action's name on GitHub: from what npm notes of a package that it installs from there, or the remote of a clone.
 *
 * @param program the file that was started, in the package's `dist`
 */
export function actionOf(program: string): string {
  const folder = dirname(dirname(realpathSync(program)));
  const address = dirname(folder).endsWith("node_modules") ? npmSource(folder) : remote(folder);
  const [, repository] =
    /\bgithub\.com[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?(?:[#?].*)?$/.exec(address) ?? [];
  return `${repository ?? `${unknownOwner}/nginx-websocket-guard`}@v1`;
}

function npmSource(folder: string): string {
  const modules = dirname(folder);
  try {
    const { packages }: { packages?: Record<string, { resolved?: string }> } = JSON.parse(
      readFileSync(join(modules, ".package-lock.json"), "utf8"),
    );
    return packages?.[`node_modules/${basename(folder)}`]?.resolved ?? "";
  } catch {
    return "";
  }
}

function remote(folder: string): string {
  if (!existsSync(join(folder, ".git"))) {
    return "";
  }
  try {
    const url = execute("git", ["remote", "get-url", "origin"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return url.toString("utf8").trim();
  } catch {
    return "";
  }
}
