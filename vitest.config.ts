import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Tests wait for disks and servers, so two cores serve two workers beside the runner. A server that is not ours
// (PG_URL) is looked at as a whole by some tests: then they take turns.
const workers = process.env["PG_URL"] ? 1 : Math.max(2, availableParallelism() - 1);

export default defineConfig({
  test: {
    maxWorkers: workers,
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/generators/one-seed.ts"],
    globalSetup: ["test/servers/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
