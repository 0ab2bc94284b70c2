import {
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, test } from "vitest";
import { readKeyFile } from "../../../src/connection/encryption/key-file.js";
import { changePassword, connect } from "../../../src/connection/index.js";
import type { TenonError } from "../../../src/errors.js";
import { CHEAP, useTemporaryFolder } from "./temporary-folder.js";

const folder = useTemporaryFolder();
const sesame = { encryption: { password: "sesame", cost: CHEAP } };
const other = { encryption: { password: "another", cost: CHEAP } };

async function createVault(name = "vault.db", options = sesame): Promise<void> {
  const connection = await folder.open(name, options);
  await connection.executeScript(
    "CREATE TABLE secret (body TEXT); INSERT INTO secret VALUES ('under the third stone')",
  );
  await connection.close();
}

/** Opens what must be refused, and looks that nothing in the folder has changed. */
async function refusal(attempt: () => Promise<unknown>): Promise<TenonError> {
  const before = folder.content();
  const error = await attempt().then(
    () => undefined,
    (thrown: TenonError) => thrown,
  );
  expect(folder.content()).toEqual(before);
  if (error === undefined) throw new Error("it was not refused");
  return error;
}

describe("an encrypted file", () => {
  test("is read again with its password, and shows nothing to anybody else", async () => {
    await createVault();

    const again = await folder.open("vault.db", sesame);
    expect(await again.query("SELECT body FROM secret")).toEqual([{ body: "under the third stone" }]);
    await again.close();

    expect(folder.names()).toEqual(["vault.db", "vault.db.salt"]);
    const bytes = readFileSync(folder.path("vault.db"));
    expect(bytes.includes("SQLite format 3")).toBe(false);
    expect(bytes.includes("secret")).toBe(false);
    expect(bytes.includes("third stone")).toBe(false);
  });

  test("keeps what is written out of its WAL and its journals too", async () => {
    const connection = await folder.open("vault.db", sesame);
    await connection.executeScript(
      "CREATE TABLE secret (body TEXT); INSERT INTO secret VALUES ('third stone')",
    );
    expect(readFileSync(folder.path("vault.db-wal")).length).toBeGreaterThan(4096);
    expect(readFileSync(folder.path("vault.db-wal")).includes("third stone")).toBe(false);
    await connection.query("PRAGMA journal_mode = DELETE");
    await connection.executeScript(
      "BEGIN; UPDATE secret SET body = 'moved'; PRAGMA cache_spill = 1; PRAGMA cache_flush",
    );
    const journal = folder.names().includes("vault.db-journal")
      ? readFileSync(folder.path("vault.db-journal"))
      : "";
    expect(journal.includes("third stone")).toBe(false);
    expect(await connection.query("PRAGMA temp_store")).toEqual([{ temp_store: 2 }]);
  });

  test("has a key file that only its owner can read", async () => {
    await createVault();
    expect((statSync(folder.path("vault.db.salt")).mode & 0o777).toString(8)).toBe("600");
  });

  test("is keyed with all 256 bits of its key", async () => {
    // The driver's own option cuts its key to 32 characters; two keys that differ only behind them would be one.
    await createVault();
    const { default: Driver } = await import("libsql");
    const { unwrapKey } = await import("../../../src/connection/encryption/wrap-key.js");
    const keyFile = readKeyFile(readFileSync(folder.path("vault.db.salt"), "utf8"), "vault.db.salt");
    const key = await unwrapKey(keyFile, "sesame", "vault.db.salt");
    const changed = Buffer.from(key);
    changed[31] = (changed[31] ?? 0) ^ 1;
    const handle = new Driver(folder.path("vault.db"));
    handle.exec(`PRAGMA hexkey = '${changed.toString("hex")}'`);
    expect(() => handle.exec("SELECT count(*) FROM sqlite_schema")).toThrow("not a database");
    handle.close();
  });

  test("takes a password in any script, whatever the form in which its accents were typed", async () => {
    await createVault("vault.db", { encryption: { password: "caf\u00e9 \u{1f511} пароль", cost: CHEAP } });
    const again = await folder.open("vault.db", { encryption: { password: "cafe\u0301 \u{1f511} пароль" } });
    expect(await again.query("SELECT count(*) AS n FROM secret")).toEqual([{ n: 1 }]);
  });

  test("opens through a symbolic link with the key file beside the file itself", async () => {
    await createVault();
    symlinkSync(folder.path("vault.db"), folder.path("link.db"));
    const connection = await folder.open("link.db", sesame);
    expect(await connection.tableExists("secret")).toBe(true);
  });

  test("is copied by VACUUM INTO under the same key, and opens with a copy of its key file", async () => {
    await createVault();
    const connection = await folder.open("vault.db", sesame);
    await connection.execute(`VACUUM INTO '${folder.path("copy.db")}'`);
    copyFileSync(folder.path("vault.db.salt"), folder.path("copy.db.salt"));
    const copy = await folder.open("copy.db", sesame);
    expect(await copy.query("SELECT body FROM secret")).toEqual([{ body: "under the third stone" }]);
  });

  test("opens read-only, and leaves nothing behind", async () => {
    await createVault();
    const before = folder.content();
    const connection = await folder.open("vault.db", { ...sesame, readOnly: true });
    expect(await connection.query("SELECT count(*) AS n FROM secret")).toEqual([{ n: 1 }]);
    await expect(connection.execute("DELETE FROM secret")).rejects.toMatchObject({
      code: "DATABASE_READ_ONLY",
    });
    await connection.close();
    expect(folder.content()).toEqual(before);
  });

  test("is made as dear to guess as documented unless a test says otherwise", async () => {
    const connection = await connect(`file:${folder.path("vault.db")}`, {
      encryption: { password: "sesame" },
    });
    await connection.close();
    const { kdf } = readKeyFile(readFileSync(folder.path("vault.db.salt"), "utf8"), "vault.db.salt");
    expect({ N: kdf.N, r: kdf.r, p: kdf.p }).toEqual({ N: 131072, r: 8, p: 1 });
  });
});

describe("refused, and untouched:", () => {
  test("a wrong password", async () => {
    await createVault();
    const error = await refusal(() => folder.open("vault.db", other));
    expect(error.code).toBe("ENCRYPTION_WRONG_PASSWORD");
  });

  test("an empty password, also for a new file", async () => {
    const empty = { encryption: { password: "" } };
    expect((await refusal(() => folder.open("new.db", empty))).code).toBe("ENCRYPTION_PASSWORD_EMPTY");
    await createVault();
    expect((await refusal(() => folder.open("vault.db", empty))).code).toBe("ENCRYPTION_PASSWORD_EMPTY");
  });

  test("no password", async () => {
    await createVault();
    expect((await refusal(() => folder.open("vault.db"))).code).toBe("ENCRYPTION_PASSWORD_REQUIRED");
    expect((await refusal(() => folder.open("vault.db", { readOnly: true }))).code).toBe(
      "ENCRYPTION_PASSWORD_REQUIRED",
    );
  });

  test("a missing key file, with a password and without", async () => {
    await createVault();
    rmSync(folder.path("vault.db.salt"));
    expect((await refusal(() => folder.open("vault.db", sesame))).code).toBe("ENCRYPTION_KEY_FILE_MISSING");
    expect((await refusal(() => folder.open("vault.db"))).code).toBe("NOT_A_DATABASE");
  });

  test("the key file of another database under the same password", async () => {
    await createVault("vault.db");
    await createVault("other.db");
    copyFileSync(folder.path("other.db.salt"), folder.path("vault.db.salt"));
    const error = await refusal(() => folder.open("vault.db", sesame));
    expect(error.code).toBe("ENCRYPTION_KEY_FILE_FOREIGN");
  });

  test("a plain file with a password, with a key file beside it and without", async () => {
    const plain = await folder.open("plain.db");
    await plain.execute("CREATE TABLE t (a)");
    await plain.close();
    expect((await refusal(() => folder.open("plain.db", sesame))).code).toBe("ENCRYPTION_NOT_ENCRYPTED");
    await createVault();
    copyFileSync(folder.path("vault.db.salt"), folder.path("plain.db.salt"));
    expect((await refusal(() => folder.open("plain.db", sesame))).code).toBe("ENCRYPTION_NOT_ENCRYPTED");
  });

  test.each([
    ["cut short", (text: string) => text.slice(0, text.length / 2)],
    ["empty", () => ""],
    [
      "one character off",
      (text: string) =>
        text.replace(/"ciphertext": "(.)/, (_, c) => `"ciphertext": "${c === "A" ? "B" : "A"}`),
    ],
    ["something else", () => '{"name":"package"}'],
    ["not an object", () => "[1,2]"],
    ["binary", () => "\0\u0001\u0002"],
  ])("a key file that is %s", async (_, damage) => {
    await createVault();
    const path = folder.path("vault.db.salt");
    writeFileSync(path, damage(readFileSync(path, "utf8")));
    expect((await refusal(() => folder.open("vault.db", sesame))).code).toBe("ENCRYPTION_KEY_FILE_INVALID");
  });

  test("a key file of a newer version, and the message says so", async () => {
    await createVault();
    const path = folder.path("vault.db.salt");
    writeFileSync(path, readFileSync(path, "utf8").replace('"version": 1', '"version": 2'));
    const error = await refusal(() => folder.open("vault.db", sesame));
    expect(error.code).toBe("ENCRYPTION_KEY_FILE_INVALID");
    expect(error.message).toContain("has version 2; this Tenon reads version 1");
  });

  test("a password for a database in memory", async () => {
    await expect(connect(":memory:", sesame)).rejects.toMatchObject({ code: "USAGE" });
  });

  test("a file that is no database at all", async () => {
    writeFileSync(folder.path("note.db"), "Buy oak, two planks.");
    expect((await refusal(() => folder.open("note.db", sesame))).code).toBe("NOT_A_DATABASE");
    expect((await refusal(() => folder.open("note.db"))).code).toBe("NOT_A_DATABASE");
  });
});

describe("a key file whose database was never made", () => {
  test("opens with its password, is refused with another, and does not become a plain file", async () => {
    await createVault();
    rmSync(folder.path("vault.db"));
    expect((await refusal(() => folder.open("vault.db", other))).code).toBe("ENCRYPTION_WRONG_PASSWORD");
    expect((await refusal(() => folder.open("vault.db"))).code).toBe("ENCRYPTION_PASSWORD_REQUIRED");

    await createVault();

    expect(readFileSync(folder.path("vault.db")).includes("SQLite format 3")).toBe(false);
  });

  test("serves a file that was left empty too", async () => {
    await createVault();
    writeFileSync(folder.path("vault.db"), "");
    expect((await refusal(() => folder.open("vault.db"))).code).toBe("ENCRYPTION_PASSWORD_REQUIRED");
    await createVault();
    expect((await folder.open("vault.db", sesame)).description).toBe(folder.path("vault.db"));
  });
});

describe("a changed password", () => {
  test("opens the database, the old one does not, and the database itself is not rewritten", async () => {
    await createVault();
    const database = readFileSync(folder.path("vault.db"));

    await changePassword(`file:${folder.path("vault.db")}`, { from: "sesame", to: "another", cost: CHEAP });

    expect(readFileSync(folder.path("vault.db")).equals(database)).toBe(true);
    expect(folder.names()).toEqual(["vault.db", "vault.db.salt"]);
    expect((statSync(folder.path("vault.db.salt")).mode & 0o777).toString(8)).toBe("600");
    expect((await refusal(() => folder.open("vault.db", sesame))).code).toBe("ENCRYPTION_WRONG_PASSWORD");
    const connection = await folder.open("vault.db", other);
    expect(await connection.tableExists("secret")).toBe(true);
  });

  test("is not needed by a connection that is open meanwhile", async () => {
    await createVault();
    const connection = await folder.open("vault.db", sesame);
    await changePassword(folder.path("vault.db"), { from: "sesame", to: "another", cost: CHEAP });
    await connection.execute("INSERT INTO secret VALUES ('and another')");
    expect(await connection.query("SELECT count(*) AS n FROM secret")).toEqual([{ n: 2 }]);
  });

  test("is refused with a wrong one, an empty one, a foreign key file, none, or a plain file", async () => {
    await createVault();
    const change = (from: string, to: string, name = "vault.db") =>
      refusal(() => changePassword(`file:${folder.path(name)}`, { from, to, cost: CHEAP }));
    expect((await change("wrong", "another")).code).toBe("ENCRYPTION_WRONG_PASSWORD");
    expect((await change("sesame", "")).code).toBe("ENCRYPTION_PASSWORD_EMPTY");
    expect((await change("sesame", "another", "none.db")).code).toBe("ENCRYPTION_KEY_FILE_MISSING");
    await createVault("other.db");
    renameSync(folder.path("other.db.salt"), folder.path("vault.db.salt"));
    expect((await change("sesame", "another")).code).toBe("ENCRYPTION_KEY_FILE_FOREIGN");
    await (await folder.open("plain.db")).close();
    expect((await change("sesame", "another", "plain.db")).code).toBe("ENCRYPTION_NOT_ENCRYPTED");
    await expect(changePassword("postgres://u:p@h/d", { from: "a", to: "b" })).rejects.toMatchObject({
      code: "UNSUPPORTED",
    });
  });
});

describe("no secret", () => {
  test("is in any part of an error, whatever went wrong", async () => {
    await createVault();
    const keyFile = readKeyFile(readFileSync(folder.path("vault.db.salt"), "utf8"), "vault.db.salt");
    const { unwrapKey } = await import("../../../src/connection/encryption/wrap-key.js");
    const key = Buffer.from(await unwrapKey(keyFile, "sesame", "vault.db.salt")).toString("hex");
    const database = readFileSync(folder.path("vault.db"));
    // The head fits and the rest does not: only the engine finds out.
    writeFileSync(
      folder.path("vault.db"),
      Buffer.concat([database.subarray(0, 8), Buffer.alloc(database.length - 8, 7)]),
    );

    const errors = [
      await refusal(() => folder.open("vault.db", sesame)),
      await refusal(() =>
        folder.open("vault.db", { encryption: { password: "sesame but wrong", cost: CHEAP } }),
      ),
    ];

    expect(errors.map((error) => error.code)).toEqual(["DATABASE_CORRUPT", "ENCRYPTION_WRONG_PASSWORD"]);
    for (const error of errors) {
      const everything = `${error.stack} ${JSON.stringify(error)} ${JSON.stringify(error.details)} ${String(error.cause)}`;
      expect(everything).not.toContain("sesame");
      expect(everything.toLowerCase()).not.toContain(key);
    }
  });
});
