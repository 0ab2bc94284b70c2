import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";

import { startPostgres } from "../test/servers/postgres-server.mjs";

const { Client } = createRequire(import.meta.url)("pg");

/** A server of our own, with databases that are made anew before a run. */
export async function startDatabases(folder) {
  mkdirSync(folder, { recursive: true });
  const server = await startPostgres(folder);
  const urlOf = (name) => server.url.replace(/\/postgres$/, `/bench_${name}`);
  return {
    urlOf,
    run,
    stop: () => server.stop(),
    async empty(name) {
      await run(server.url, `DROP DATABASE IF EXISTS bench_${name} WITH (FORCE)`);
      await run(server.url, `CREATE DATABASE bench_${name}`);
    },
  };
}

async function run(url, sql) {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
