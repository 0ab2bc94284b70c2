import type { Connection } from "../../connection/index.js";
import { TenonError } from "../../errors.js";
import type { SessionSettings } from "../dialect.js";

/**
 * Sets what a step asks of its session and gives what puts it back. SQLite ignores `PRAGMA foreign_keys` inside a
 * transaction without a word, so it is set before BEGIN and read back:
 * https://sqlite.org/pragma.html#pragma_foreign_keys
 */
export async function applySettings(
  connection: Connection,
  settings: SessionSettings,
): Promise<() => Promise<void>> {
  const saved = new Map<string, string>();
  for (const name of settings.restore ?? []) saved.set(name, await readPragma(connection, name));
  if (settings.foreignKeys !== undefined) {
    saved.set("foreign_keys", await readPragma(connection, "foreign_keys"));
    await setForeignKeys(connection, settings.foreignKeys);
  }
  return async () => {
    for (const [name, value] of saved) await connection.executeScript(`PRAGMA main.${name} = ${value}`);
    const foreignKeys = saved.get("foreign_keys");
    if (foreignKeys !== undefined) await expectPragma(connection, "foreign_keys", foreignKeys);
  };
}

async function setForeignKeys(connection: Connection, wanted: "on" | "off"): Promise<void> {
  await connection.executeScript(`PRAGMA foreign_keys = ${wanted === "on" ? 1 : 0}`);
  await expectPragma(connection, "foreign_keys", wanted === "on" ? "1" : "0");
}

async function expectPragma(connection: Connection, name: string, wanted: string): Promise<void> {
  const found = await readPragma(connection, name);
  if (found === wanted) return;
  throw new TenonError(
    "FOREIGN_KEYS_UNAVAILABLE",
    `PRAGMA ${name} was set to ${wanted} and reads back as ${found || "nothing"}: this database does not switch it.`,
    {
      hint: "A step that switches foreign keys off needs a session that can; a remote database may not be able to. Nothing was changed.",
    },
  );
}

async function readPragma(connection: Connection, name: string): Promise<string> {
  const rows = await connection.query(`PRAGMA ${name}`);
  const [row] = rows;
  return row === undefined ? "" : String(Object.values(row)[0] ?? "");
}
