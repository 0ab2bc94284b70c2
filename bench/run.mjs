// `npm run bench`: Tenon beside the bare driver, drizzle-orm and kysely, all contenders of a task taking turns in one run.
//
//   npm run bench -- [--only up-sqlite,diff-sqlite] [--size 1000] [--rounds 5] [--json FILE]
//
// The first round is a warm-up and not counted; of the others the median is told. Compare only what one run has measured.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { installPeers } from "./peers.mjs";
import { startDatabases } from "./postgres.mjs";
import { timeProcess } from "./tasks/start.mjs";
import { taskNamed, tasks } from "./tasks.mjs";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    size: { type: "string" },
    rounds: { type: "string", default: "5" },
    json: { type: "string" },
  },
});
const chosen = values.only === undefined ? tasks : values.only.split(",").map(taskNamed);
const rounds = Number(values.rounds);
const work = mkdtempSync(join(tmpdir(), "tenon-bench-"));
// The server runs as somebody else where this is run by root.
chmodSync(work, 0o755);
installPeers();
const postgres = chosen.some((task) => /postgres|transfer/.test(task.name))
  ? await startDatabases(join(work, "postgres"))
  : undefined;
const results = [];
try {
  for (const task of chosen) {
    if (task.isPossible?.() === false) {
      console.log(`\n${task.name}: left out, what it needs is not installed here`);
      continue;
    }
    for (const size of values.size === undefined ? task.sizes : [Number(values.size)]) {
      const result = { task: task.name, size, contenders: await measure(task, size) };
      results.push(result);
      print(task, result);
    }
  }
} finally {
  await postgres?.stop();
  rmSync(work, { recursive: true, force: true });
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);

async function measure(task, size) {
  const folder = mkdtempSync(join(work, `${task.name}-`));
  const { context, before } = await task.prepare({ folder, size, postgres });
  const runs = new Map(task.contenders.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [index] of task.contenders.entries()) {
      const name = task.contenders[(index + round) % task.contenders.length];
      await before?.();
      const run = once(task, context, name);
      if (round > 0) runs.get(name).push(run);
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return Object.fromEntries([...runs].map(([name, taken]) => [name, summary(taken)]));
}

function once(task, context, name) {
  if (task.commandOf !== undefined) return { ms: timeProcess(task.commandOf(context, name)) };
  const child = join(import.meta.dirname, "child.mjs");
  const output = execFileSync(process.execPath, [child, task.name, name, JSON.stringify(context)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output);
}

function summary(runs) {
  const figures = ["ms", "loadMs", "againMs", "peakMiB"].filter((figure) => runs[0][figure] !== undefined);
  return Object.fromEntries(figures.map((figure) => [figure, median(runs.map((run) => run[figure]))]));
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1];
}

function print(task, { size, contenders }) {
  const limit = contenders[task.limit ?? "driver"];
  console.log(`\n${task.name}, N = ${size}: ${task.title}`);
  for (const [name, { ms, loadMs, againMs, peakMiB }] of Object.entries(contenders)) {
    const parts = [`${ms.toFixed(1)} ms`, `${(ms / limit.ms).toFixed(2)} x`];
    if (againMs !== undefined)
      parts.push(`again ${againMs.toFixed(2)} ms, ${(againMs / limit.againMs).toFixed(2)} x`);
    if (loadMs !== undefined) parts.push(`load ${loadMs.toFixed(1)} ms`);
    if (peakMiB !== undefined) parts.push(`peak ${peakMiB.toFixed(0)} MiB`);
    console.log(`  ${name.padEnd(10)} ${parts.join("   ")}`);
  }
}
