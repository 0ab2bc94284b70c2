import { join } from "node:path";
import Database from "libsql";
import { onTestFinished } from "vitest";
import { type Connection, connect } from "../../../src/connection/index.js";
import { loadDialect, loadTranslation } from "../../../src/dialects/index.js";
import type { DatabaseModel } from "../../../src/schema/index.js";
import {
  type Fit,
  fitTables,
  type Mapping,
  makeRowConverter,
  readMapping,
} from "../../../src/transfer/fit/index.js";
import { temporaryFolder } from "../../live/engines.js";

/** A SQLite database made by the bare driver, and read through a connection. */
export async function sqliteWith(sql: string): Promise<Connection> {
  const path = join(temporaryFolder(), "source.db");
  const database = new Database(path);
  database.exec(sql);
  database.close();
  const connection = await connect(`file:${path}`);
  onTestFinished(() => connection.close());
  return connection;
}

export async function modelOf(connection: Connection): Promise<DatabaseModel> {
  return (await (await loadDialect(connection.engine)).loadSchema()).introspect(connection);
}

export async function fitOf(source: Connection, mapping?: Mapping | string): Promise<Fit> {
  const model = await modelOf(source);
  return fitTables({
    source,
    model,
    to: "postgres",
    mapping: typeof mapping === "string" ? readMapping(mapping, "map.json") : mapping,
  });
}

/** The types that a fit decided, by column of one table. */
export function typesIn(fit: Fit, table: string): Record<string, string> {
  return Object.fromEntries(
    fit.findings.filter((finding) => finding.table === table).map(({ column, type }) => [column, type]),
  );
}

/** Makes the tables on PostgreSQL and puts each row there, by both ways: as SQL gives it, and as the converter makes it. */
export async function moveTo(target: Connection, source: Connection, fit: Fit) {
  const model = await modelOf(source);
  const { translateModel } = await loadTranslation();
  const translated = translateModel(model, "postgres", { typeOf: fit.typeOf }).model;
  const rejected: { readonly table: string; readonly column: string; readonly reason: string }[] = [];
  for (const plan of fit.plan(translated)) {
    const name = `"${plan.target.name.replaceAll('"', '""')}"`;
    const columns = plan.columns.map(({ target: at }) => `"${at.name.replaceAll('"', '""')}" ${at.type}`);
    await target.execute(`CREATE TABLE ${name} (${columns.join(", ")})`);
    const convert = makeRowConverter(plan);
    const from = `FROM main."${plan.source.name.replaceAll('"', '""')}"`;
    const selects = plan.columns.map(({ select }, index) => `${select} AS c${index}`);
    const isFast = plan.columns.every(({ selectText }) => selectText !== undefined);
    const texts = plan.columns.map(({ selectText }, index) => `CAST(${selectText} AS TEXT) AS c${index}`);
    const fast = isFast ? await source.query(`SELECT ${texts.join(", ")} ${from}`) : [];
    for (const [index, row] of (await source.query(`SELECT ${selects.join(", ")} ${from}`)).entries()) {
      const converted = convert(Object.values(row));
      if (converted.kind === "reject") {
        rejected.push({ table: plan.source.name, column: converted.column, reason: converted.reason });
        continue;
      }
      const places = plan.columns.map(({ target: at }, place) => `$${place + 1}::text::${at.type}`);
      const values = isFast && index % 2 === 0 ? Object.values(fast[index] ?? {}) : converted.values;
      await target.execute(`INSERT INTO ${name} VALUES (${places.join(", ")})`, values);
    }
  }
  return { rejected };
}
