import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { TenonError } from "../../../src/errors.js";
import {
  cannotRunInTransaction,
  hasStatement,
  readAddedEnumValue,
  readConcurrentIndex,
  readDirectives,
  readEffects,
  readPragma,
  readTransactionWord,
  readTriggerBody,
  type SqlSyntax,
  type Statement,
  splitStatements,
  tokenize,
  unwrapTransaction,
} from "../../../src/sql/index.js";
import { fragments, inAnyCase, noise, scripts } from "./arbitrary-sql.js";

const texts = (statements: readonly Statement[]) => statements.map((statement) => statement.text);

describe.each<SqlSyntax>(["sqlite", "postgres"])("reading %s", (syntax) => {
  it("gives back the statements that a script was made of", () => {
    fc.assert(
      fc.property(scripts(syntax), ({ text, statements }) => {
        expect(texts(splitStatements(text, syntax))).toEqual(statements);
      }),
    );
  });

  it("gives whole statements, or an error, for a script that is cut anywhere", () => {
    fc.assert(
      fc.property(
        scripts(syntax),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ text, statements }, where) => {
          const cut = text.slice(0, Math.floor(where * text.length));
          const found = orRefusal(() => texts(splitStatements(cut, syntax)));
          if (found === undefined) return;
          const last = found.at(-1) ?? "";
          expect(found.slice(0, -1)).toEqual(statements.slice(0, Math.max(0, found.length - 1)));
          // The first character of a comment alone is an operator.
          if (last === "-" || last === "/") return;
          const whole = statements[found.length - 1] ?? "";
          expect(whole.slice(0, last.length)).toBe(last);
        },
      ),
    );
  });

  it("splits what was split and joined again into the same statements", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fragments(),
          fc.string(),
          scripts(syntax).map(({ text }) => text),
        ),
        (text) => {
          const found = orRefusal(() => texts(splitStatements(text, syntax)));
          if (found === undefined || found[0]?.startsWith("\uFEFF")) return;
          expect(texts(splitStatements(found.join(";\n"), syntax))).toEqual(found);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("tells where each statement stands", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fragments(),
          scripts(syntax).map(({ text }) => text),
        ),
        (text) => {
          for (const statement of orRefusal(() => splitStatements(text, syntax)) ?? []) {
            expect(text.startsWith(statement.text, statement.start)).toBe(true);
            const lines = text.slice(0, statement.start).split(/\r\n|\r|\n/);
            expect([statement.line, statement.column]).toEqual([
              lines.length,
              (lines.at(-1)?.length ?? 0) + 1,
            ]);
          }
        },
      ),
    );
  });

  it("gives tokens that cover the text, whitespace aside", () => {
    fc.assert(
      fc.property(fc.oneof(fragments(), fc.string()), (text) => {
        let end = 0;
        for (const token of orRefusal(() => tokenize(text, syntax)) ?? []) {
          expect(text.slice(end, token.start)).toMatch(/^\s*$/);
          expect(token.text).toBe(text.slice(token.start, token.end));
          expect(token.text).not.toBe("");
          end = token.end;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("gives the same statements for CRLF as for LF", () => {
    fc.assert(
      fc.property(scripts(syntax), ({ text }) => {
        const withCrlf = splitStatements(text.replaceAll("\n", "\r\n"), syntax);
        const places = (statements: readonly Statement[]) =>
          statements.map(({ text: each, line, column }) => [each.replaceAll("\r\n", "\n"), line, column]);
        expect(places(withCrlf)).toEqual(places(splitStatements(text, syntax)));
      }),
    );
  });

  it("refuses with a TenonError or gives a value, whatever the text is", () => {
    fc.assert(
      fc.property(fc.oneof(fragments(), fc.string()), (text) => {
        const statement = { text };
        orRefusal(() => readEffects(statement, syntax));
        orRefusal(() => readTriggerBody(text, syntax));
        orRefusal(() => readPragma(statement));
        orRefusal(() => readTransactionWord(statement, syntax));
        orRefusal(() => cannotRunInTransaction(statement, syntax));
        orRefusal(() => readConcurrentIndex(statement));
        orRefusal(() => readAddedEnumValue(statement));
        orRefusal(() => readDirectives(text));
        orRefusal(() => unwrapTransaction(splitStatements(text, syntax), syntax, { transaction: "inside" }));
      }),
      { numRuns: 2000 },
    );
  });

  it("finds a DELETE and a DROP behind any comments, case, quotes and WITH", () => {
    fc.assert(
      fc.property(hiddenLoss(syntax), ({ text, kind, table }) => {
        const [statement, ...others] = splitStatements(text, syntax);
        expect(others).toEqual([]);
        const found = readEffects(statement ?? { text: "" }, syntax);
        expect(found).toContainEqual(expect.objectContaining({ kind, table }));
      }),
      { numRuns: 1000 },
    );
  });
});

interface Loss {
  readonly text: string;
  readonly kind: "delete" | "drop-table";
  readonly table: string;
}

function hiddenLoss(syntax: SqlSyntax): fc.Arbitrary<Loss> {
  const table = fc.constantFrom("orders", "t", "delete_log", "a b", 'qu"ote', "größe");
  const withClause = fc.constantFrom(
    "",
    "WITH a AS (SELECT 'DELETE'), b(x) AS (SELECT (1))",
    "with recursive q as (select ')')",
  );
  const start = noise(0);
  const rest = fc.constantFrom("", " WHERE 1 = 1", " -- DROP", "/* ; */");
  const deletion = fc
    .tuple(
      start,
      withClause,
      noise(1),
      inAnyCase("delete"),
      noise(1),
      inAnyCase("from"),
      noise(1),
      table,
      rest,
    )
    .chain(([before, clause, a, verb, b, from, c, name, after]) =>
      written(name, syntax).map(
        (quoted): Loss => ({
          text: `${before}${clause}${a}${verb}${b}${from}${c}${quoted}${after}`,
          kind: "delete",
          table: name,
        }),
      ),
    );
  const drop = fc
    .tuple(
      start,
      inAnyCase("drop"),
      noise(1),
      inAnyCase("table"),
      noise(1),
      fc.constantFrom("", "if/**/exists "),
      table,
    )
    .chain(([before, verb, a, object, b, condition, name]) =>
      written(name, syntax).map(
        (quoted): Loss => ({
          text: `${before}${verb}${a}${object}${b}${condition}${quoted}`,
          kind: "drop-table",
          table: name,
        }),
      ),
    );
  return fc.oneof(deletion, drop);
}

/** All the ways to write a name, with or without a schema in front. */
function written(name: string, syntax: SqlSyntax): fc.Arbitrary<string> {
  const quoted = [`"${name.replaceAll('"', '""')}"`];
  if (/^[a-z_ö]*$/i.test(name) && !name.includes(" ")) quoted.push(name);
  if (syntax === "sqlite") quoted.push(`\`${name}\``, `[${name}]`, `'${name}'`);
  else
    quoted.push(
      `U&"${[...name].map((letter) => `\\${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`,
    );
  const schema = fc.constantFrom("", "main.", '"main" . ', "main/* . */./**/");
  return fc.tuple(schema, fc.constantFrom(...quoted)).map((parts) => parts.join(""));
}

/** The result of some work; undefined when it is refused. */
function orRefusal<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof TenonError) return undefined;
    throw error;
  }
}

describe("statements that migrations mostly consist of", () => {
  const plain = fc
    .tuple(
      fc.constantFrom(
        "CREATE TABLE",
        "create table if not exists",
        "CREATE TABLE IF",
        "CREATE\tUNIQUE INDEX",
        "CREATE INDEX IF NOT EXISTS",
        "CREATE INDEX",
        "CREATE INDEX CONCURRENTLY",
        "ALTER TABLE",
        "ALTER TABLE IF EXISTS",
        "CREATE TEMP TABLE",
      ),
      fc.constantFrom(" ", "\n", "  ", "/**/"),
      fc.constantFrom(
        "t",
        "T_1",
        "on",
        "ON",
        "if",
        "ADD",
        "s.t",
        '"a b"',
        "größe",
        "a$",
        "[x]",
        "'t'",
        "temp",
        "concurrently",
        "",
      ),
      fc.constantFrom("", " ", "\n "),
      fc.constantFrom(
        "(a, b)",
        "ON t (a)",
        "on t(a) WHERE b = 'ON'",
        "ADD a TEXT",
        "add COLUMN a TEXT DEFAULT 'x, y'",
        "ADD a INT, ADD b INT",
        "ADD a INT CHECK (a IN (1, 2))",
        "ADD a /* , */ INT",
        "RENAME TO u",
        "RENAME COLUMN a TO add",
        "DROP COLUMN a",
        "AS SELECT 1",
        "ADD",
      ),
    )
    .map((parts) => parts.join(""));

  it("are read as those are that need a closer look", () => {
    fc.assert(
      fc.property(plain, (text) => {
        // A comment in front makes every statement one that is read word by word.
        expect(readEffects({ text }, "sqlite")).toEqual(readEffects({ text: `/**/${text}` }, "sqlite"));
      }),
      { numRuns: 2000 },
    );
  });

  it("are neither pragmas nor the words of a transaction, whatever follows their first letters", () => {
    const beginning = fc.constantFrom(
      ..."CREATE alter INSERT UPDATE DELETE DROP SELECT with REPLACE REPLACES CREATED DROPS $ BEGIN PRAGMA VACUUM".split(
        " ",
      ),
    );
    fc.assert(
      fc.property(beginning, fragments(), (word, rest) => {
        for (const text of [`${word} ${rest}`, word + rest]) {
          for (const read of [
            (said: string) => readPragma({ text: said }),
            (said: string) => readTransactionWord({ text: said }, "sqlite"),
            (said: string) => readTransactionWord({ text: said }, "postgres"),
            (said: string) => cannotRunInTransaction({ text: said }, "sqlite"),
          ]) {
            const slow = orRefusal(() => ({ read: read(`/**/${text}`) }));
            if (slow !== undefined) expect(read(text)).toEqual(slow.read);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("are split as those are that need a closer look", () => {
    const piece = fc.constantFrom(
      ..."CREATE TABLE t (a TEXT|, b INT)|;|; |\n|\r\n|'it''s; -- (|'|''|\"|\"a;\"\"b\"| -- a; 'b\n|--|-|(|)|/| |\t|SELECT 1|.read x|x'00'|x'|[|`|TRIGGER|é|\u00a0|\uFEFF|\0|?1|:a|1.5|INSERT INTO t VALUES ('a', 'b');".split(
        "|",
      ),
    );
    const script = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
      fragments(),
      scripts("sqlite").map(({ text }) => text),
    );
    fc.assert(
      fc.property(script, (text) => {
        // Such a comment behind the last statement makes it a script of which every token is read, as one within it does.
        fc.pre(!text.includes("/*"));
        const slow = orRefusal(() => splitStatements(`${text}\n/**/`, "sqlite"));
        expect(orRefusal(() => splitStatements(text, "sqlite"))).toEqual(slow);
      }),
      { numRuns: 3000 },
    );
  });

  it("are statements, whatever blanks stand before them", () => {
    for (const blank of ["", " ", "\n", "\uFEFF", "\u00a0", ";"]) {
      for (const syntax of ["sqlite", "postgres"] as const) {
        expect(hasStatement(`${blank}CREATE`, syntax)).toBe(true);
      }
    }
    expect(() => hasStatement("SELECT '\0'", "sqlite")).toThrow("NUL");
  });
});
