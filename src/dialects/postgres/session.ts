import type { Connection } from "../../connection/index.js";
import type { SessionSettings } from "../dialect.js";

/**
 * Reads the settings that a step is going to change, and gives what puts them back. They are set in the step's
 * transaction and stay when it commits: https://www.postgresql.org/docs/current/sql-set.html
 */
export async function applySettings(
  connection: Connection,
  settings: SessionSettings,
): Promise<() => Promise<void>> {
  const names = settings.restore ?? [];
  if (names.length === 0) return async () => undefined;
  const before = await readSettings(connection, names);
  return async () => {
    const after = await readSettings(connection, names);
    const changed = [...before].filter(([name, value]) => after.get(name) !== value);
    // Those that a step makes up itself (`SET app.user = …`) had no value before; '' is as near as it gets.
    const made = [...after].filter(([name]) => !before.has(name)).map(([name]) => [name, ""] as const);
    for (const [name, value] of inOrder([...changed, ...made])) {
      await connection.query("SELECT pg_catalog.set_config($1, $2, false)", [name, value]);
    }
  };
}

/** `*` stands for all that the session has set so far. */
async function readSettings(
  connection: Connection,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await connection.query<{ name: string; value: string }>(
    `SELECT name, value
     FROM (SELECT name, current_setting(name, true) AS value
           FROM unnest($1::text::text[]) AS name
           UNION
           SELECT name, current_setting(name)
           FROM pg_catalog.pg_settings
           WHERE $2 AND source = 'session') AS settings
     WHERE value IS NOT NULL`,
    [arrayOf(names.filter((name) => name !== "*")), names.includes("*")],
  );
  return new Map(rows.map(({ name, value }) => [name, value]));
}

/** The user first: setting the others may need its rights. */
function inOrder(settings: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  const rank = (name: string) => ["session_authorization", "role"].indexOf(name.toLowerCase());
  return [...settings].sort(
    ([a], [b]) => (rank(b) >= 0 ? 1 : 0) - (rank(a) >= 0 ? 1 : 0) || rank(a) - rank(b),
  );
}

function arrayOf(names: readonly string[]): string {
  return `{${names.map((name) => `"${name.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`).join(",")}}`;
}
