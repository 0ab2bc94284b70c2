import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { ERROR_CODES } from "../../src/errors.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const chapters = new Map(
  readFileSync(`${root}/docs/errors.md`, "utf8")
    .split(/^(?=##)/m)
    .flatMap((chapter) => {
      const [, code, text = ""] = /^### ([A-Z_0-9]+)\n([\s\S]*)$/.exec(chapter) ?? [];
      return code === undefined ? [] : [[code, text.trim()] as const];
    }),
);
const thrown = Object.keys(ERROR_CODES).filter((code) =>
  sources().some((text) => text.includes(`"${code}"`)),
);

test("docs/errors.md explains every error that can occur", () => {
  expect(thrown.filter((code) => !chapters.has(code))).toEqual([]);
});

test("docs/errors.md explains nothing that is no error", () => {
  expect([...chapters.keys()].filter((code) => !Object.hasOwn(ERROR_CODES, code))).toEqual([]);
});

test("docs/errors.md says of every error what to do", () => {
  const without = [...chapters].filter(([code, text]) => code !== "INTERNAL" && !/^Do: .+/m.test(text));
  expect(without.map(([code]) => code)).toEqual([]);
});

/** The texts of all source files but the table of codes itself and the command's list of exit statuses. */
function sources(): string[] {
  return readdirSync(`${root}/src`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/(^errors|exit-status)\.ts$/.test(file))
    .map((file) => readFileSync(`${root}/src/${file}`, "utf8"));
}
