import type { Connection } from "../../../src/connection/index.js";
import { sharedPglite } from "../../servers/pglite-shared.js";
import { postgresDatabase } from "../../servers/postgres.js";
import { opened } from "./pg-opened.js";

export interface PgEngine {
  readonly name: string;
  /** A session with an empty database that no other test sees. */
  readonly open: () => Promise<Connection>;
}

/** Both ways to PostgreSQL: what is said in a test holds on each. */
export const pgEngines: readonly PgEngine[] = [
  { name: "PostgreSQL", open: async () => opened(await postgresDatabase()) },
  { name: "PGlite", open: sharedPglite },
];
