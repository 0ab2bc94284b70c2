// Transfer: moves the schema and the rows of one database into another, and proves that they arrived. Stands on connections, dialects
// and the engine; knows nothing of commands and configs.
export type { ColumnPlan, ConvertedRow, RowConverter, SourceRow, TablePlan } from "./table-plan.js";
