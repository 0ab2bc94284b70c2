import { expect, test } from "vitest";
import { connect } from "../../../../src/connection/index.js";
import { ReachGraph } from "../../../../src/dialects/sqlite/reach.js";

test("a cascade is seen however its key is spelled, and where LIKE tells capitals apart", async () => {
  const connection = await connect(":memory:");
  await connection.executeScript(`
    PRAGMA case_sensitive_like = ON;
    CREATE TABLE parent (id integer primary key);
    CREATE TABLE child (id integer primary key, parent integer references PARENT (id) on delete cascade);
    CREATE TABLE other (id integer primary key on conflict replace);`);

  const graph = await ReachGraph.read(connection);

  expect(graph.reach([{ kind: "drop-table", table: "parent" }])).toEqual([{ table: "child" }]);
  expect(graph.reach([{ kind: "insert", table: "other" }])).toEqual([{ table: "other" }]);
  await connection.close();
});
