import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll } from "vitest";

/** The shipped program, or in its place a build of one's own. */
export const program = resolve(process.env["GUARD_CLI"] ?? "dist/cli.js");

if (!existsSync(program)) {
  throw new Error(`${program} is missing: npm run bundle makes it`);
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in a folder, as from a shell without a terminal. */
export function guard(
  folder: string,
  args: readonly string[],
  input = "",
  started = program,
): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [started, ...args], {
    cwd: folder,
    input,
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", HOME: folder },
  });
  return { status, stdout, stderr };
}

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A folder with these files, which is gone after the tests. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "guard-cli-"));
  folders.push(folder);
  write(folder, files);
  return folder;
}

export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Runs git in a folder, apart from the machine's own settings. */
export function git(folder: string, ...args: readonly string[]): string {
  return execFileSync("git", [...args], {
    cwd: folder,
    encoding: "utf8",
    stdio: "pipe",
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Ada",
      GIT_AUTHOR_EMAIL: "ada@example.com",
      GIT_COMMITTER_NAME: "Ada",
      GIT_COMMITTER_EMAIL: "ada@example.com",
    },
  });
}

/** A git repository whose main branch holds these files. */
export function repositoryWith(files: Readonly<Record<string, string>>): string {
  const folder = folderWith(files);
  git(folder, "init", "--quiet", "--initial-branch=main");
  commit(folder, "Start");
  return folder;
}

export function commit(folder: string, message: string): void {
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", `--message=${message}`);
}
