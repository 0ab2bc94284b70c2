// Runs one contender of one task once, in a process of its own, and tells what it took as JSON.
import { taskNamed } from "./tasks.mjs";

const [taskName, contender, json] = process.argv.slice(2);
const task = taskNamed(taskName);
const context = JSON.parse(json);
const started = performance.now();
const loaded = await task.load(context, contender);
const ready = performance.now();
const value = await task.run(context, contender, loaded);
const ms = performance.now() - ready;

const again = [];
for (let count = 0; task.warm === true && count < 7; count++) {
  const at = performance.now();
  await task.run(context, contender, loaded);
  again.push(performance.now() - at);
}
again.sort((a, b) => a - b);
const { maxRSS } = process.resourceUsage();
process.stdout.write(
  `${JSON.stringify({ ms, loadMs: ready - started, againMs: again[3], peakMiB: maxRSS / 1024, value })}\n`,
);
process.exit(0);
