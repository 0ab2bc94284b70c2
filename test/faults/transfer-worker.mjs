// Runs as a process of its own, on the built library: transfers a database, says each event on a line, and ends with one line of JSON.
import { transfer } from "../../dist/index.js";

const request = JSON.parse(process.argv[2] ?? "{}");

try {
  const report = await transfer({
    ...request,
    onEvent: (event) => process.stdout.write(`event ${event.kind}\n`),
  });
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ ok: true, tables: report.tables, peakMiB })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ ok: false, code: error.code, message: error.message })}\n`);
  process.exitCode = 1;
}
