/** The plugins that the tests of faults work with: by name, options and versions. */
export function pluginsFor(which) {
  const table = (name) => ({
    name,
    up: `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, v TEXT)`,
    down: `DROP TABLE ${name}`,
  });
  if (which === "rivals") {
    return [
      ["left", { conflictsWith: "right" }, { 1: table("left_items") }],
      ["right", {}, { 1: table("right_items") }],
    ];
  }
  return [
    ["store", {}, Object.fromEntries([1, 2, 3, 4].map((version) => [version, table(`store_${version}`)]))],
  ];
}
