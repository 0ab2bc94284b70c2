// Tries far more than the test command: random schemas and changes, 20,000 cases unless another number is given, 300 sequences of runs, 400 killed runs and 30 killed transfers, and plugins that
// come and go 2,000 times.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const runs = process.argv[2] ?? "20000";
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const result = spawnSync(
  process.execPath,
  [vitest, "run", "change-property", "transfer-kill", "plugin-cycles"],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, TENON_RUNS: runs, TENON_CYCLES: "2000" },
  },
);
process.exit(result.status ?? 1);
