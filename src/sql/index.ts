// Reading SQL text: lexer, statement splitter, directives. Pure: no database, no files.
export {
  type Dependency,
  type DirectiveOptions,
  type Directives,
  readDirectives,
} from "./directives.js";
export { cannotRunInTransaction, type Effect, readEffects, readTriggerBody } from "./effects.js";
export { hasStatement } from "./has-statement.js";
export { type ReadOptions, tokenize } from "./lexer.js";
export { unquoteName } from "./name.js";
export { nearestWord } from "./nearest-word.js";
export { type Position, positionAt } from "./position.js";
export { isPragmaOn, type Pragma, readPragma } from "./pragma.js";
export { splitStatements } from "./split-statements.js";
export type { SqlSyntax, Statement, StatementText } from "./statement.js";
export type { Token, TokenKind } from "./token.js";
export { readTransactionWord, type TransactionWord } from "./transaction-word.js";
export { type UnwrapOptions, unwrapTransaction } from "./unwrap-transaction.js";
