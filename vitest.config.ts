import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["__tests__/**/*.test.ts"],
    // Many tests start nginx or the bundle; on a machine of two cores these wait for each other.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
