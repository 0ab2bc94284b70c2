// Random modules of Drizzle tables, made through Drizzle's own builders, with rows that fit every one of them.
import fc from "fast-check";
import type { Drizzle } from "../autogenerate/drizzles.js";

export type Engine = "sqlite" | "postgres";

type Type = "integer" | "bigint" | "text" | "varchar" | "numeric" | "real";
type Target = "t0" | "t1";

/** A column that holds the number of its row, as a number or as a text. */
export interface ColumnSpec {
  readonly type: Type;
  /** What is required has a default, and what is unique has none: so each can come and go while there are rows. */
  readonly kind: "plain" | "default" | "required" | "unique";
  readonly isChecked: boolean;
  readonly index: "none" | "plain" | "descending" | "partial" | "expression";
}

export interface ReferenceSpec {
  readonly isKept: boolean;
  readonly onDelete: "cascade" | "set null" | "no action";
}

export interface TableSpec {
  readonly columns: Readonly<Record<string, ColumnSpec>>;
  readonly label: "free" | "required" | "unique";
  readonly references: Readonly<Partial<Record<Target, ReferenceSpec>>>;
  readonly flag: "none" | "plain" | "on" | "off";
  readonly data: boolean;
  readonly made: "none" | "timestamp" | "timestamp with time zone";
  readonly mood: boolean;
  readonly length: "none" | "stored" | "virtual";
  /** Of the two columns only where nobody refers to the table. */
  readonly key: "id" | "id and label";
  readonly counts: boolean;
  readonly isGuarded: boolean;
}

export interface SchemaSpec {
  readonly tables: Readonly<Record<string, TableSpec>>;
  /** Ids above which the view shows rows. */
  readonly view: number | undefined;
  readonly moods: readonly string[];
  readonly sequence: number | undefined;
}

export const ROWS = [1, 2, 3];

const column: fc.Arbitrary<ColumnSpec> = fc.record({
  type: fc.constantFrom<Type>("integer", "bigint", "text", "varchar", "numeric", "real"),
  kind: fc.constantFrom("plain", "default", "required", "unique"),
  isChecked: fc.boolean(),
  index: fc.constantFrom("none", "plain", "descending", "partial", "expression"),
});

const reference: fc.Arbitrary<ReferenceSpec> = fc.record({
  isKept: fc.boolean(),
  onDelete: fc.constantFrom("cascade", "set null", "no action"),
});

const table: fc.Arbitrary<TableSpec> = fc.record({
  columns: fc.dictionary(fc.constantFrom("c0", "c1", "c2"), column, { noNullPrototype: true }),
  label: fc.constantFrom("free", "required", "unique"),
  references: fc.record({ t0: reference, t1: reference }, { requiredKeys: [] }),
  flag: fc.constantFrom("none", "plain", "on", "off"),
  data: fc.boolean(),
  made: fc.constantFrom("none", "timestamp", "timestamp with time zone"),
  mood: fc.boolean(),
  length: fc.constantFrom("none", "stored", "virtual"),
  key: fc.constantFrom("id", "id and label"),
  counts: fc.boolean(),
  isGuarded: fc.boolean(),
});

export const schemaSpec: fc.Arbitrary<SchemaSpec> = fc
  .record({
    tables: fc
      .tuple(table, fc.dictionary(fc.constantFrom("t1", "t2"), table, { noNullPrototype: true }))
      .map(([t0, others]): Record<string, TableSpec> => ({ t0, ...others })),
    view: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
    moods: fc.subarray(["calm", "it's ok", "busy"]).map((others) => ["sad", ...others]),
    sequence: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  })
  .map(withoutLooseEnds);

/** References go to tables that are there, and only tables that nobody refers to have a key of two columns. */
function withoutLooseEnds(schema: SchemaSpec): SchemaSpec {
  const tables = Object.entries(schema.tables).map(([name, spec]) => {
    const references = Object.entries(spec.references).filter(([target]) => target in schema.tables);
    return [
      name,
      { ...spec, references: Object.fromEntries(references), key: name === "t2" ? spec.key : "id" },
    ];
  });
  return { ...schema, tables: Object.fromEntries(tables) };
}

/** The columns of a table that hold something which a change must keep; what the engine computes is not among them. */
export function columnsOf(spec: TableSpec, engine: Engine): readonly string[] {
  return [
    "id",
    "label",
    ...Object.keys(spec.columns),
    ...Object.keys(spec.references).map((target) => `${target}_id`),
    ...(spec.flag === "none" ? [] : ["flag"]),
    ...(spec.data ? ["data"] : []),
    ...(spec.made === "none" ? [] : ["made"]),
    ...(engine === "postgres" && spec.mood ? ["mood"] : []),
  ];
}

/** SQL that puts the same rows into every table. */
export function rowsSql(schema: SchemaSpec, engine: Engine): readonly string[] {
  const inserts: string[] = [];
  const links: string[] = [];
  for (const [name, spec] of Object.entries(schema.tables)) {
    const own = columnsOf(spec, engine).filter((each) => !each.endsWith("_id"));
    for (const row of ROWS) {
      const values = own.map((each) => valueIn(each, spec, row, engine));
      inserts.push(`INSERT INTO ${name} (${own.join(", ")}) VALUES (${values.join(", ")})`);
    }
    for (const target of Object.keys(spec.references)) links.push(`UPDATE ${name} SET ${target}_id = id`);
  }
  return [...inserts, ...links];
}

function valueIn(name: string, spec: TableSpec, row: number, engine: Engine): string {
  const type = spec.columns[name]?.type;
  if (type === "text" || type === "varchar" || name === "label") return `'${row}'`;
  if (type !== undefined || name === "id") return String(row);
  if (name === "flag") return engine === "sqlite" ? "1" : "true";
  if (name === "data") return `'{"row": ${row}}'`;
  if (name === "made") return engine === "sqlite" ? "1700000000" : "'2024-02-29 12:30:00'";
  return "'sad'";
}

/** The tables and other objects, made by the builders of a version of Drizzle. */
export function drizzleTables(schema: SchemaSpec, engine: Engine, drizzle: Drizzle): Record<string, unknown> {
  return engine === "sqlite" ? sqliteTables(schema, drizzle) : postgresTables(schema, drizzle);
}

function sqliteTables({ tables, view }: SchemaSpec, { lite, sql }: Drizzle): Record<string, unknown> {
  const made: Record<string, ReturnType<typeof lite.sqliteTable>> = {};
  const idOf = (target: string) => (): never => Reflect.get(made[target] ?? {}, "id") as never;
  for (const [name, spec] of Object.entries(tables)) {
    const columns: Record<string, unknown> = {
      id:
        spec.key === "id and label"
          ? lite.integer().notNull()
          : lite.integer().primaryKey({ autoIncrement: spec.counts }),
      label: labelled(lite.text(), spec),
    };
    for (const [key, each] of Object.entries(spec.columns))
      columns[key] = shaped(sqliteColumn(each.type, lite), each);
    for (const [target, { isKept, onDelete }] of Object.entries(spec.references)) {
      const pointer = lite.integer();
      columns[`${target}_id`] = isKept ? pointer.references(idOf(target), { onDelete }) : pointer;
    }
    if (spec.flag !== "none") columns["flag"] = flagged(lite.integer({ mode: "boolean" }), spec);
    if (spec.data) columns["data"] = lite.text({ mode: "json" }).default({ a: ["it's"] });
    if (spec.made !== "none")
      columns["made"] =
        spec.made === "timestamp"
          ? lite.integer({ mode: "timestamp" })
          : lite.integer().default(sql`(unixepoch())`);
    if (spec.length !== "none")
      columns["length"] = lite.integer().generatedAlwaysAs(sql`length("label")`, { mode: spec.length });
    made[name] = lite.sqliteTable(name, columns as never, (own: Record<string, never>) => [
      ...(spec.key === "id and label"
        ? [lite.primaryKey({ columns: [own["id"], own["label"]] as never })]
        : []),
      ...checksOf(name, spec).map(([key, text]) => lite.check(key, sql.raw(text))),
      ...Object.entries(spec.columns).flatMap(([key, { index }]) => {
        const builder = lite.index(`${name}_${key}_${index}`);
        if (index === "plain") return [builder.on(own[key] as never)];
        if (index === "descending") return [builder.on(sql`${own[key]} DESC`, own["label"] as never)];
        if (index === "partial") return [builder.on(own[key] as never).where(sql`${own["id"]} > ${1}`)];
        return index === "expression" ? [builder.on(sql`coalesce(${own[key]}, ${"0"})`)] : [];
      }),
    ]) as never;
  }
  const { t0 } = made;
  if (t0 === undefined || view === undefined) return made;
  const shown = lite.sqliteView("shown").as((query) =>
    query
      .select()
      .from(t0)
      .where(sql`${idOf("t0")()} > ${view}`),
  );
  return { ...made, shown };
}

function postgresTables(
  { tables, view, moods, sequence }: SchemaSpec,
  drizzle: Drizzle,
): Record<string, unknown> {
  const { pg, sql } = drizzle;
  const mood = pg.pgEnum("mood", moods as [string, ...string[]]);
  const made: Record<string, ReturnType<typeof pg.pgTable>> = {};
  const idOf = (target: string) => (): never => Reflect.get(made[target] ?? {}, "id") as never;
  for (const [name, spec] of Object.entries(tables)) {
    const id = spec.counts
      ? pg.integer().generatedByDefaultAsIdentity({ startWith: 10 })
      : pg.integer().notNull();
    const columns: Record<string, unknown> = {
      id: spec.key === "id and label" ? id : id.primaryKey(),
      label: labelled(pg.text(), spec),
    };
    for (const [key, each] of Object.entries(spec.columns))
      columns[key] = shaped(postgresColumn(each.type, pg), each);
    for (const [target, { isKept, onDelete }] of Object.entries(spec.references)) {
      const pointer = pg.integer();
      columns[`${target}_id`] = isKept ? pointer.references(idOf(target), { onDelete }) : pointer;
    }
    if (spec.flag !== "none") columns["flag"] = flagged(pg.boolean(), spec);
    if (spec.data) columns["data"] = pg.jsonb().default({ a: ["it's"] });
    if (spec.made !== "none")
      columns["made"] = pg.timestamp({ withTimezone: spec.made === "timestamp with time zone" }).defaultNow();
    if (spec.mood) columns["mood"] = mood().default("sad");
    if (spec.length !== "none") columns["length"] = pg.integer().generatedAlwaysAs(sql`length("label")`);
    const table = pg.pgTable(name, columns as never, (own: Record<string, never>) => [
      ...(spec.key === "id and label"
        ? [pg.primaryKey({ columns: [own["id"], own["label"]] as never })]
        : []),
      ...checksOf(name, spec).map(([key, text]) => pg.check(key, sql.raw(text))),
      ...(spec.isGuarded
        ? [pg.pgPolicy(`${name}_policy`, { for: "select", using: sql`${own["id"]} > 0` })]
        : []),
      ...Object.entries(spec.columns).flatMap(([key, { index, type }]) => {
        const builder = pg.index(`${name}_${key}_${index}`);
        if (index === "plain") return [builder.on(own[key] as never)];
        if (index === "descending")
          return [
            builder.on(
              Reflect.apply(Reflect.get(Object(own[key]), "desc"), own[key], []),
              own["label"] as never,
            ),
          ];
        if (index === "partial") return [builder.on(own[key] as never).where(sql`${own["id"]} > ${1}`)];
        const nothing = type === "text" || type === "varchar" ? sql`'0'` : sql`0`;
        return index === "expression" ? [builder.on(sql`(coalesce(${own[key]}, ${nothing}))`)] : [];
      }),
    ]);
    made[name] = table as never;
  }
  const others: Record<string, unknown> = { mood };
  if (sequence !== undefined) others["numbers"] = pg.pgSequence("numbers", { increment: sequence });
  const { t0 } = made;
  if (t0 !== undefined && view !== undefined)
    others["shown"] = pg.pgView("shown").as((query) =>
      query
        .select()
        .from(t0)
        .where(sql`${idOf("t0")()} > ${view}`),
    );
  return { ...made, ...others };
}

function sqliteColumn(type: Type, lite: Drizzle["lite"]) {
  if (type === "text") return lite.text();
  if (type === "varchar") return lite.text({ length: 20 });
  if (type === "real") return lite.real();
  return type === "numeric" ? lite.numeric() : lite.integer();
}

function postgresColumn(type: Type, pg: Drizzle["pg"]) {
  if (type === "text") return pg.text();
  if (type === "varchar") return pg.varchar({ length: 20 });
  if (type === "real") return pg.doublePrecision();
  if (type === "bigint") return pg.bigint({ mode: "number" });
  return type === "numeric" ? pg.numeric() : pg.integer();
}

/** What builders of both engines have in common. */
interface Builder {
  notNull(): Builder;
  default(value: unknown): Builder;
  unique(): Builder;
}

function shaped(builder: unknown, { type, kind }: ColumnSpec): unknown {
  const column = builder as Builder;
  const value = type === "text" || type === "varchar" || type === "numeric" ? "7" : 7;
  if (kind === "default") return column.default(value);
  if (kind === "required") return column.notNull().default(value);
  return kind === "unique" ? column.unique() : column;
}

function labelled(builder: unknown, { label, key }: TableSpec): unknown {
  const column = builder as Builder;
  const named = label === "required" || key === "id and label" ? column.notNull() : column;
  return label === "unique" ? named.unique() : named;
}

function flagged(builder: unknown, { flag }: TableSpec): unknown {
  const column = builder as Builder;
  return flag === "plain" ? column : column.notNull().default(flag === "on");
}

function checksOf(table: string, spec: TableSpec): readonly (readonly [name: string, expression: string])[] {
  return Object.entries(spec.columns)
    .filter(([, { isChecked }]) => isChecked)
    .map(([name, { type }]) => [
      `${table}_${name}_fits`,
      type === "text" || type === "varchar" ? `"${name}" <> 'no'` : `"${name}" >= 0`,
    ]);
}
