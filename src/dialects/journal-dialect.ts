import type { Dialect } from "./dialect.js";

/** The part of a dialect that finds the journal and speaks to it: all that a start needs when there is nothing to do. */
export type JournalDialect = Pick<
  Dialect,
  | "quote"
  | "placeholder"
  | "literal"
  | "catalogueStamp"
  | "journalAddress"
  | "addressBeside"
  | "readColumns"
  | "journalStatements"
  | "appliedCondition"
>;
