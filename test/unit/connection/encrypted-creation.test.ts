import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openElsewhere } from "./open-elsewhere.js";
import { CHEAP, useTemporaryFolder } from "./temporary-folder.js";

const folder = useTemporaryFolder();

describe("several processes that create the same encrypted database at once", () => {
  test("end with one key file, and all their rows are there", async () => {
    const options = { encryption: { password: "sesame", cost: CHEAP } };
    const processes = Array.from({ length: 6 }, (_, index) =>
      openElsewhere({
        url: `file:${folder.path("vault.db")}`,
        options,
        script: `CREATE TABLE IF NOT EXISTS t (a); INSERT INTO t VALUES (${index})`,
        read: "SELECT count(*) > 0 AS some FROM t",
      }),
    );
    for (const answer of await Promise.all(processes)) expect(answer).toEqual({ rows: [{ some: 1 }] });

    const connection = await folder.open("vault.db", options);
    expect(await connection.query("SELECT a FROM t ORDER BY a")).toEqual(
      [0, 1, 2, 3, 4, 5].map((a) => ({ a })),
    );
    await connection.close();
    expect(folder.names()).toEqual(["vault.db", "vault.db.salt"]);
  });

  test("with two passwords end with one of them, and the others are refused", async () => {
    const passwords = ["sesame", "barley", "sesame", "barley"];
    const answers = await Promise.all(
      passwords.map((password) =>
        openElsewhere({
          url: `file:${folder.path("vault.db")}`,
          options: { encryption: { password, cost: CHEAP } },
          script: "CREATE TABLE IF NOT EXISTS t (a)",
        }),
      ),
    );
    const opened = new Set(passwords.filter((_, index) => answers[index]?.code === undefined));
    expect(opened.size).toBe(1);
    for (const [index, password] of passwords.entries()) {
      expect(answers[index]?.code).toBe(opened.has(password) ? undefined : "ENCRYPTION_WRONG_PASSWORD");
    }
    expect(folder.names()).toEqual(["vault.db", "vault.db.salt"]);
  });

  test("never leave a plain file, also within one process", async () => {
    const options = { encryption: { password: "sesame", cost: CHEAP } };
    const connections = await Promise.all([1, 2, 3].map(() => folder.open("vault.db", options)));
    for (const connection of connections) await connection.execute("CREATE TABLE IF NOT EXISTS t (a)");
    expect(existsSync(folder.path("vault.db"))).toBe(true);
    expect(readFileSync(folder.path("vault.db")).subarray(0, 6).toString("latin1")).not.toBe("SQLite");
  });
});
