// Brings the companion's database to life, step by step, with the real `tenon` command in a folder of its own.
// Every step checks that what it tells is true; the exit status is 1 when something is not.
//
//   npm run demo                        in a temporary folder, which is removed at the end
//   npm run demo -- --keep              keeps the folder, and says how to go on in it
//   npm run demo -- --url URL           in the empty database at this address, where the tables stay
import { parseArgs } from "node:util";

import { countRows, search, writeEvents, writeFirstDay, writeHabit } from "./app.mjs";
import { NotAsTold, Stage } from "./stage.mjs";

const CORE = ["users", "conversations", "messages", "message_metrics", "memories", "people", "tasks"];

const COLUMN = 'dueOn: text("due_on"),';

const REBUILD = `CREATE TABLE calendar_events_new (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  starts_at TIMESTAMP NOT NULL,
  ends_at TIMESTAMP NOT NULL
);

INSERT INTO calendar_events_new (id, user_id, title, starts_at, ends_at)
SELECT id, user_id, title, starts_at, coalesce(ends_at, datetime(starts_at, '+1 hour'))
FROM calendar_events;

DROP TABLE calendar_events;
ALTER TABLE calendar_events_new RENAME TO calendar_events;
CREATE INDEX calendar_events_by_user ON calendar_events (user_id, starts_at);
`;

const { values: options } = parseArgs({
  options: { keep: { type: "boolean", default: false }, url: { type: "string" } },
});
const stage = new Stage(options);
try {
  await play();
  stage.say("\nEverything went as told, and every row that was written is still there.");
} catch (error) {
  if (!(error instanceof NotAsTold)) throw error;
  stage.say(`\nNot as told: ${error.message}`);
  process.exitCode = 1;
} finally {
  stage.end(options);
}

async function play() {
  stage.step(
    "What would happen? A plan prints the exact SQL and changes nothing. Here is that of one module.",
  );
  stage.tenon("plan --module users");
  const isThere = await stage.withDatabase((connection) => connection.tableExists("users"));
  stage.expect("whether the plan has created a table", false, isThere);

  stage.step(
    "The core modules are applied: users, conversations, memory, tasks. Each has its own line of versions; their order\n" +
      "comes from what they depend on, then from their priority.",
  );
  stage.tenon("up");

  stage.step("The application writes its first rows. Tenon has no part in that.");
  await stage.withDatabase(writeFirstDay);
  const core = await countAll(CORE);
  stage.show(
    Object.entries(core)
      .map(([table, rows]) => `${table}: ${rows}`)
      .join(", "),
  );
  const found = await stage.withDatabase((connection) => search(connection, "cello"));
  stage.expect("what the full-text index finds", ["Clara plays the cello on Friday"], found);

  stage.step("Somebody installs a plugin, the calendar, as it was at its version 1, and writes two events.");
  stage.tenon("to 1 --module calendar");
  await stage.withDatabase(writeEvents);

  stage.step(
    "A newer calendar keeps reminders in a table of their own. Its migration moves what is there already: the\n" +
      "reminder of the concert goes from a column into a row.",
  );
  stage.tenon("up --module calendar");
  const everything = { ...core, calendar_events: 2, calendar_reminders: 1 };
  await expectRows("after the calendar's version 2", everything);

  stage.step("Where does everything stand?");
  stage.tenon("status");

  stage.step(
    "The last version of memory puts names into two columns. It is a program, memory/migrations/003_split_names.ts,\n" +
      "and knows the way back: the names are whole again.",
  );
  stage.tenon("down --module memory --yes");
  const whole = await stage.withDatabase((connection) =>
    connection.query("SELECT name FROM people ORDER BY id"),
  );
  stage.show(whole.map((person) => `people.name: ${person.name}`).join("\n"));
  stage.expect(
    "the names",
    ["Clara Schumann", "Ludwig van Beethoven"],
    whole.map((person) => person.name),
  );

  stage.step("And forward again.");
  stage.tenon("up");
  const split = await stage.withDatabase((connection) =>
    connection.query("SELECT given_name, family_name FROM people ORDER BY id"),
  );
  stage.show(
    split.map((person) => `given_name: ${person.given_name}, family_name: ${person.family_name}`).join("\n"),
  );
  stage.expect(
    "the family names",
    ["Schumann", "van Beethoven"],
    split.map((person) => person.family_name),
  );
  await expectRows("after going back and forth", everything);

  const engine = await stage.withDatabase((connection) => connection.engine);
  await (engine === "sqlite" ? playRebuild(everything) : playCascade(everything));

  await playGenerate(engine);
  const withHabits = await playSync(everything);

  stage.step(
    "Is everything as the journal says? Checksums, verify steps, foreign keys and the schema are looked at.",
  );
  stage.tenon("verify");

  stage.step("What was done, when, and what came of it.");
  stage.tenon("history");
  await expectRows("at the end", withHabits);
}

/** A core module that has Drizzle tables, and migrations made from them. */
async function playGenerate(engine) {
  stage.step(
    "The module of the tasks has no SQL that anybody wrote: its migrations are made from its Drizzle tables. A developer\n" +
      "gives tasks an urgency. A check, as CI runs it, sees that the migration is missing.",
  );
  stage.edit("tasks/tables.ts", COLUMN, `${COLUMN}\n    urgency: integer().notNull().default(0),`);
  stage.tenon(`generate --check --module tasks --engine ${engine}`, { status: 3 });

  stage.step(
    "So it is generated, with the way back, tried out in a database of its own, and reviewed. (`--engine` because these\n" +
      "tasks live on two engines, with files for each.)",
  );
  stage.tenon(`generate "How urgent a task is" --module tasks --engine ${engine}`);
  stage.read(`tasks/migrations/002_how_urgent_a_task_is.${engine}.sql`);
  stage.tenon("up");
  const tasks = await stage.withDatabase((connection) =>
    connection.query("SELECT title, urgency FROM tasks ORDER BY id"),
  );
  stage.expect(
    "the tasks",
    [
      ["Buy strings for the cello", 0],
      ["Write to Clara", 0],
    ],
    tasks.map(({ title, urgency }) => [title, Number(urgency)]),
  );
}

/** A plugin whose database follows its Drizzle tables. */
async function playSync(rows) {
  stage.step(
    "Another plugin, the habits, has no migrations at all. Its tables are written for PostgreSQL; here they are brought\n" +
      "to the engine that is there. First a look: a dry run writes nothing.",
  );
  stage.tenon("sync --module habits --dry-run");
  stage.tenon("sync --module habits");
  await stage.withDatabase(writeHabit);
  const withHabits = { ...rows, habits: 1, habit_days: 2 };
  await expectRows("after the habits came", withHabits);

  stage.step(
    "A newer version of the plugin wants a note for each day. The database follows, and keeps its rows.",
  );
  stage.edit(
    "plugins/habits/tables.ts",
    "day: date().notNull(),",
    "day: date().notNull(),\n    note: text(),",
  );
  stage.tenon("sync");
  await expectRows("after the notes came", withHabits);

  stage.step(
    "The one after that has no use for the days any more, and forgets that people have entered some. What would be\n" +
      "lost is counted, and refused.",
  );
  stage.edit("plugins/habits/tables.ts", "export const habitDays =", "const habitDays =");
  stage.tenon("sync", { status: 1 });
  await expectRows("after the refusal", withHabits);
  stage.edit("plugins/habits/tables.ts", "const habitDays =", "export const habitDays =");
  stage.tenon("sync");
  return withHabits;
}

/** The classic loss of SQLite: a table is built anew, and dropping the old one empties those that refer to it. */
async function playRebuild(rows) {
  stage.step(
    "A developer wants every event to have an end, and builds the table anew. But DROP TABLE deletes the rows\n" +
      "first, the reminders refer to them with ON DELETE CASCADE, and would vanish without a word. Tenon counts\n" +
      "them, and refuses.",
  );
  const file = "plugins/calendar/migrations/003_events_have_an_end.sqlite.sql";
  stage.write(file, REBUILD);
  stage.tenon("up --module calendar", { status: 1 });
  await expectRows("after the refusal", rows);

  stage.step(
    "One line at the head of the file makes it right. (Inside a transaction SQLite ignores that line; Tenon carries\n" +
      "it out before the transaction, and puts it back afterwards.)",
  );
  const [line, rest] = ["PRAGMA foreign_keys = OFF;", "-- and so on, as before"];
  stage.write(file, `${line}\n\n${REBUILD}`, `${line}\n\n${rest}`);
  stage.tenon("up --module calendar");
  await expectRows("after building the table anew", rows);
}

/** The same loss where tables need not be built anew: rows go, and take others with them. */
async function playCascade(rows) {
  stage.step(
    "A developer wants to be rid of old events. But the reminders refer to them with ON DELETE CASCADE, and would\n" +
      "vanish without a word. Tenon counts them, and refuses.",
  );
  const file = "plugins/calendar/migrations/003_old_events.postgres.sql";
  stage.write(file, "DELETE FROM calendar_events WHERE starts_at < '2026-05-10';\n");
  stage.tenon("up --module calendar", { status: 1 });
  await expectRows("after the refusal", rows);

  stage.step("So they are marked instead, and nothing goes. A migration that failed may be written anew.");
  stage.write(
    file,
    "ALTER TABLE calendar_events ADD COLUMN is_over BOOLEAN NOT NULL DEFAULT FALSE;\n" +
      "UPDATE calendar_events SET is_over = TRUE WHERE starts_at < '2026-05-10';\n",
  );
  stage.tenon("up --module calendar");
  await expectRows("after marking old events", rows);
}

async function expectRows(when, expected) {
  stage.expect(`the rows ${when}`, expected, await countAll(Object.keys(expected)));
}

function countAll(tables) {
  return stage.withDatabase((connection) => countRows(connection, tables));
}
