import { chmodSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { HERE, USERS } from "./sample.js";
import { Workplace } from "./tenon.js";

const SESAME = { TENON_PASSWORD: "sesame" };
let place: Workplace;

beforeAll(async () => {
  place = new Workplace({ ...USERS, right: "sesame\r\n", wrong: "simsalabim", empty: "\n" });
  for (const file of ["right", "wrong", "empty"]) chmodSync(place.path(file), 0o600);
  const made = await place.tenon(["up", ...HERE], { environment: SESAME });
  expect(made.status).toBe(0);
});

test("TENON_PASSWORD and --password-file open an encrypted database", async () => {
  const byEnvironment = await place.json(["status", ...HERE], { environment: SESAME });
  const byFile = await place.json(["status", ...HERE, "--password-file", "right"]);

  expect(byEnvironment.document).toMatchObject({ ok: true, pending: 0 });
  expect(byFile.document).toEqual(byEnvironment.document);
  expect(byFile.stderr).toBe("");
});

test("a password file is stronger than TENON_PASSWORD", async () => {
  const { document } = await place.json(["status", ...HERE, "--password-file", "wrong"], {
    environment: SESAME,
  });

  expect(document.error?.code).toBe("ENCRYPTION_WRONG_PASSWORD");
});

test("a password file that others can read is warned about, and used", async () => {
  place.write({ open: "sesame" });
  chmodSync(place.path("open"), 0o644);

  const { document, stderr } = await place.json(["status", ...HERE, "--password-file", "open"]);

  expect(document.ok).toBe(true);
  expect(stderr).toMatch(/warning: .*open can be read by others/);
});

test("without a password and without a terminal it says how to give one", async () => {
  const { status, document } = await place.json(["status", ...HERE]);

  expect(status).toBe(1);
  expect(document.error).toMatchObject({
    code: "ENCRYPTION_PASSWORD_REQUIRED",
    hint: expect.stringContaining("--password-file"),
  });
});

test.each(["empty", "missing"])("a password file that is %s is an error of its own", async (file) => {
  const { status, document } = await place.json(["status", ...HERE, "--password-file", file]);

  expect(status).toBe(2);
  expect(document.error).toMatchObject({ code: "CONFIG_INVALID", where: { file: place.path(file) } });
});

test.each([[["--password", "hunter2"]], [["--password=hunter2"]]])(
  "a password as an argument is refused with the reason, and not repeated: %j",
  async (words) => {
    const { stdout, stderr, status } = await place.tenon(["status", ...HERE, ...words, "--json"]);

    expect(status).toBe(2);
    expect(stderr).toContain("everyone on this machine can read");
    expect(stdout + stderr).not.toContain("hunter2");
  },
);

test("the password in an env.ini opens the database that the file names, and no other", async () => {
  place.write({ "env.ini": "[database]\ntype = sqlite\npath = app.db\npassword = sesame\n" });

  const own = await place.json(["status", "--dir", "migrations"]);
  const other = await place.json(["status", ...HERE]);

  expect(own.document.ok).toBe(true);
  expect(other.document.error?.code).toBe("ENCRYPTION_PASSWORD_REQUIRED");
});
