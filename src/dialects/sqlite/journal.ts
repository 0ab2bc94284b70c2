import type { JournalDialect } from "../journal-dialect.js";
import { type JournalStatements, journalStatements } from "../journal-statements.js";
import { appliedCondition } from "./applied-condition.js";
import { catalogueStamp } from "./catalogue-stamp.js";
import { addressOf, journalAddress, quote, readColumns } from "./names.js";
import { literal } from "./offline.js";

/** How SQLite is spoken to about the journal. */
export const sqliteJournal: JournalDialect = {
  quote,
  placeholder: () => "?",
  literal,
  journalAddress,
  addressBeside: (_address, table) => addressOf(table),
  catalogueStamp,
  readColumns,
  journalStatements(journal, state, columns) {
    // The same for every database, and a host may open many.
    const name = `${journal.sql} ${state.sql}`;
    const made = MADE.get(name) ?? journalStatements(sqliteJournal, journal, state, columns);
    MADE.set(name, made);
    return made;
  },
  appliedCondition,
};

const MADE = new Map<string, JournalStatements>();
