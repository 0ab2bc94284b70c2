import type { ObjectOwner } from "../engine/index.js";
import { formatTable } from "./table.js";
import type { Terminal } from "./terminal.js";
import { counted } from "./wording.js";

/** Objects by their owner, those of nobody last; parts of a table below their table. */
export function sortObjects(objects: readonly ObjectOwner[]): readonly ObjectOwner[] {
  const key = ({ module, schema, table, name }: ObjectOwner) =>
    [
      module === undefined ? 1 : 0,
      module ?? "",
      schema,
      table ?? name,
      table === undefined ? 0 : 1,
      name,
    ] as const;
  return [...objects].sort((a, b) => compareKeys(key(a), key(b)));
}

/** As `--json` gives them. */
export function objectsForJson(objects: readonly ObjectOwner[]): readonly Record<string, unknown>[] {
  return objects.map(({ module, version, kind, schema, name, table }) => {
    return { module: module ?? null, version: version ?? null, kind, schema, name, table: table ?? null };
  });
}

export function describeObjects(objects: readonly ObjectOwner[], { paint, width }: Terminal): string {
  if (objects.length === 0) return "There are no objects.\n";
  const nobody = objects.filter((object) => object.module === undefined).length;
  const table = formatTable(
    [{ title: "MODULE" }, { title: "MADE BY" }, { title: "KIND" }, { title: "NAME", canShrink: true }],
    objects.map(({ module, version, kind, name, table }) => [
      module ?? { text: "-", paint: paint.dim },
      module === undefined ? "-" : `${module}@${version ?? "?"}`,
      kind,
      table === undefined ? name : `${name} (${table})`,
    ]),
    { paint, width },
  );
  const rest = nobody === 0 ? "" : `, ${nobody} of them made by no module`;
  return `${table}\n${counted(objects.length, "object")}${rest}.\n`;
}

function compareKeys(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? "";
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
