/**
 * The schema cookie: every change of the schema raises it, whoever makes it. VACUUM raises it too.
 * https://sqlite.org/pragma.html#pragma_schema_version
 */
export const catalogueStamp = "SELECT schema_version FROM pragma_schema_version";
