// Runs as a process of its own, on the built library: migrates a database to the latest of N versions and prints
// what it did as one line of JSON. Says "ready" first, so that a test can count time from there.
import { connect, SchemaManager } from "../../dist/index.js";
import { versionsOf } from "./versions.mjs";

const request = JSON.parse(process.argv[2] ?? "{}");
const { url, options = {}, count, transaction, lockTimeoutMs, journal } = request;

try {
  const connection = await connect(url, options);
  const manager = new SchemaManager(connection, versionsOf(count), { journal });
  process.stdout.write("ready\n");
  const result = await manager.migrateToLatest({ transaction, lockTimeoutMs });
  await connection.close();
  process.stdout.write(`${JSON.stringify({ ok: true, steps: result.steps.map((step) => step.version) })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ ok: false, code: error.code, message: error.message })}\n`);
  process.exitCode = 1;
}
