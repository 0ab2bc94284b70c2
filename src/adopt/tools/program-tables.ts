// Tools whose migrations are programs: only their tables can be read, and a baseline stands for what they did.
import { cellOf, isTrue, sortedBy, textOf, wordOf } from "./cell.js";
import { type ForeignEntry, type ForeignTool, plainEntry } from "./foreign-tool.js";

/** One row for each head of the history, not for each migration: it stands for all that lead to it. */
export const alembic: ForeignTool = {
  name: "alembic",
  tables: ["alembic_version"],
  columns: ["version_num"],
  migrations: "programs",
  read: (rows) => ({ entries: rows.map((row) => plainEntry(wordOf(row, "version_num"))) }),
};

export const knex: ForeignTool = {
  name: "knex",
  tables: ["knex_migrations"],
  columns: ["name", "batch", "migration_time"],
  companions: ["knex_migrations_lock"],
  migrations: "programs",
  read: (rows, companion) => ({
    entries: sortedBy(rows, "id").map((row) =>
      plainEntry(wordOf(row, "name"), cellOf(row, "migration_time")),
    ),
    troubles: lockTroubles(companion("knex_migrations_lock"), "is_locked", "knex_migrations_lock"),
  }),
};

export const kysely: ForeignTool = {
  name: "kysely",
  tables: ["kysely_migration"],
  columns: ["name", "timestamp"],
  companions: ["kysely_migration_lock"],
  migrations: "programs",
  read: (rows, companion) => ({
    entries: rows
      .map((row) => plainEntry(wordOf(row, "name"), cellOf(row, "timestamp")))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    troubles: lockTroubles(companion("kysely_migration_lock"), "is_locked", "kysely_migration_lock"),
  }),
};

/** Umzug as Sequelize uses it. */
export const umzug: ForeignTool = {
  name: "umzug",
  tables: ["SequelizeMeta"],
  columns: ["name"],
  migrations: "programs",
  read: (rows) => ({
    entries: rows.map((row) => plainEntry(wordOf(row, "name"))).sort((a, b) => (a.id < b.id ? -1 : 1)),
  }),
};

export const typeorm: ForeignTool = {
  name: "typeorm",
  tables: ["migrations"],
  columns: ["id", "timestamp", "name"],
  companions: ["typeorm_metadata"],
  migrations: "programs",
  read: (rows) => ({
    entries: sortedBy(rows, "id").map((row) => plainEntry(wordOf(row, "name"))),
  }),
};

export const mikroOrm: ForeignTool = {
  name: "mikro-orm",
  tables: ["mikro_orm_migrations"],
  columns: ["name", "executed_at"],
  migrations: "programs",
  read: (rows) => ({
    entries: sortedBy(rows, "id").map((row) => plainEntry(wordOf(row, "name"), cellOf(row, "executed_at"))),
  }),
};

export const nodePgMigrate: ForeignTool = {
  name: "node-pg-migrate",
  tables: ["pgmigrations"],
  columns: ["name", "run_on"],
  migrations: "programs",
  read: (rows) => ({
    entries: sortedBy(rows, "id").map((row) => plainEntry(wordOf(row, "name"), cellOf(row, "run_on"))),
  }),
};

/** https://docs.liquibase.com/concepts/tracking-tables/databasechangelog-table.html */
export const liquibase: ForeignTool = {
  name: "liquibase",
  tables: ["databasechangelog"],
  columns: ["id", "author", "filename", "orderexecuted"],
  companions: ["databasechangeloglock"],
  migrations: "programs",
  read: (rows, companion) => ({
    entries: sortedBy(rows, "orderexecuted").map((row): ForeignEntry => {
      const id = `${wordOf(row, "filename")}::${wordOf(row, "id")}::${wordOf(row, "author")}`;
      const isFailed = wordOf(row, "exectype").toUpperCase() === "FAILED";
      return {
        ...plainEntry(id, cellOf(row, "dateexecuted"), textOf(row, "description")),
        appliedBy: textOf(row, "author"),
        ...(isFailed ? { state: "failed", why: "the table says that it failed" } : {}),
      };
    }),
    troubles: lockTroubles(companion("databasechangeloglock"), "locked", "databasechangeloglock"),
  }),
};

/** On PostgreSQL in a schema of its own; on SQLite in a file beside the database, which is not looked at. */
export const sqitch: ForeignTool = {
  name: "sqitch",
  tables: ["changes"],
  schemas: ["sqitch"],
  columns: ["change_id", "change", "project", "committed_at"],
  companions: ["dependencies", "events", "projects", "releases", "tags"],
  migrations: "programs",
  read: (rows) => ({
    entries: [...rows]
      .sort((a, b) => (wordOf(a, "committed_at") < wordOf(b, "committed_at") ? -1 : 1))
      .map(
        (row): ForeignEntry => ({
          ...plainEntry(wordOf(row, "change"), cellOf(row, "committed_at"), textOf(row, "note")),
          appliedBy: textOf(row, "committer_name"),
          checksum: textOf(row, "script_hash"),
        }),
      ),
  }),
};

export const django: ForeignTool = {
  name: "django",
  tables: ["django_migrations"],
  columns: ["app", "name", "applied"],
  migrations: "programs",
  read: (rows) => ({
    entries: sortedBy(rows, "id").map((row) => {
      const app = wordOf(row, "app");
      return { ...plainEntry(`${app}.${wordOf(row, "name")}`, cellOf(row, "applied")), group: app };
    }),
  }),
};

/** A lock that is held: the tool is at work, or it died while it was. */
function lockTroubles(
  rows: Parameters<ForeignTool["read"]>[0],
  column: string,
  table: string,
): readonly string[] {
  return rows.some((row) => isTrue(row, column))
    ? [`${table} says that the tool is at work now, or was stopped while it was.`]
    : [];
}
