// The SQL of random schemas: how they are built in an empty database, and rows for their tables.
import {
  type ColumnSpec,
  type FormSpec,
  isComputed,
  type PartSpec,
  type SchemaSpec,
  type TableSpec,
  TYPES,
  type ViewSpec,
} from "./postgres-schema.js";

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function tableSql(table: TableSpec): string {
  return `${table.schema}.${quote(table.name)}`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** The statements that build a schema. Swapped names live in one space, so tables of two schemas never clash. */
export function schemaSql(schema: SchemaSpec): readonly string[] {
  const statements = ["CREATE SCHEMA app", TRIGGER_FUNCTION];
  for (const { name, values } of schema.enums) {
    statements.push(`CREATE TYPE app.${quote(name)} AS ENUM (${values.map(text).join(", ")})`);
  }
  for (const domain of schema.domains) statements.push(domainSql(domain));
  for (const item of schema.functions) statements.push(functionSql(item));
  for (const table of schema.tables) statements.push(...new TableSql(schema, table).create());
  for (const table of schema.tables) statements.push(...new TableSql(schema, table).connect());
  const built = new Map<number, BuiltView>();
  for (const view of schema.views) statements.push(...viewSql(schema, view, built));
  return statements;
}

const TRIGGER_FUNCTION =
  "CREATE FUNCTION app.fires() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$";

function domainSql({ name, form }: FormSpec): string {
  const base = form % 2 === 0 ? "integer" : "bigint";
  const check = form % 3 === 0 ? "" : ` CONSTRAINT positive CHECK (VALUE > ${-(form % 5)})`;
  const value = form % 5 === 0 ? " DEFAULT 3" : "";
  return `CREATE DOMAIN app.${quote(name)} AS ${base}${value}${check}`;
}

/** Takes any integer and gives a number near it; the result's type is part of the form. */
function functionSql({ name, form }: FormSpec): string {
  const result = form % 3 === 0 ? "bigint" : "integer";
  const parameter = form % 4 === 0 ? "number" : "x";
  const body = form % 2 === 0 ? "SELECT $1" : `SELECT $1 + ${form % 7}`;
  return `CREATE FUNCTION app.${quote(name)}(${parameter} integer) RETURNS ${result} LANGUAGE sql IMMUTABLE AS $$ ${body} $$`;
}

export class TableSql {
  readonly #schema: SchemaSpec;
  readonly #table: TableSpec;
  readonly #columns: readonly ColumnSpec[];

  constructor(schema: SchemaSpec, table: TableSpec) {
    this.#schema = schema;
    this.#table = table;
    this.#columns = table.columns;
  }

  create(): readonly string[] {
    const { name, key, shape, fillfactor, comment, security, schema } = this.#table;
    const lines = this.#columns.map((column) => `${quote(column.name)} ${this.#columnSql(column)}`);
    const [first, second] = this.#columns;
    const included =
      second === undefined || isComputed(second.fill) ? "" : ` INCLUDE (${quote(second.name)})`;
    const suffix = key === "deferrable" ? " DEFERRABLE" : key === "include" ? included : "";
    if (key !== "none" && first !== undefined) lines.push(`PRIMARY KEY (${quote(first.name)})${suffix}`);
    const isPartitioned = shape === "partitioned";
    const by = isPartitioned ? ` PARTITION BY RANGE (${quote(first?.name ?? "")})` : "";
    const options = fillfactor === undefined || isPartitioned ? "" : ` WITH (fillfactor = ${fillfactor})`;
    const sql = tableSql(this.#table);
    const statements = [
      `CREATE ${shape === "unlogged" ? "UNLOGGED " : ""}TABLE ${sql} (${lines.join(", ")})${by}${options}`,
    ];
    const child = (suffixed: string) => `${schema}.${quote(`${name} ${suffixed}`)}`;
    if (isPartitioned) {
      statements.push(`CREATE TABLE ${child("low")} PARTITION OF ${sql} FOR VALUES FROM (0) TO (3)`);
      statements.push(`CREATE TABLE ${child("rest")} PARTITION OF ${sql} DEFAULT`);
    }
    if (shape === "parent") statements.push(`CREATE TABLE ${child("child")} (extra text) INHERITS (${sql})`);
    if (comment !== undefined) statements.push(`COMMENT ON TABLE ${sql} IS ${text(comment)}`);
    for (const column of this.#columns) {
      if (column.comment !== undefined) {
        statements.push(`COMMENT ON COLUMN ${sql}.${quote(column.name)} IS ${text(column.comment)}`);
      }
    }
    if (security !== "off") statements.push(`ALTER TABLE ${sql} ENABLE ROW LEVEL SECURITY`);
    if (security === "forced") statements.push(`ALTER TABLE ${sql} FORCE ROW LEVEL SECURITY`);
    return statements;
  }

  /** What may need other tables. */
  connect(): readonly string[] {
    const names = new Set<string>();
    return this.#table.parts.flatMap((part) => {
      const column = this.#columns.find((item) => item.id === part.column) ?? this.#columns[0];
      if (column === undefined || names.has(part.name)) return [];
      names.add(part.name);
      return this.#partSql(part, column);
    });
  }

  #columnSql(column: ColumnSpec): string {
    const type = this.typeOf(column);
    const isText = type === "text" || type === "character varying(20)";
    const parts = [type];
    if (column.collation && isText) parts.push('COLLATE "C"');
    const computed = this.generation(column);
    if (computed !== undefined) return [...parts, computed].join(" ");
    if (this.isNumbered(column) && column.fill === "serial") {
      return { smallint: "smallserial", bigint: "bigserial" }[type] ?? "serial";
    }
    switch (column.fill) {
      case "identity":
        if (!this.isNumbered(column)) break;
        parts.push(
          `GENERATED ${column.id % 2 === 0 ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY (INCREMENT ${1 + (column.id % 3)})`,
        );
        break;
      case "constant":
        if (CONSTANTS[type] !== undefined) parts.push(`DEFAULT ${CONSTANTS[type]}`);
        break;
      case "expression":
        if (EXPRESSIONS[type] !== undefined) parts.push(`DEFAULT ${EXPRESSIONS[type]}`);
        break;
      case "function": {
        const found = this.#function(column.from);
        if (found !== undefined && INTEGERS.has(type)) parts.push(`DEFAULT app.${quote(found.name)}(2)`);
        break;
      }
      default:
    }
    if (column.notNull) parts.push("NOT NULL");
    return parts.join(" ");
  }

  /** Undefined for a column that is not generated, whatever it was meant to be. */
  generation(column: ColumnSpec): string | undefined {
    const type = this.typeOf(column);
    const source = this.#columns.find((item) => item.id === column.from);
    const isPartitioned = this.#table.shape === "partitioned" || this.#table.shape === "parent";
    if (!isComputed(column.fill) || source === undefined || isComputed(source.fill) || isPartitioned)
      return undefined;
    if (!INTEGERS.has(this.typeOf(source)) || !INTEGERS.has(type)) return undefined;
    const found = column.fill === "generated" ? this.#function(column.id) : undefined;
    const value =
      found === undefined
        ? `${quote(source.name)} + 1`
        : `app.${quote(found.name)}(${quote(source.name)}::integer)`;
    return `GENERATED ALWAYS AS ((${value})::${type}) ${column.fill === "virtual" ? "VIRTUAL" : "STORED"}`;
  }

  #function(id: number): FormSpec | undefined {
    const { functions } = this.#schema;
    return functions[id % Math.max(functions.length, 1)];
  }

  /** By a sequence of its own. */
  isNumbered(column: ColumnSpec): boolean {
    return (column.fill === "serial" || column.fill === "identity") && INTEGERS.has(this.typeOf(column));
  }

  typeOf({ type }: ColumnSpec): string {
    if (typeof type === "string") return type;
    const made = [...this.#schema.enums, ...this.#schema.domains].find((item) => item.id === type.made);
    return made === undefined ? "text" : `app.${quote(made.name)}${type.array ? "[]" : ""}`;
  }

  #partSql(part: PartSpec, column: ColumnSpec): readonly string[] {
    const table = tableSql(this.#table);
    const name = quote(part.name);
    const at = quote(column.name);
    const type = this.typeOf(column);
    const id = quote(this.#columns[0]?.name ?? "");
    const add = (definition: string) => [`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`];
    const isVirtual = column.fill === "virtual";
    const isPartitioned = this.#table.shape === "partitioned";
    switch (part.kind) {
      case "check":
        return add(`CHECK (${this.#condition(part, at, type)})${part.form % 5 === 0 ? " NOT VALID" : ""}`);
      case "unique": {
        const columns = isPartitioned || column.id === this.#columns[0]?.id ? id : `${at}, ${id}`;
        if (isVirtual || type === "jsonb") return [];
        return add(
          `UNIQUE ${part.form % 3 === 0 ? "NULLS NOT DISTINCT " : ""}(${columns})${part.form % 4 === 0 ? " DEFERRABLE INITIALLY DEFERRED" : ""}`,
        );
      }
      case "exclusion":
        return isPartitioned
          ? []
          : add(`EXCLUDE USING btree (${id} WITH =)${part.form % 2 === 0 ? ` WHERE (${id} > 0)` : ""}`);
      case "foreign key": {
        const target = this.#schema.tables.find((item) => item.id === part.target);
        const isKey = target !== undefined && (target.key === "primary" || target.key === "include");
        const isKept = target?.shape !== "unlogged" || this.#table.shape === "unlogged";
        if (target === undefined || !isKey || !isKept) return [];
        const actions = ["", " ON DELETE CASCADE", " ON UPDATE SET NULL", " ON DELETE RESTRICT DEFERRABLE"];
        return add(
          `FOREIGN KEY (${id}) REFERENCES ${tableSql(target)} (${quote(target.columns[0]?.name ?? "")})${actions[part.form % 4]}`,
        );
      }
      case "index":
        if (isVirtual || type === "jsonb") return [];
        return [this.#indexSql(part, at, type)];
      case "trigger": {
        const when = part.form % 2 === 0 ? "" : `WHEN (NEW.${id} > ${part.form % 5}) `;
        const event = part.form % 3 === 0 && !isVirtual ? `UPDATE OF ${at}` : "INSERT";
        const made = `CREATE TRIGGER ${name} AFTER ${event} ON ${table} FOR EACH ROW ${when}EXECUTE FUNCTION app.fires()`;
        return part.form % 7 === 0 ? [made, `ALTER TABLE ${table} DISABLE TRIGGER ${name}`] : [made];
      }
      case "policy": {
        const command = ["ALL", "SELECT", "UPDATE"][part.form % 3];
        const check = command === "SELECT" ? "" : ` WITH CHECK (${id} > ${part.form % 7})`;
        return [
          `CREATE POLICY ${name} ON ${table} AS ${part.form % 4 === 0 ? "RESTRICTIVE" : "PERMISSIVE"} FOR ${command} USING (${at} IS NOT NULL)${check}`,
        ];
      }
    }
  }

  #condition(part: PartSpec, at: string, type: string): string {
    const found = part.form % 3 === 0 ? this.#function(part.id) : undefined;
    if (INTEGERS.has(type))
      return found === undefined
        ? `${at} > ${-part.form}`
        : `app.${quote(found.name)}(${at}::integer) > -100`;
    if (type === "text" || type === "character varying(20)")
      return part.form % 2 === 0 ? `${at} NOT IN ('no', 'never')` : `length(${at}) < 100`;
    return `${at} IS NOT NULL OR true`;
  }

  #indexSql(part: PartSpec, at: string, type: string): string {
    const table = tableSql(this.#table);
    const isText = type === "text" || type === "character varying(20)";
    const found = this.#function(part.id);
    const name = quote(part.name);
    switch (part.form % 6) {
      case 0:
        return `CREATE INDEX ${name} ON ${table} (${at} DESC NULLS LAST)`;
      case 1:
        return isText
          ? `CREATE INDEX ${name} ON ${table} (lower(${at}), ${at} COLLATE "C" text_pattern_ops)`
          : `CREATE INDEX ${name} ON ${table} (${at} NULLS FIRST)`;
      case 2:
        return `CREATE INDEX ${name} ON ${table} (${at}) WHERE ${at} IS NOT NULL`;
      case 3:
        return found !== undefined && INTEGERS.has(type)
          ? `CREATE INDEX ${name} ON ${table} (app.${quote(found.name)}(${at}::integer))`
          : `CREATE INDEX ${name} ON ${table} (${at}) INCLUDE (${quote(this.#columns[0]?.name ?? "")})`;
      case 4:
        return `CREATE INDEX ${name} ON ${table} (${at}) WITH (fillfactor = 60)`;
      default:
        return `CREATE INDEX ${name} ON ${table} USING ${type.endsWith("[]") ? "gin" : "hash"} (${at})`;
    }
  }
}

const INTEGERS: ReadonlySet<string> = new Set(["integer", "bigint", "smallint"]);

const CONSTANTS: Readonly<Record<string, string>> = {
  integer: "7",
  bigint: "-7",
  smallint: "1",
  "numeric(10,2)": "1.5",
  numeric: "0",
  "double precision": "0.25",
  text: "'it''s \\ a'",
  "character varying(20)": "'short'",
  boolean: "true",
  date: "'2020-02-29'",
  "timestamp without time zone": "'2020-02-29 12:00:00'",
  "timestamp with time zone": "'2020-02-29 12:00:00+00'",
  jsonb: "'{\"a\": [1]}'",
  "integer[]": "'{1,2}'",
  "text[]": "ARRAY['a', 'b']",
};

const EXPRESSIONS: Readonly<Record<string, string>> = {
  integer: "(1 + 2)",
  bigint: "length('abc')",
  text: "lower('ABC') || 'd'",
  "character varying(20)": "upper('x')",
  date: "CURRENT_DATE",
  "timestamp without time zone": "now()",
  "timestamp with time zone": "CURRENT_TIMESTAMP",
  uuid: "gen_random_uuid()",
  numeric: "round(1.55, 1)",
};

interface BuiltView {
  readonly name: string;
  readonly columns: readonly string[];
}

function viewSql(schema: SchemaSpec, view: ViewSpec, built: Map<number, BuiltView>): readonly string[] {
  const source = sourceOf(schema, view, built);
  const first = source?.columns[0];
  if (source === undefined || first === undefined) return [];
  const other = source.columns[view.column % source.columns.length] ?? first;
  const columns = other === first ? [first] : [first, other];
  const name = `app.${quote(view.name)}`;
  const list = columns.map(quote).join(", ");
  const isMaterialized = view.form % 5 === 1;
  const kind = isMaterialized ? "MATERIALIZED VIEW" : "VIEW";
  const options = !isMaterialized && view.form % 4 === 0 ? " WITH (security_barrier)" : "";
  const groups = view.form % 7 === 2;
  const body = groups
    ? `SELECT ${list}, count(*) AS n${view.id} FROM ${source.name} GROUP BY ${list}`
    : `SELECT ${list} FROM ${source.name} WHERE ${quote(first)} > ${view.form % 3}`;
  built.set(view.id, { name, columns: groups ? [...columns, `n${view.id}`] : columns });
  const statements = [`CREATE ${kind} ${name}${options} AS ${body}`];
  if (isMaterialized) statements.push(`CREATE INDEX ${quote(`i${view.id}`)} ON ${name} (${quote(first)})`);
  if (view.form % 3 === 0) statements.push(`COMMENT ON ${kind} ${name} IS 'seen'`);
  if (view.id % 2 === 0) statements.push(`GRANT SELECT ON ${name} TO PUBLIC`);
  return statements;
}

function sourceOf(
  schema: SchemaSpec,
  view: ViewSpec,
  built: ReadonlyMap<number, BuiltView>,
): BuiltView | undefined {
  if (view.of.kind === "view") return built.get(view.of.id);
  const table = schema.tables.find((item) => item.id === view.of.id);
  if (table === undefined) return undefined;
  // json has no order, and a view may group.
  const columns = table.columns.filter((column) => column.type !== "jsonb").map((column) => column.name);
  return { name: tableSql(table), columns };
}

/** Three rows for each table, with values that no constraint of the schemas minds. */
export function rowsSql(schema: SchemaSpec): readonly string[] {
  const inserts = schema.tables.map((table) => {
    const columns = table.columns.filter((column, index) => index === 0 || takesValue(schema, table, column));
    const rows = [1, 2, 3].map(
      (row) => `(${columns.map((column) => valueFor(schema, column, row)).join(", ")})`,
    );
    const names = columns.map((column) => quote(column.name)).join(", ");
    return `INSERT INTO ${tableSql(table)} (${names}) OVERRIDING SYSTEM VALUE VALUES ${rows.join(", ")}`;
  });
  // All tables have the same keys, so foreign keys hold in the end, in whatever order tables are filled.
  return ["SET session_replication_role = replica", ...inserts, "RESET session_replication_role"];
}

function takesValue(schema: SchemaSpec, table: TableSpec, column: ColumnSpec): boolean {
  const sql = new TableSql(schema, table);
  return sql.generation(column) === undefined && !sql.isNumbered(column);
}

function valueFor(schema: SchemaSpec, column: ColumnSpec, row: number): string {
  if (column.id % 4 === 0 && row === 3 && !column.notNull) return "NULL";
  const { type } = column;
  if (typeof type !== "string") {
    const found = schema.enums.find((item) => item.id === type.made);
    const isDomain = schema.domains.some((item) => item.id === type.made);
    const value = found === undefined ? String(row) : (found.values[0] ?? "");
    const isKnown = found !== undefined || isDomain;
    return text(type.array && isKnown ? `{"${value}"}` : value);
  }
  const position = TYPES.indexOf(type);
  if (position < 8) return text(String(row));
  const values: Readonly<Record<string, string>> = {
    boolean: String(row % 2 === 0),
    date: `2020-01-0${row}`,
    "timestamp without time zone": `2020-01-0${row} 00:00:00`,
    "timestamp with time zone": `2020-01-0${row} 00:00:00+00`,
    uuid: `00000000-0000-4000-8000-00000000000${row}`,
    jsonb: `{"r": ${row}}`,
    "integer[]": `{${row}}`,
    "text[]": `{a${row}}`,
  };
  return text(values[type] ?? "");
}
