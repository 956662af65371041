import module from "node:module";

// On a runner that stays, Node keeps what it compiles for the next job.
module.enableCompileCache?.();
const { run } = await import("./run.ts");
await run();
