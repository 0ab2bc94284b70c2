import type { Connection, Row } from "../connection/index.js";
import type { Dialect, ListedObject, TableAddress } from "../dialects/index.js";
import type { Journal } from "../engine/index.js";
import { FOREIGN_TOOLS, type ForeignHistory, type ForeignTool } from "./tools/index.js";

/** Another tool's history, found in the database. */
export interface FoundTool {
  readonly tool: ForeignTool;
  readonly address: TableAddress;
  /** All tables of the tool that are there, with their schema: the history itself first. */
  readonly tables: readonly TableAddress[];
  /** These tables and what goes with them, the sequences of their columns, as patterns: none of it is part of the schema. */
  readonly patterns: readonly string[];
}

export interface FindRequest {
  readonly connection: Connection;
  readonly dialect: Dialect;
  readonly journal: Journal;
  /** Only this tool. */
  readonly from?: string | undefined;
  /** The name that its table was given, where it has not the usual one. */
  readonly table?: string | undefined;
}

/**
 * Looks for the tables of other tools: by their names and by their columns, for several tools use the same names. On PostgreSQL
 * in the schema of the session, and in those that a tool makes for itself.
 */
export async function findTools(request: FindRequest): Promise<readonly FoundTool[]> {
  const { connection, dialect, journal } = request;
  const listed = await dialect.listObjects(connection, { definitions: false });
  const tables = listed
    .filter((object) => object.kind === "table" && !object.temporary && !journal.holds(object))
    .map(({ schema, name }) => dialect.addressBeside({ schema, table: name, sql: "" }, name));
  const found: FoundTool[] = [];
  for (const tool of FOREIGN_TOOLS) {
    if (request.from !== undefined && tool.name !== request.from) continue;
    const match = await findTool(request, tool, tables);
    if (match !== undefined) found.push({ ...match, patterns: patternsOf(match.tables, listed) });
  }
  return found;
}

function patternsOf(tables: readonly TableAddress[], listed: readonly ListedObject[]): readonly string[] {
  return tables.flatMap(({ schema, table }) => {
    const sequences = listed.filter(
      (object) => object.kind === "sequence" && object.schema === schema && object.table === table,
    );
    return [table, ...sequences.map(({ name }) => name)].map((name) => `${schema}.${name}`);
  });
}

async function findTool(
  { connection, dialect, journal, table }: FindRequest,
  tool: ForeignTool,
  tables: readonly TableAddress[],
): Promise<Omit<FoundTool, "patterns"> | undefined> {
  const schemas = [journal.address.schema, ...(tool.schemas ?? [])];
  const names = table === undefined ? tool.tables : [table];
  const beside = (address: TableAddress, name: string) =>
    tables.find((each) => each.schema === address.schema && each.table.toLowerCase() === name.toLowerCase());
  for (const schema of schemas) {
    for (const name of names) {
      const address = beside({ schema, table: name, sql: "" }, name);
      if (address === undefined) continue;
      if (tool.needs !== undefined && beside(address, tool.needs) === undefined) continue;
      if (tool.refuses !== undefined && beside(address, tool.refuses) !== undefined) continue;
      const columns = (await dialect.readColumns(connection, address))?.map((each) => each.toLowerCase());
      if (columns === undefined || !tool.columns.every((each) => columns.includes(each))) continue;
      if (tool.lacks?.some((each) => columns.includes(each)) === true) continue;
      const companions = (tool.companions ?? []).flatMap((each) => beside(address, each) ?? []);
      return { tool, address, tables: [address, ...companions] };
    }
  }
  return undefined;
}

/** Reads what another tool's table says. */
export async function readHistoryOf(connection: Connection, found: FoundTool): Promise<ForeignHistory> {
  const rows = new Map<string, readonly Row[]>();
  for (const { table, sql } of found.tables) {
    rows.set(table.toLowerCase(), await connection.query(`SELECT * FROM ${sql}`));
  }
  const [own = []] = rows.values();
  return found.tool.read(own, (table) => rows.get(table.toLowerCase()) ?? []);
}
