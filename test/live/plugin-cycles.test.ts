import { expect, test } from "vitest";
import { defineModule, PluginManager, SchemaRegistry } from "../../src/index.js";
import { engines, type LiveDatabase } from "./engines.js";

/** A few in the test command; `npm run soak` asks for thousands. */
const CYCLES = Number(process.env["TENON_CYCLES"] ?? 15);
const SECONDS = 1000;

const calendar = defineModule(
  "calendar",
  "plugin",
  { prefix: "calendar_", sqlOnly: true },
  {
    1: {
      name: "Events",
      up: [
        "CREATE TABLE calendar_events (id INTEGER PRIMARY KEY, title TEXT)",
        "CREATE INDEX calendar_events_by_title ON calendar_events (title)",
        "CREATE VIEW calendar_titles AS SELECT title FROM calendar_events",
      ],
      down: ["DROP VIEW calendar_titles", "DROP TABLE calendar_events"],
    },
  },
);

/** Everything that could be left behind: objects, rows of the journal, and on PostgreSQL roles, locks and prepared statements. */
async function traces(database: LiveDatabase): Promise<Record<string, number>> {
  const counts: Record<string, string> =
    database.engine === "sqlite"
      ? {
          objects: "SELECT count(*) FROM sqlite_schema",
          temporary: "SELECT count(*) FROM sqlite_temp_schema",
        }
      : {
          objects:
            "SELECT count(*) FROM pg_class WHERE relnamespace::regnamespace::text !~ '^(pg_toast|pg_temp)'",
          functions: "SELECT count(*) FROM pg_proc",
          types:
            "SELECT count(*) FROM pg_type WHERE typnamespace::regnamespace::text !~ '^(pg_toast|pg_temp)'",
          dependencies: "SELECT count(*) FROM pg_shdepend",
          roles: "SELECT count(*) FROM pg_roles",
          rights: "SELECT count(*) FROM pg_default_acl",
          locks: "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
        };
  const journal = ["", "_state", "_objects", "_plugins"].map(
    (suffix) => [`journal${suffix}`, `SELECT count(*) FROM schema_migrations${suffix}`] as const,
  );
  const found: Record<string, number> = {};
  for (const [name, query] of [...Object.entries(counts), ...journal]) {
    const [row] = await database.look(query);
    found[name] = Number(Object.values(row ?? {})[0]);
  }
  return found;
}

/** Pages of the database; not of the file, which lags behind while a log is written beside it. */
async function sizeOf(database: LiveDatabase): Promise<number> {
  if (database.engine !== "sqlite") return 0;
  const [row] = await database.look("SELECT page_count AS pages FROM pragma_page_count()");
  return Number(row?.["pages"]);
}

test.each(engines)(
  "cycles of activation and rest, and of activation and removal, leave nothing behind on $name",
  async (engine) => {
    const database = await engine.create();
    const connection = await database.connect();
    const registry = new SchemaRegistry();
    registry.register(calendar);
    const plugins = new PluginManager(connection, { registry });
    await plugins.activatePlugin("calendar");
    await connection.execute("INSERT INTO calendar_events VALUES (1, 'Tea')");
    const [before, size] = [await traces(database), await sizeOf(database)];

    for (let cycle = 0; cycle < CYCLES; cycle++) {
      await plugins.deactivatePlugin("calendar");
      expect((await plugins.activatePlugin("calendar")).steps).toEqual([]);
    }
    expect(await traces(database)).toEqual(before);
    expect(await database.look("SELECT * FROM calendar_events")).toEqual([{ id: 1, title: "Tea" }]);
    expect(await sizeOf(database)).toBe(size);

    for (let cycle = 0; cycle < CYCLES / 5; cycle++) {
      await plugins.removePlugin("calendar", { withoutDump: true });
      await plugins.activatePlugin("calendar");
    }
    expect(await traces(database)).toEqual(before);
    expect(await sizeOf(database)).toBeLessThan(size * 2 + 1);
  },
  (60 + CYCLES) * SECONDS,
);
