/**
 * Whether no plugin may call this function: it reaches files, other servers or other sessions, runs SQL from a text,
 * gives up locks, or changes the session. The server refuses most of them to a role with few rights; here they are
 * refused wherever they stand.
 */
export function isDangerousFunction(name: string): boolean {
  return FUNCTIONS.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}

const PREFIXES = [
  "dblink",
  "pg_read_",
  "pg_ls_",
  "pg_file_",
  "pg_logical_",
  "pg_replication_",
  "pg_advisory_lock",
  "pg_advisory_unlock",
  "pg_try_advisory_lock",
  "pg_backup_",
  "pg_create_",
  "pg_drop_",
  "pg_restore_",
  "pg_clear_",
  "pg_wal_",
  "pg_stat_reset",
  "query_to_xml",
  "crosstab",
  "xpath_table",
  "plpy",
];

const FUNCTIONS: ReadonlySet<string> = new Set([
  ..."close creat create export from_bytea get import lseek lseek64 manage open put tell tell64 truncate truncate64 unlink"
    .split(" ")
    .map((verb) => `lo_${verb}`),
  "pg_notify",
  "loread",
  "lowrite",
  "pg_stat_file",
  "pg_reload_conf",
  "pg_rotate_logfile",
  "pg_terminate_backend",
  "pg_cancel_backend",
  "pg_promote",
  "pg_switch_wal",
  "pg_export_snapshot",
  "pg_import_system_collations",
  "set_config",
  "connectby",
  "ts_stat",
  "ts_rewrite",
  "cursor_to_xml",
  "database_to_xml",
  "database_to_xml_and_xmlschema",
  "schema_to_xml",
  "schema_to_xml_and_xmlschema",
]);
