// What the assistant itself does with its database: it writes and reads rows, and knows nothing of migrations.

/** A user, a conversation, two memories of what she said, and the people whom she spoke of. */
export async function writeFirstDay(connection) {
  await connection.transaction(() =>
    connection.executeScript(`
      INSERT INTO users (id, email, display_name)
      VALUES ('u-1', 'mira@example.org', 'Mira');

      INSERT INTO conversations (id, user_id, title)
      VALUES ('c-1', 'u-1', 'A concert on Friday');

      INSERT INTO messages (id, conversation_id, role, content)
      VALUES
        ('m-1', 'c-1', 'user', 'Clara plays the cello on Friday, and Ludwig van Beethoven is on the programme.'),
        ('m-2', 'c-1', 'assistant', 'I will remember that. Shall I remind you?');

      INSERT INTO message_metrics (message_id, response_time_ms, satisfaction)
      VALUES ('m-2', 420, 5);

      INSERT INTO memories (user_id, kind, content, tags)
      VALUES
        ('u-1', 'event', 'Clara plays the cello on Friday', '["music", "friends"]'),
        ('u-1', 'preference', 'Mira likes short answers', '["style"]');

      INSERT INTO people (user_id, given_name, family_name)
      VALUES
        ('u-1', 'Clara', 'Schumann'),
        ('u-1', 'Ludwig', 'van Beethoven');

      INSERT INTO tasks (id, user_id, title, due_on)
      VALUES
        ('t-1', 'u-1', 'Buy strings for the cello', '2026-05-06'),
        ('t-2', 'u-1', 'Write to Clara', NULL);
    `),
  );
}

/** Two events, one of them with a reminder, as version 1 of the calendar keeps them. */
export async function writeEvents(connection) {
  await connection.executeScript(`
    INSERT INTO calendar_events (id, user_id, title, starts_at, remind_minutes)
    VALUES
      ('e-1', 'u-1', 'Concert', '2026-05-08 20:00:00', 45),
      ('e-2', 'u-1', 'Dentist', '2026-05-11 09:30:00', NULL);
  `);
}

/** A habit and two days of it. Its id is made by the database, as its Drizzle table says. */
export async function writeHabit(connection) {
  await connection.executeScript(`
    INSERT INTO habits (user_id, name)
    VALUES ('u-1', 'Practise scales');

    INSERT INTO habit_days (habit_id, day)
    SELECT id, '2026-05-07' FROM habits;

    INSERT INTO habit_days (habit_id, day)
    SELECT id, '2026-05-08' FROM habits;
  `);
}

/** The memories in which a word occurs, found through the full-text index of the engine. */
export async function search(connection, word) {
  const rows =
    connection.engine === "postgres"
      ? await connection.query("SELECT content FROM memories WHERE search @@ plainto_tsquery('simple', $1)", [
          word,
        ])
      : await connection.query(
          "SELECT content FROM memories WHERE id IN (SELECT rowid FROM memories_search WHERE memories_search MATCH ?)",
          [word],
        );
  return rows.map((row) => row.content);
}

/** How many rows each of the tables holds. */
export async function countRows(connection, tables) {
  const counts = {};
  for (const table of tables) {
    const [row] = await connection.query(`SELECT count(*) AS total FROM ${table}`);
    counts[table] = Number(row.total);
  }
  return counts;
}
