import { randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import type { LiveDatabase } from "../engines.js";

/** Makes a user who owns the database and nothing else, and gives the address at which it connects. */
export async function ownerOf(database: LiveDatabase, attributes = ""): Promise<string> {
  const admin = await database.connect();
  const owner = `tenon_owner_${randomBytes(4).toString("hex")}`;
  const [row] = await admin.query("SELECT current_database() AS name");
  await admin.executeScript(
    `CREATE ROLE ${owner} LOGIN PASSWORD 'sesame' ${attributes}; ALTER DATABASE ${row?.["name"]} OWNER TO ${owner}; ALTER SCHEMA public OWNER TO ${owner}`,
  );
  onTestFinished(async () => {
    await admin.executeScript(
      `REASSIGN OWNED BY ${owner} TO CURRENT_USER; DROP OWNED BY ${owner}; DROP ROLE ${owner}`,
    );
  });
  const url = new URL(database.url);
  url.username = owner;
  url.password = "sesame";
  return url.href;
}
