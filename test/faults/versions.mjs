/** Versions 1 to `count`: each makes a table with one row and counts itself in a shared table. */
export function versionsOf(count) {
  const versions = {};
  for (let version = 1; version <= count; version++) {
    versions[version] = {
      name: `table ${version}`,
      up: [
        ...(version === 1 ? ["CREATE TABLE runs (version INTEGER NOT NULL)"] : []),
        `CREATE TABLE t${version} (id INTEGER PRIMARY KEY, name TEXT)`,
        `INSERT INTO t${version} VALUES (1, 'one')`,
        `INSERT INTO runs VALUES (${version})`,
      ],
      down: [
        `DELETE FROM runs WHERE version = ${version}`,
        `DROP TABLE t${version}`,
        ...(version === 1 ? ["DROP TABLE runs"] : []),
      ],
    };
  }
  return versions;
}
