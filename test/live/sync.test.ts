import * as pg from "drizzle-orm/pg-core";
import * as lite from "drizzle-orm/sqlite-core";
import { describe, expect, test } from "vitest";
import { defineModule, SchemaManager } from "../../src/index.js";
import { comparedEngines, type LiveEngine } from "./engines.js";

/** The same two tables for each engine. */
function tablesFor({ engine }: LiveEngine) {
  if (engine === "sqlite") {
    const users = lite.sqliteTable("users", {
      id: lite.integer("id").primaryKey(),
      email: lite.text("email").notNull().unique(),
      name: lite.text("name").notNull().default("nobody"),
    });
    const posts = lite.sqliteTable("posts", {
      id: lite.integer("id").primaryKey(),
      author: lite
        .integer("author")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      title: lite.text("title").notNull(),
    });
    return { users, posts };
  }
  const users = pg.pgTable("users", {
    id: pg.integer("id").primaryKey(),
    email: pg.text("email").notNull().unique(),
    name: pg.text("name").notNull().default("nobody"),
  });
  const posts = pg.pgTable("posts", {
    id: pg.integer("id").primaryKey(),
    author: pg
      .integer("author")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    title: pg.text("title").notNull(),
  });
  return { users, posts };
}

describe.each(comparedEngines)("sync on $name", (engine) => {
  test("tables are created in the order of their keys, journaled with the way back, and then nothing is left to do", async () => {
    const database = await engine.create();
    const connection = await database.connect();
    const blog = defineModule("blog", "core", {}, { tables: tablesFor(engine) });
    const manager = new SchemaManager(connection, blog);

    const first = await manager.migrateToLatest();
    const second = await manager.migrateToLatest();

    expect(first.steps.map((step) => `${step.module}@${step.version} ${step.name}`)).toEqual(["blog@1 sync"]);
    expect(first.versions).toEqual({ blog: 1 });
    expect(second).toEqual({ steps: [], versions: { blog: 1 } });
    expect(await manager.needsMigration()).toBe(false);
    await connection.execute("INSERT INTO users (id, email) VALUES (1, 'ann@example.org')");
    expect(await database.look("SELECT name FROM users")).toEqual([{ name: "nobody" }]);
    const [row] = await manager.getMigrationHistory();
    expect(row?.upSql?.join()).toContain('"posts"');
    expect(row?.downSql?.join()).toContain("DROP TABLE");
    expect((await manager.validateSchema()).problems).toEqual([]);
  });
});
