import type { Connection } from "../../connection/index.js";
import { readEffects, type Statement } from "../../sql/index.js";
import { forbidden } from "../plugin-refusal.js";
import type { PluginObjects, PluginWatch, PluginWatchRequest, TableUse } from "../plugin-watch.js";
import { contentOf, parentsOf, probesOf, textUsesOf } from "./plugin-later-uses.js";
import { findDangerousName, isHarmlessFunction } from "./plugin-names.js";
import { refuseInPlugin } from "./plugin-statements.js";
import { type Instruction, readProgram } from "./program.js";
import { TablePages } from "./table-pages.js";

/**
 * Reads the program that SQLite makes of each statement before it runs: it names every table that is opened for
 * writing, by the page at which it begins, also through triggers, views and foreign keys, and every function. The
 * driver's own authorizer would be the place for that, but it knows no more than names of tables that may or may
 * not be touched at all (https://github.com/tursodatabase/libsql-js/blob/main/docs/api.md), and cannot be taken off again.
 */
export async function watchPlugin(connection: Connection, request: PluginWatchRequest): Promise<PluginWatch> {
  return new SqlitePluginWatch(connection, request);
}

class SqlitePluginWatch implements PluginWatch {
  readonly connection: Connection;
  readonly passes = false;
  readonly #readsAreLimited: boolean;
  readonly #pages: TablePages;
  #isUnread = false;

  constructor(connection: Connection, { bounds }: PluginWatchRequest) {
    this.connection = connection;
    this.#readsAreLimited = bounds.reads !== undefined;
    this.#pages = new TablePages(connection);
  }

  async before(statement: Statement): Promise<readonly TableUse[]> {
    refuseInPlugin(statement);
    this.#isUnread = false;
    if (SELF_CONTAINED.test(statement.text)) {
      // What is rolled back comes again under the same version of the schema, with other tables at the same pages.
      if (!/^PRAGMA/i.test(statement.text)) this.#pages.forget();
      return [];
    }
    const program = await readProgram(this.connection, statement);
    if (program === undefined) {
      this.#isUnread = true;
      return [];
    }
    const isDefinition = DEFINITION.test(statement.text);
    refuseFunctions(program, statement, isDefinition);
    const uses = await this.#usesOf(program, isDefinition, statement);
    return [...uses, ...directUsesOfSystem(statement)];
  }

  async after(statement: Statement): Promise<readonly TableUse[]> {
    if (this.#isUnread) throw unexplained(statement);
    return [];
  }

  mayHideObjects(statement: Statement): boolean {
    return DEFINITION.test(statement.text);
  }

  async settle(): Promise<readonly TableUse[]> {
    return [];
  }

  /**
   * SQLite has no SQL that is made at run time, so what stands in the text is all that can ever happen; and what it
   * makes of the text tells what happens through the triggers of others.
   */
  async judge({ made }: PluginObjects): Promise<readonly TableUse[]> {
    for (const { definition, kind, name } of made) {
      const dangerous = findDangerousName(definition);
      if (dangerous !== undefined)
        throw forbidden(`${dangerous} in ${kind} ${name}`, "It would act whenever the object is used.");
    }
    const uses = [
      ...(await parentsOf(this.connection, made)),
      ...made.filter(({ kind }) => kind === "trigger").flatMap(textUsesOf),
    ];
    if (this.#readsAreLimited) uses.push(...contentOf(made));
    for (const text of await probesOf(this.connection, made)) {
      const statement: Statement = { text, start: 0, line: 1, column: 1 };
      const program = (await readProgram(this.connection, statement)) ?? [];
      uses.push(...(await this.#usesOf(program, false, statement)));
    }
    return uses;
  }

  async end(): Promise<void> {}

  async #usesOf(
    program: readonly Instruction[],
    isDefinition: boolean,
    statement: Statement,
  ): Promise<readonly TableUse[]> {
    const uses = new Map<string, TableUse>();
    const add = (kind: TableUse["kind"], table: { schema: string; table: string }) => {
      uses.set(`${kind}\0${table.schema}\0${table.table}`, { kind, ...table });
    };
    for (const { opcode, p1, p2, p3, p4, p5 } of program) {
      switch (opcode) {
        case "OpenWrite":
          // With this flag p2 is a register: a table that the statement itself makes.
          if ((p5 & PAGE_IS_IN_REGISTER) === 0) add("write", await this.#tableAt(p2, p3, statement));
          break;
        case "Clear":
          add("write", await this.#tableAt(p1, p2, statement));
          break;
        case "OpenRead":
          if (this.#readsAreLimited) add("read", await this.#tableAt(p2, p3, statement));
          break;
        case "VUpdate":
          add("write", await this.#virtualTable(p4, statement));
          break;
        case "VOpen": {
          const table = await this.#virtualTable(p4, statement);
          if (this.#readsAreLimited && table.schema !== "") add("read", table);
          break;
        }
        default:
      }
    }
    return [...uses.values()].filter((use) => !isOwnBusiness(use, isDefinition));
  }

  async #tableAt(page: number, database: number, statement: Statement) {
    const table = await this.#pages.tableAt(page, database);
    if (table !== undefined) return table;
    throw forbidden("A table outside the database", "A plugin works in the main database alone.", statement);
  }

  async #virtualTable(pointer: string, statement: Statement): Promise<{ schema: string; table: string }> {
    const table = await this.#pages.virtualTableAt(pointer);
    if (table !== undefined) return table;
    throw forbidden(
      "This table that nobody made",
      "Beside the database's own tables a plugin may read json_each, json_tree, generate_series and the pragmas that tell of tables.",
      statement,
    );
  }
}

const PAGE_IS_IN_REGISTER = 0x10;

/** Transactions within the migration, and the few pragmas that are allowed: they touch no table. */
const SELF_CONTAINED = /^(?:PRAGMA|SAVEPOINT|RELEASE|ROLLBACK)\b/i;
const DEFINITION = /^(?:CREATE|ALTER|DROP|REINDEX)\b/i;

/**
 * What SQLite writes by itself: its catalogue, where a definition changes (what became of the objects is looked at
 * afterwards), and the counters of AUTOINCREMENT.
 */
function isOwnBusiness({ kind, table }: TableUse, isDefinition: boolean): boolean {
  if (kind === "read") return table === "sqlite_schema" || table === "sqlite_sequence";
  return table === "sqlite_sequence" || (table === "sqlite_schema" && isDefinition);
}

/** A plugin that names one of SQLite's own tables means it, and would reach the entries of others in it. */
function directUsesOfSystem(statement: Statement): readonly TableUse[] {
  return readEffects(statement, "sqlite").flatMap(({ kind, table }) => {
    const isWrite = kind === "insert" || kind === "update" || kind === "delete";
    if (!isWrite || table === undefined || !/^sqlite_/i.test(table)) return [];
    return [{ kind: "write" as const, schema: "main", table }];
  });
}

function refuseFunctions(program: readonly Instruction[], statement: Statement, isDefinition: boolean): void {
  for (const { opcode, p4 } of program) {
    if (opcode === "Vacuum" || opcode === "JournalMode")
      throw forbidden(opcode, "It works on the whole file.", statement);
    if (!/^(?:Pure)?Func|^Agg/.test(opcode)) continue;
    const name = /^(.*)\(-?\d+\)$/.exec(p4)?.[1];
    if (name === undefined || isHarmlessFunction(name)) continue;
    if (isDefinition && OF_ALTER_TABLE.test(name)) continue;
    throw forbidden(
      `The function ${name}`,
      "It is not among those that only reckon with what they are given.",
      statement,
      { name },
    );
  }
}

/** SQLite's own helpers, which no statement can call by itself. */
const OF_ALTER_TABLE = /^sqlite_(?:rename_\w+|drop_column|fail|\w+_constraint)$/;

function unexplained(statement: Statement): Error {
  return forbidden(
    "A statement that SQLite does not explain",
    "Nobody can tell what it does. Please report it.",
    statement,
  );
}
