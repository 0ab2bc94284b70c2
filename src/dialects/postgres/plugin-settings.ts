import type { Connection } from "../../connection/index.js";
import { forbidden } from "../plugin-refusal.js";
import { PLUGIN_SETTINGS } from "./plugin-code.js";

/** The settings that were made in this session, by name. */
export async function sessionSettings(connection: Connection): Promise<ReadonlyMap<string, string>> {
  const rows = await connection.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_catalog.pg_settings WHERE source = 'session'",
  );
  return new Map(rows.map(({ name, setting }) => [name, setting]));
}

/** Refuses settings that a plugin has changed and that would last beyond its migration. */
export async function refuseKeptSettings(
  connection: Connection,
  before: ReadonlyMap<string, string>,
): Promise<void> {
  const after = await sessionSettings(connection);
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const changed = names.find((name) => before.get(name) !== after.get(name) && !PLUGIN_SETTINGS.has(name));
  if (changed === undefined) return;
  throw forbidden(`To change the setting ${changed}`, "It would last beyond the migration.");
}
