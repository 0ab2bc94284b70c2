import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject, onTestFinished } from "vitest";

/** The URL of the server that the tests of this worker use, as a role that may create databases: our own, or that of PG_URL. */
export async function postgresServer(): Promise<string> {
  const given = process.env["PG_URL"];
  if (given !== undefined && given !== "") return given;
  const response = await fetch(`${inject("testServers")}/postgres/${process.env["VITEST_POOL_ID"] ?? "1"}`);
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return answer;
}

/** Makes an empty database for one test; it is dropped when the test has finished, with its sessions. */
export async function postgresDatabase(): Promise<string> {
  const server = await postgresServer();
  const name = `tenon_${randomBytes(6).toString("hex")}`;
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
  onTestFinished(() => onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** A second, independent session for looking at what the code under test did; ended with the test. */
export async function postgresWitness(url: string): Promise<pg.Client> {
  const witness = new pg.Client({ connectionString: url, types });
  // The session may be ended by the test itself (a dropped database, a stopped server).
  witness.on("error", () => {});
  await witness.connect();
  onTestFinished(() => witness.end());
  return witness;
}

/** Integers as numbers: no test has one that is too large. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (type: number, format?: "text" | "binary") =>
    type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format),
};

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
