// Connections: one open session with one database, one file a driver. Knows SQL text only as far as it must
// be cut into statements; knows nothing of migrations.

export { type AttachRequest, attachFile } from "./attach.js";
export { type ConnectOptions, connect } from "./connect.js";
export type {
  ColumnInfo,
  Connection,
  EngineName,
  ExecuteResult,
  Row,
  SqlInput,
  SqlOutput,
  StatementOptions,
} from "./connection.js";
export { changePassword, type Encryption, type PasswordChange } from "./encryption/index.js";
export { connectToLockFile } from "./libsql.js";
export type { PgClient, PgPool } from "./pg-client.js";
export type { TakePiece } from "./pg-copy-out.js";
export { type CopyRequest, type PgSession, pgSessionOf } from "./pg-session.js";
export { redactUrl } from "./redact-url.js";
export { type DatabaseUrl, parseDatabaseUrl } from "./url.js";
