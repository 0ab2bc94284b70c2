// Reading SQL text: lexer, statement splitter, directives. Pure: no database, no files.
export type { SqlSyntax, Statement } from "./statement.js";
