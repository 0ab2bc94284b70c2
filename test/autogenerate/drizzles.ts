import { sql as sql045 } from "drizzle-orm";
import * as pg045 from "drizzle-orm/pg-core";
import * as lite045 from "drizzle-orm/sqlite-core";
import { sql as sql1 } from "drizzle-orm-1";
import * as pg1 from "drizzle-orm-1/pg-core";
import * as lite1 from "drizzle-orm-1/sqlite-core";

/**
 * The versions of Drizzle that the tests run with. The types of the second are laid over by those of the first: what the tests say is
 * the same in both, and where it is not they ask which one they have.
 */
export const drizzles = [
  { version: "0.45", pg: pg045, lite: lite045, sql: sql045 },
  {
    version: "1.0",
    pg: pg1 as unknown as typeof pg045,
    lite: lite1 as unknown as typeof lite045,
    sql: sql1 as unknown as typeof sql045,
  },
] as const;

export type Drizzle = (typeof drizzles)[number];
