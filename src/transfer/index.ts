// Transfer: moves the schema and the rows of one database into another, and proves that they arrived. Stands on connections, dialects
// and the engine; knows nothing of commands and configs.
export { ROWS_OF_CHUNK } from "./chunk.js";
export { copySqlite, SOURCE } from "./copy-sqlite.js";
export type { TableProgress, TransferEvent, TransferListener, TransferPhase } from "./events.js";
export { FileBeside, isTaken } from "./file-beside.js";
export {
  type ColumnFinding,
  describeFindings,
  type Mapping,
  type MisfitFinding,
  type MisfitSample,
  readMapping,
  writeMapping,
} from "./fit/index.js";
export type { EarlierTransfer } from "./postgres-staging.js";
export type {
  Checksum,
  ColumnProof,
  FinishProof,
  ForeignKeyProof,
  Proof,
  SequenceProof,
  TableProof,
} from "./proof/index.js";
export { describeProof, shownChecksum } from "./proof/index.js";
export type { LeftOut, TransferReport, TransferredTable } from "./report.js";
export type { TransformRow } from "./row-callback.js";
export { runTransfer, type TransferRequest } from "./run-transfer.js";
export type { ColumnPlan, ConvertedRow, RowConverter, SourceRow, TablePlan } from "./table-plan.js";
