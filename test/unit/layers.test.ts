import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { findBreaches, findCycles, readImports, type Sources } from "./layer-rule.js";

describe("the layers of src", () => {
  const sources = readSources(fileURLToPath(new URL("../../src", import.meta.url)));

  test("each imports only from those above it, and through their index", () => {
    expect(findBreaches(sources)).toEqual([]);
  });

  test("no file needs itself, by whatever way round", () => {
    expect(findCycles(sources)).toEqual([]);
  });

  test("are read at all: hundreds of imports are found", () => {
    expect(readImports(sources).length).toBeGreaterThan(200);
  });
});

describe("the rule of the layers", () => {
  test("refuses an import from a layer below", () => {
    expect(
      breaches({
        "sql/lexer.ts": 'import { run } from "../engine/index.js";',
        "engine/index.ts": "export function run() {}",
      }),
    ).toEqual(["src/sql/lexer.ts imports src/engine/index.ts, from a layer below it"]);
  });

  test("refuses it for types, for exports, for lists over several lines and when it is dynamic", () => {
    const engine = { "engine/index.ts": "export type Run = 1;" };
    const found = [
      'import type { Run } from "../engine/index.js";',
      'export { type Run } from "../engine/index.js";',
      'import {\n  type Run,\n  run,\n} from "../engine/index.js";',
      'import "../engine/index.js";',
      'async function f() { await import("../engine/index.js"); }',
    ].map((text) => breaches({ ...engine, "sql/a.ts": text }).length);
    expect(found).toEqual([1, 1, 1, 1, 1]);
  });

  test("refuses to reach past the index of a layer, or of an engine's dialect", () => {
    expect(
      breaches({
        "sql/lexer.ts": "",
        "sql/index.ts": "",
        "engine/run.ts": 'import { lex } from "../sql/lexer.js";',
        "dialects/load.ts": 'import { quote } from "./sqlite/names.js";',
        "dialects/sqlite/index.ts": 'export * from "./names.js";',
        "dialects/sqlite/names.ts": 'import type { Dialect } from "../load.js";',
        "dialects/sqlite/catalogue/tables.ts": 'import { quote } from "../names.js";',
      }),
    ).toEqual([
      "src/engine/run.ts imports src/sql/lexer.ts: the way in is src/sql/index.ts",
      "src/dialects/load.ts imports src/dialects/sqlite/names.ts: the way in is src/dialects/sqlite/index.ts",
    ]);
  });

  test("refuses what one engine's dialect takes from another's, and one capability from another", () => {
    expect(
      breaches({
        "dialects/postgres/names.ts": 'import { quote } from "../sqlite/index.js";',
        "dialects/sqlite/index.ts": "",
        "plugins/remove.ts": 'import { dump } from "../transfer/index.js";',
        "transfer/index.ts": "",
      }),
    ).toEqual([
      "src/dialects/postgres/names.ts imports src/dialects/sqlite/index.ts: one engine's dialect does not import another's",
      "src/plugins/remove.ts imports src/transfer/index.ts: capabilities do not import one another",
    ]);
  });

  test("refuses a folder that has no place, and an import of nothing", () => {
    expect(breaches({ "helpers/index.ts": "", "sql/a.ts": 'import "./b.js";' })).toEqual([
      "src/helpers is in no layer: give it its place in docs/how-it-works.md and in LAYERS",
      "src/sql/a.ts imports src/sql/b.ts, which does not exist",
    ]);
  });

  test("lets through what stands in comments, packages, and what is above", () => {
    expect(
      breaches({
        "errors.ts": "",
        "sql/index.ts": "",
        "engine/index.ts":
          ' * import { a } from "../cli/index.js";\nimport { b } from "pg";\nimport { c } from "../errors.js";\nimport { d } from "../sql/index.js";',
      }),
    ).toEqual([]);
  });

  test("finds a circle of files, and lets types go round", () => {
    const circle = {
      "sql/a.ts": 'import { b } from "./b.js";',
      "sql/b.ts": 'import { c } from "./c.js";',
      "sql/c.ts": 'import { a } from "./a.js";',
    };
    expect(findCycles(sourcesOf(circle))).toEqual(["sql/a.ts -> sql/b.ts -> sql/c.ts -> sql/a.ts"]);
    expect(findCycles(sourcesOf({ ...circle, "sql/c.ts": 'import type { A } from "./a.js";' }))).toEqual([]);
  });
});

function breaches(files: Readonly<Record<string, string>>): string[] {
  return findBreaches(sourcesOf(files));
}

function sourcesOf(files: Readonly<Record<string, string>>): Sources {
  return new Map(Object.entries(files));
}

function readSources(folder: string): Sources {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return new Map(
    files.sort().map((file) => [file.replaceAll("\\", "/"), readFileSync(`${folder}/${file}`, "utf8")]),
  );
}
