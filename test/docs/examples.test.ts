import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { findUnknownWords } from "./check-commands.js";
import { readComments, readDocument, type Section } from "./read-examples.js";
import { trySection } from "./try-section.js";
import { typeCheck } from "./type-check.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** These show commands for databases and answers of every kind: they are not run, but must exist. */
const REFERENCES = ["docs/encryption.md"];

const documents = [
  "README.md",
  "CONTRIBUTING.md",
  ...list("docs", ".md"),
  ...list("examples", ".md"),
].flatMap((file) => readDocument(file, read(file)));
const comments = list("src", ".ts").flatMap((file) => readComments(file, read(file)));

test("the examples have the right types", async () => {
  expect(await typeCheck([...documents, ...comments])).toEqual([]);
});

describe.each([
  ["documents", documents],
  ["comments in the source", comments],
])("the examples in the %s run", (_, sections: readonly Section[]) => {
  test.concurrent.each(sections.map((section) => [`${section.file} ${section.title}`, section] as const))(
    "%s",
    async (_, section) =>
      REFERENCES.includes(section.file) ? trySection(section, ["ts", "sql", "ini"]) : trySection(section),
  );
});

test("the commands and flags that the documents show exist", async () => {
  const unknown = await Promise.all(documents.map(findUnknownWords));
  expect(unknown.flat()).toEqual([]);
});

function list(folder: string, ending: string): string[] {
  return readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .sort();
}

function read(file: string): string {
  return readFileSync(`${root}/${file}`, "utf8");
}
