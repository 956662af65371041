import {
  linkSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { analyse, defaultPolicy, discover, discoveryText, policyFile } from "../core/index.ts";
import type { Arguments } from "./arguments.ts";
import type { Command } from "./command.ts";
import { Git } from "./git.ts";
import { messageOf, usualPath } from "./settings.ts";
import { type Terminal, UsageError } from "./terminal.ts";
import { Tree } from "./tree.ts";
import { actionOf, unknownOwner, workflowFile } from "./workflow.ts";

const workflowPath = ".github/workflows/nginx-websocket-guard.yml";

/** Says what a repository holds, and writes a workflow and a policy file for it; never over a file that is there. */
export const init: Command = {
  words: "[FOLDER]",
  about: "looks at a repository, and writes a workflow and a policy file for it",
  flags: { "dry-run": { value: null, about: "shows the two files and writes nothing" } },
  examples: ["GUARD init --dry-run"],
  run: runInit,
};

function runInit(args: Arguments, terminal: Terminal): number {
  const [given = ".", ...more] = args.words;
  if (more.length > 0) {
    throw new UsageError(`init takes one folder, not ${args.words.length}.`);
  }
  const folder = folderOf(given, terminal.cwd);
  const isDry = args.has("dry-run");
  if (!isDry) {
    refuseExisting(folder);
  }
  terminal.progress("Looking for nginx configuration…");
  const tree = new Tree(folder, []);
  const analysis = analyse(tree, { policy: defaultPolicy });
  terminal.progress(null);
  if (analysis.configs.length === 0) {
    throw new UsageError(
      `no nginx configuration found in ${given}, so there is nothing to write. If it is there under other names, write ${usualPath} with files: that name it.`,
    );
  }
  const discovery = discover(analysis, tree);
  const action = actionOf(terminal.program);
  const texts = new Map([
    [workflowPath, workflowFile(action)],
    [usualPath, policyFile(discovery)],
  ]);
  if (!isDry) {
    writeNew(folder, texts);
  }
  terminal.write(`${discoveryText(discovery, analysis)}\n`);
  if (isDry) {
    for (const [path, text] of texts) {
      terminal.write(`── ${path}\n\n${text}\n`);
    }
    terminal.write("Nothing was written.\n");
  } else {
    terminal.write(`Wrote ${[...texts.keys()].join(" and ")}. Read them, then commit them.\n`);
  }
  if (action.startsWith(`${unknownOwner}/`)) {
    terminal.write(
      `In the workflow, put the account that holds the Action in place of ${unknownOwner}.\n`,
    );
  }
  return 0;
}

/** @throws UsageError for what is no folder, and for one below a repository's top: GitHub looks there only. */
function folderOf(given: string, cwd: string): string {
  const folder = resolve(cwd, given);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(`there is no folder ${given}.`);
  }
  const top = Git.topOf(folder);
  if (top !== null && relative(top, realpathSync(folder)) !== "") {
    throw new UsageError(
      `GitHub reads .github at the top of a repository: run init for ${relative(cwd, top) || "."}.`,
    );
  }
  return folder;
}

/** Before anything is read, so that the answer is at once there. */
function refuseExisting(folder: string): void {
  const there = [workflowPath, usualPath].filter((path) => isThere(join(folder, path)));
  if (there.length === 0) {
    return;
  }
  const subject = there.length === 1 ? "is" : "are";
  throw new UsageError(
    `${there.join(" and ")} ${subject} already there, so nothing was written. --dry-run shows what would be.`,
  );
}

/** A link that leads nowhere is there too. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** Writes all of these files or none: each whole under another name first, and only then where it belongs. */
function writeNew(folder: string, texts: ReadonlyMap<string, string>): void {
  const made: string[] = [];
  const drafts: string[] = [];
  try {
    const files = [...texts].map(([path, text]) => {
      const file = join(folder, path);
      const top = mkdirSync(dirname(file), { recursive: true });
      if (top !== undefined) {
        made.push(top);
      }
      const draft = `${file}.${crypto.randomUUID()}`;
      drafts.push(draft);
      writeFileSync(draft, text, { flag: "wx" });
      return { file, draft };
    });
    for (const { file, draft } of files) {
      // Unlike a rename, a link never takes the place of a file.
      linkSync(draft, file);
      made.push(file);
    }
  } catch (error) {
    for (const path of made.toReversed()) {
      rmSync(path, { recursive: true, force: true });
    }
    throw new UsageError(`nothing was written: ${messageOf(error)}.`);
  } finally {
    for (const draft of drafts) {
      rmSync(draft, { force: true });
    }
  }
}
