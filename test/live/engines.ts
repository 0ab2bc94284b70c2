import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { onTestFinished } from "vitest";
import { type Connection, type ConnectOptions, connect, type Row } from "../../src/index.js";
import { sharedPglite } from "../servers/pglite-shared.js";
import { postgresDatabase, postgresWitness } from "../servers/postgres.js";

/** One engine that the live suite runs on. A new engine joins by adding itself to `engines`. */
export interface LiveEngine {
  readonly name: string;
  readonly engine: "sqlite" | "postgres";
  /** Several processes can open the same database. */
  readonly isShared: boolean;
  /** Its schema can be read into a model, so that it can be compared. */
  readonly readsModels: boolean;
  /** A fresh, empty database for one test; it is gone when the test has finished. */
  create(): Promise<LiveDatabase>;
}

export interface LiveDatabase {
  readonly url: string;
  readonly options: ConnectOptions;
  readonly engine: LiveEngine["engine"];
  /** Opens a connection that is closed when the test has finished. */
  connect(): Promise<Connection>;
  /** Reads through a second, independent connection of the bare driver where the engine allows one. */
  look(sql: string): Promise<readonly Row[]>;
}

export const PASSWORD = "correct horse battery staple";

function closing(url: string, options: ConnectOptions): Promise<Connection> {
  return connect(url, options).then((connection) => {
    onTestFinished(() => connection.close());
    return connection;
  });
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tenon-live-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

const sqliteFile: LiveEngine = {
  name: "SQLite file",
  engine: "sqlite",
  isShared: true,
  readsModels: true,
  async create() {
    const path = join(temporaryFolder(), "app.db");
    const url = `file:${path}`;
    return {
      url,
      options: {},
      engine: "sqlite",
      connect: () => closing(url, {}),
      look: async (sql) => {
        const database = new Database(path);
        try {
          return database.prepare(sql).all() as Row[];
        } finally {
          database.close();
        }
      },
    };
  },
};

const sqliteMemory: LiveEngine = {
  name: "SQLite memory",
  engine: "sqlite",
  isShared: false,
  readsModels: true,
  async create() {
    // A database in memory belongs to one connection, so there is no second one to look through.
    const only = await closing(":memory:", {});
    const open = async () => only;
    return {
      url: ":memory:",
      options: {},
      engine: "sqlite",
      connect: open,
      look: async (sql) => (await open()).query(sql),
    };
  },
};

const sqliteEncrypted: LiveEngine = {
  name: "SQLite encrypted",
  engine: "sqlite",
  isShared: true,
  readsModels: true,
  async create() {
    const url = `file:${join(temporaryFolder(), "secret.db")}`;
    // The full cost of deriving the key is measured elsewhere; here it would only make every test slow.
    const options: ConnectOptions = { encryption: { password: PASSWORD, cost: { N: 1024, r: 8, p: 1 } } };
    return {
      url,
      options,
      engine: "sqlite",
      connect: () => closing(url, options),
      // The bare driver has no key; a connection of our own is the second one here.
      look: async (sql) => {
        const connection = await connect(url, options);
        try {
          return await connection.query(sql);
        } finally {
          await connection.close();
        }
      },
    };
  },
};

const postgres: LiveEngine = {
  name: "PostgreSQL",
  engine: "postgres",
  isShared: true,
  readsModels: true,
  async create() {
    const url = await postgresDatabase();
    const witness = await postgresWitness(url);
    return {
      url,
      options: {},
      engine: "postgres",
      connect: () => closing(url, {}),
      look: async (sql) => (await witness.query(sql)).rows,
    };
  },
};

const pglite: LiveEngine = {
  name: "PGlite",
  engine: "postgres",
  isShared: false,
  readsModels: true,
  async create() {
    // One session is all that PGlite has; it is emptied for the next test.
    const only = await sharedPglite();
    return {
      url: "pglite:",
      options: {},
      engine: "postgres",
      connect: async () => only,
      look: async (sql) => only.query(sql),
    };
  },
};

export const engines: readonly LiveEngine[] = [sqliteFile, sqliteMemory, sqliteEncrypted, postgres, pglite];
/** Those whose schemas can be compared. */
export const comparedEngines: readonly LiveEngine[] = engines.filter((each) => each.readsModels);
export const sqliteEngines: readonly LiveEngine[] = engines.filter((each) => each.engine === "sqlite");
