// Keeps the test servers of one run. It listens on a loopback port (printed as one line) and starts each
// server when a test first asks for it:
//
//   GET /postgres/N   the URL of the superuser of worker N's PostgreSQL
//   GET /pglite       the path of a prepared PGlite data folder, to be copied
//
// A PostgreSQL for each worker of the test runner, because some tests look at a whole server: at its roles, locks
// and databases.
//
// It ends with its standard input, which ends with the test run, also when that was killed: then the servers
// are stopped and all that was written is removed.
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
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

const servers = [];
const pglite = onFirstCall(() => preparePglite(folder));
const postgresOf = new Map();

/** What answers a request; undefined for one that nobody should make. */
function answerTo(path) {
  if (path === "/pglite") return pglite;
  const worker = /^\/postgres\/(\d+)$/.exec(path)?.[1];
  if (worker === undefined) return undefined;
  if (!postgresOf.has(worker))
    postgresOf.set(
      worker,
      onFirstCall(() => postgresFor(worker)),
    );
  return postgresOf.get(worker);
}

async function postgresFor(worker) {
  const own = join(folder, worker);
  mkdirSync(own);
  chmodSync(own, 0o755);
  const server = await startPostgres(own);
  servers.push(server);
  return server.url;
}

const service = createServer((request, response) => {
  const answer = answerTo(request.url ?? "");
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
  for (const server of servers) server.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

// Otherwise it closes a connection that a test is just about to use again.
service.keepAliveTimeout = 0;
service.listen(0, "127.0.0.1");
await once(service, "listening");
process.stdout.write(`http://127.0.0.1:${service.address().port}\n`);

await once(process.stdin.resume(), "close");
await Promise.all(servers.map((server) => server.stop()));
process.exit();

/** Runs the work at the first call; every call gets its one result. */
function onFirstCall(work) {
  let result;
  return () => {
    result ??= work();
    return result;
  };
}
