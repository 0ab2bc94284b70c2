// What Tenon knows of the tables in which other tools keep their histories: names, columns, and how rows are read. No I/O.
import { drizzle, flyway, prisma, sqlx } from "./checksum-tables.js";
import type { ForeignTool } from "./foreign-tool.js";
import {
  alembic,
  django,
  knex,
  kysely,
  liquibase,
  mikroOrm,
  nodePgMigrate,
  sqitch,
  typeorm,
  umzug,
} from "./program-tables.js";
import { dbmate, diesel, golangMigrate, goose, pop, rails, sqlMigrate } from "./version-tables.js";

export type { ForeignEntry, ForeignHistory, ForeignTool } from "./foreign-tool.js";

export const FOREIGN_TOOLS: readonly ForeignTool[] = [
  golangMigrate,
  dbmate,
  rails,
  diesel,
  sqlx,
  goose,
  sqlMigrate,
  flyway,
  pop,
  prisma,
  drizzle,
  alembic,
  knex,
  kysely,
  umzug,
  typeorm,
  mikroOrm,
  liquibase,
  nodePgMigrate,
  sqitch,
  django,
];
