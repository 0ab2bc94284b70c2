// The proof: what arrived, held against what the source has, asked of the databases themselves after the load.
export { type ProveRequest, proveTables, type TableToProve } from "./prove-tables.js";
export type { Checksum, ColumnProof, Proof, TableProof } from "./table-proof.js";
