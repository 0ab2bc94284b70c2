// Reading SQL text: lexer, statement splitter, directives, and what a statement is about. Pure: no database, no files.
export { type AddedEnumValue, readAddedEnumValue } from "./added-enum-value.js";
export { type ConcurrentIndex, readConcurrentIndex } from "./concurrent-index.js";
export {
  type Dependency,
  type DirectiveOptions,
  type Directives,
  readDirectives,
} from "./directives.js";
export type { Conflict, Effect, EffectKind } from "./effect.js";
export { hasStatement } from "./has-statement.js";
export { type ReadOptions, tokenize } from "./lexer.js";
export { cutName, unquoteName } from "./name.js";
export { nearestWord } from "./nearest-word.js";
export { isOrdinary } from "./plain-statement.js";
export { type Position, positionAt } from "./position.js";
export { isPragmaOn, type Pragma, readPragma } from "./pragma.js";
export { readEffects } from "./read-effects.js";
export { splitStatements } from "./split-statements.js";
export type { SqlSyntax, Statement, StatementText } from "./statement.js";
export type { Token, TokenKind } from "./token.js";
export { type ObjectName, TokenReader } from "./token-reader.js";
export { cannotRunInTransaction, type TransactionLimit } from "./transaction-limits.js";
export { readTransactionWord, type TransactionWord } from "./transaction-word.js";
export { readTriggerBody, type TriggerBody, type TriggerEvent } from "./trigger-body.js";
export { setsSession, type UnwrapOptions, unwrapTransaction } from "./unwrap-transaction.js";
