import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// npm is started by whatever Node a machine has; the scripts are TypeScript and vitest needs Node 22, so all run on the
// Node of the devDependency "node", the version that the Action runs on.
const needed = 24;

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const own = join(project, "node_modules", "node", "bin", "node");
const node = [own, `${own}.exe`].find((path) => existsSync(path));
const fallback = Number.parseInt(process.versions.node, 10) >= needed ? process.execPath : null;
const program = node ?? fallback;

if (program === null) {
  process.stderr.write(
    existsSync(join(project, "node_modules", "node"))
      ? `Node ${needed} is not there: the install script of the package "node" did not run (it was started with --ignore-scripts?).\nRun "npm rebuild node --ignore-scripts=false", or use Node ${needed}; this is ${process.version}.\n`
      : 'The packages are not installed. Run "npm ci" first.\n',
  );
  process.exit(1);
}

const { status, signal, error } = spawnSync(program, process.argv.slice(2), {
  cwd: project,
  stdio: "inherit",
});
if (error) {
  process.stderr.write(`${program} cannot be started: ${error.message}\n`);
}
if (signal) {
  process.stderr.write(`Ended by ${signal}.\n`);
}
process.exit(status ?? 1);
