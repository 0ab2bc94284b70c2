/** The schema in which a transfer to PostgreSQL keeps its tables until they are complete. */
export const STAGING = "tenon_transfer";
/** Rows that the target does not take, where a mapping sends them there. */
export const REJECTS = "tenon_rejects";
