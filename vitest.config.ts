import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["__tests__/**/*.test.ts"],
    // What would take for ever fails here; how fast things are is for `npm run bench`.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
