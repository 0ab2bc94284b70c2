import type { Connection } from "tenon";

/**
 * Puts the names of people into two columns. Where the family name begins is not a thing to say in SQL, so this
 * migration is a program. It runs in the transaction of the run like any other: an error takes all of it back.
 */
export default class SplitNames {
  description = "The names of people in two columns, so that they can be sorted by family name";

  async up(connection: Connection) {
    await connection.execute("ALTER TABLE people ADD COLUMN given_name TEXT NOT NULL DEFAULT ''");
    await connection.execute("ALTER TABLE people ADD COLUMN family_name TEXT NOT NULL DEFAULT ''");
    const [given, family, id] = placeholders(connection);
    for (const person of await connection.query<{ id: number; name: string }>(
      "SELECT id, name FROM people",
    )) {
      const name = splitName(person.name);
      await connection.execute(
        `UPDATE people SET given_name = ${given}, family_name = ${family} WHERE id = ${id}`,
        [name.given, name.family, person.id],
      );
    }
    await connection.execute("ALTER TABLE people DROP COLUMN name");
    await connection.execute("CREATE INDEX people_by_family_name ON people (user_id, family_name)");
  }

  /** Runs before the migration is committed, and with every `tenon verify`. */
  async verify(connection: Connection) {
    const nameless = await connection.query(
      "SELECT id FROM people WHERE given_name = '' AND family_name = ''",
    );
    return nameless.length === 0;
  }

  async down(connection: Connection) {
    await connection.execute("DROP INDEX people_by_family_name");
    await connection.execute("ALTER TABLE people ADD COLUMN name TEXT NOT NULL DEFAULT ''");
    await connection.execute("UPDATE people SET name = trim(given_name || ' ' || family_name)");
    await connection.execute("ALTER TABLE people DROP COLUMN given_name");
    await connection.execute("ALTER TABLE people DROP COLUMN family_name");
  }
}

/** The last word is the family name, together with what belongs to it: "Ludwig van Beethoven", "Vasco da Gama". */
function splitName(name: string): { given: string; family: string } {
  const words = name.trim().split(/\s+/);
  if (words.length === 1) return { given: name.trim(), family: "" };
  const particle = words.findIndex(
    (word, index) => index > 0 && /^(van|von|de|da|di|del|der|la|le|bin)$/.test(word),
  );
  const start = particle === -1 ? words.length - 1 : particle;
  return { given: words.slice(0, start).join(" "), family: words.slice(start).join(" ") };
}

/** Placeholders are the engine's own. */
function placeholders(connection: Connection): [string, string, string] {
  return connection.engine === "postgres" ? ["$1", "$2", "$3"] : ["?", "?", "?"];
}
