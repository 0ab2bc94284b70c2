// The proof: what arrived, held against what the source has, asked of the databases themselves after the load.
export { describeProof, shownChecksum } from "./describe-proof.js";
export { sumsWhileRead, type TableToProve } from "./pair.js";
export {
  type FinishProof,
  type ForeignKeyProof,
  proveFinish,
  type SequenceProof,
} from "./prove-finish.js";
export { type ProveRequest, proveTables } from "./prove-tables.js";
export type { RowHasher as RowSums } from "./row-hasher.js";
export type { Checksum, ColumnProof, Proof, TableProof } from "./table-proof.js";
