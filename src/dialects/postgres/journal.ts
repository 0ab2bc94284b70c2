import type { JournalDialect } from "../journal-dialect.js";
import { journalStatements } from "../journal-statements.js";
import { catalogueStamp } from "./catalogue-stamp.js";
import { addressOf, journalAddress, readColumns } from "./journal-address.js";
import { quote } from "./names.js";
import { literal } from "./offline.js";

/** How PostgreSQL is spoken to about the journal. */
export const postgresJournal: JournalDialect = {
  quote,
  placeholder: (position) => `$${position}`,
  literal,
  journalAddress,
  addressBeside: (address, table) => addressOf(address.schema, table),
  catalogueStamp,
  readColumns,
  journalStatements: (journal, state, columns) => journalStatements(postgresJournal, journal, state, columns),
};
