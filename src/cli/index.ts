#!/usr/bin/env node
import module from "node:module";
import { tool } from "../core/report/tool.ts";

const [word] = process.argv.slice(2);
if (word === "--version" || word === "-V") {
  // Asked by installers and in scripts; it needs nothing of the engine.
  process.stdout.write(`${tool.version}\n`);
} else {
  // Node keeps what it compiles, so that the next start is quicker; Node 20 cannot, and starts all the same.
  module.enableCompileCache?.();
  await import("./main.ts");
}
