import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/generators/one-seed.ts"],
    globalSetup: ["test/servers/global-setup.ts"],
    // Two at least: on two cores one alone would leave the other waiting for databases.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
