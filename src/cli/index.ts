#!/usr/bin/env node
import module from "node:module";

// Node keeps what it compiles, so that the next start is quicker; Node 20 cannot, and starts all the same.
module.enableCompileCache?.();
await import("./main.ts");
