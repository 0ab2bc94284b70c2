import { expect, test } from "vitest";
import type { Connection } from "../../../../src/connection/index.js";
import { postgres } from "../../../../src/dialects/postgres/index.js";
import { postgresDatabase } from "../../../servers/postgres.js";
import { errorOf, opened } from "../../connection/pg-opened.js";

const recover = (connection: Connection, text: string) =>
  postgres.recover?.(connection, { text, start: 0, line: 1, column: 1 });

const INDEXES =
  "SELECT c.relname::text AS name, i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid WHERE t.relname = 'notes' ORDER BY 1";

/** Two equal rows, so that a unique index over them fails on its way and stays behind, INVALID. */
async function withLeftover(connection: Connection, sql: string): Promise<void> {
  await connection.executeScript("CREATE TABLE notes (id int); INSERT INTO notes VALUES (1), (1)");
  await errorOf(connection.execute(sql));
}

test("an INVALID index left by an interrupted build is dropped, so that IF NOT EXISTS builds it again", async () => {
  const connection = await opened(await postgresDatabase());
  const sql = 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "Notes Id" ON notes (id)';
  await withLeftover(connection, sql);
  expect(await connection.query(INDEXES)).toEqual([{ name: "Notes Id", valid: false }]);
  await connection.execute("DELETE FROM notes");

  expect(await recover(connection, sql)).toContain("Notes Id");

  await connection.execute(sql);
  expect(await connection.query(INDEXES)).toEqual([{ name: "Notes Id", valid: true }]);
});

test("a valid index, an index of another table and other statements are left alone", async () => {
  const connection = await opened(await postgresDatabase());
  await withLeftover(connection, "CREATE UNIQUE INDEX CONCURRENTLY notes_id ON notes (id)");
  await connection.executeScript("CREATE TABLE others (id int); CREATE INDEX others_id ON others (id)");
  expect(await recover(connection, "CREATE INDEX CONCURRENTLY others_id ON others (id)")).toBeUndefined();
  expect(await recover(connection, "CREATE INDEX CONCURRENTLY notes_id ON others (id)")).toBeUndefined();
  expect(await recover(connection, "CREATE INDEX notes_id ON notes (id)")).toBeUndefined();
  expect(
    await recover(connection, "CREATE INDEX CONCURRENTLY notes_id ON nowhere.notes (id)"),
  ).toBeUndefined();
  expect(await connection.query(INDEXES)).toEqual([{ name: "notes_id", valid: false }]);
});

test("an INVALID index whose statement gives no name is told and not dropped", async () => {
  const connection = await opened(await postgresDatabase());
  const sql = "CREATE UNIQUE INDEX CONCURRENTLY ON public.notes (id)";
  await withLeftover(connection, sql);
  expect(await recover(connection, sql)).toContain("notes_id_idx");
  expect(await connection.query(INDEXES)).toEqual([{ name: "notes_id_idx", valid: false }]);
});
