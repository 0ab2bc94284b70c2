import { describe, expect, it } from "vitest";
import { positionAt, type SqlSyntax, tokenize, unquoteName } from "../../../src/sql/index.js";

const kinds = (text: string, syntax: SqlSyntax) =>
  tokenize(text, syntax).map((token) => [token.kind, token.text]);

describe("tokens of SQLite", () => {
  it("have a kind and exact offsets", () => {
    expect(tokenize(" SELECT 'it''s' --x\n", "sqlite")).toEqual([
      { kind: "word", text: "SELECT", start: 1, end: 7 },
      { kind: "string", text: "'it''s'", start: 8, end: 15 },
      { kind: "comment", text: "--x", start: 16, end: 19 },
    ]);
  });

  it.each<[string, string, string[]]>([
    ["quoted-name", '"a""b" `c``d` [e "f] ""', ['"a""b"', "`c``d`", '[e "f]', '""']],
    ["blob", "x'00' X''", ["x'00'", "X''"]],
    ["parameter", "? ?12 :a @b $c::d(e) #f", ["?", "?12", ":a", "@b", "$c::d(e)", "#f"]],
    ["number", "1 1.5 .5 1e-3 0xFF 1_000 5.", ["1", "1.5", ".5", "1e-3", "0xFF", "1_000", "5."]],
    [
      "operator",
      "-> ->> || <= <> << >= >> == != = - +",
      ["->", "->>", "||", "<=", "<>", "<<", ">=", ">>", "==", "!=", "=", "-", "+"],
    ],
    ["punctuation", "( ) , ; .", ["(", ")", ",", ";", "."]],
    ["word", "a _b c$d größe 名前 x y1", ["a", "_b", "c$d", "größe", "名前", "x", "y1"]],
    ["unknown", "! \\ {", ["!", "\\", "{"]],
    ["comment", "/* a */ /**/ /* /* */", ["/* a */", "/**/", "/* /* */"]],
  ])("of kind %s: %s", (kind, text, expected) => {
    expect(kinds(text, "sqlite")).toEqual(expected.map((token) => [kind, token]));
  });
});

describe("tokens of PostgreSQL", () => {
  it.each<[string, string, string[]]>([
    [
      "string",
      "'a\\' E'b\\'' u&'\\0041' N'c' $$d'$$ $t$ $$ $t$",
      ["'a\\'", "E'b\\''", "u&'\\0041'", "N'c'", "$$d'$$", "$t$ $$ $t$"],
    ],
    ["quoted-name", '"a""b" U&"\\0061"', ['"a""b"', 'U&"\\0061"']],
    ["blob", "B'01' x'0f'", ["B'01'", "x'0f'"]],
    ["parameter", "$1 $23", ["$1", "$23"]],
    ["number", "1 1.5 .5 1e-3 0xFF 0b1 1_000 5.", ["1", "1.5", ".5", "1e-3", "0xFF", "0b1", "1_000", "5."]],
    ["operator", ":: := ->> @> ? || <-> !~~*", ["::", ":=", "->>", "@>", "?", "||", "<->", "!~~*"]],
    ["punctuation", "( ) , ; . [ ] :", ["(", ")", ",", ";", ".", "[", "]", ":"]],
    ["word", "a$b$c größe e b x u n", ["a$b$c", "größe", "e", "b", "x", "u", "n"]],
    ["comment", "/* a /* b */ c */ /*/**/*/", ["/* a /* b */ c */", "/*/**/*/"]],
    ["unknown", "\\ { $", ["\\", "{", "$"]],
  ])("of kind %s: %s", (kind, text, expected) => {
    expect(kinds(text, "postgres")).toEqual(expected.map((token) => [kind, token]));
  });

  it("end an operator where a comment begins", () => {
    expect(kinds("1 +-- a\n2 */* b */3", "postgres").map(([, text]) => text)).toEqual([
      "1",
      "+",
      "-- a",
      "2",
      "*",
      "/* b */",
      "3",
    ]);
  });

  it("take a range of numbers apart", () => {
    expect(kinds("1..10", "postgres").map(([, text]) => text)).toEqual(["1", ".", ".10"]);
  });
});

describe("unquoteName", () => {
  const name = (text: string, syntax: SqlSyntax) =>
    tokenize(text, syntax).map((token) => unquoteName(token, syntax));

  it("takes quotes off, and keeps the case in SQLite", () => {
    expect(name("Abc \"a\"\"B\" `c``D` [e]  'it''s'", "sqlite")).toEqual(["Abc", 'a"B', "c`D", "e", "it's"]);
  });

  it("folds unquoted names in PostgreSQL, ASCII letters alone", () => {
    expect(name('Abc ÄBC "a""B" U&"\\0041\\\\\\+01F600z"', "postgres")).toEqual([
      "abc",
      "Äbc",
      'a"B',
      "A\\😀z",
    ]);
  });
});

describe("positionAt", () => {
  it("counts lines and columns from 1, with LF, CRLF and CR as line ends", () => {
    const text = "\uFEFFa\nb\r\nc\rd";
    expect([...text].map((_, offset) => positionAt(text, offset))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 1 },
      { line: 1, column: 2 },
      { line: 2, column: 1 },
      { line: 2, column: 2 },
      { line: 2, column: 3 },
      { line: 3, column: 1 },
      { line: 3, column: 2 },
      { line: 4, column: 1 },
    ]);
  });
});
