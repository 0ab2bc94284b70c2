// Keeps the test servers of one run. It listens on a loopback port (printed as one line) and starts each
// server when a test first asks for it:
//
//   GET /postgres   the URL of a PostgreSQL superuser
//   GET /pglite     the path of a prepared PGlite data folder, to be copied
//
// It ends with its standard input, which ends with the test run, also when that was killed: then the servers
// are stopped and all that was written is removed.
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PREFIX, removeLeftovers } from "./leftovers.mjs";
import { preparePglite } from "./pglite-template.mjs";
import { startPostgres } from "./postgres-server.mjs";

removeLeftovers();
// The name tells a later run whose folder it is.
const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
chmodSync(folder, 0o755);

let postgres;
const answers = {
  "/postgres": onFirstCall(async () => {
    postgres = await startPostgres(folder);
    return postgres.url;
  }),
  "/pglite": onFirstCall(() => preparePglite(folder)),
};

const service = createServer((request, response) => {
  const answer = answers[request.url ?? ""];
  if (answer === undefined) return response.writeHead(404).end();
  return answer().then(
    (text) => response.end(text),
    (error) => response.writeHead(500).end(error.message),
  );
});

// An interrupt from the terminal reaches the whole process group, but the run's own end is what counts here.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => process.stdin.destroy());
process.on("exit", () => {
  postgres?.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

// Otherwise it closes a connection that a test is just about to use again.
service.keepAliveTimeout = 0;
service.listen(0, "127.0.0.1");
await once(service, "listening");
process.stdout.write(`http://127.0.0.1:${service.address().port}\n`);

await once(process.stdin.resume(), "close");
await postgres?.stop();
process.exit();

/** Runs the work at the first call; every call gets its one result. */
function onFirstCall(work) {
  let result;
  return () => {
    result ??= work();
    return result;
  };
}
