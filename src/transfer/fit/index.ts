// What fits: looks at every value of a source before its table is seen in the target, decides types, and makes values of one engine into values of the
// other. Writes nothing; knows nothing of how rows move.
export type { ConversionName } from "./conversions.js";
export { describeFindings, refuseOpen } from "./describe-findings.js";
export type { ColumnFinding, MisfitFinding, MisfitSample } from "./finding.js";
export type { Fit } from "./fit.js";
export { type FitTablesRequest, fitTables } from "./fit-tables.js";
export type { Presumption } from "./fit-to-postgres.js";
export { type ColumnChoice, type Mapping, readMapping } from "./mapping.js";
export { MISFITS, type Misfit } from "./misfit.js";
export { makeRowConverter, plainRow } from "./row-converter.js";
export type { ColumnTreatment, Otherwise } from "./treatment.js";
export { writeMapping } from "./write-mapping.js";
