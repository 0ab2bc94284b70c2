import type { ChangeOf, Table } from "../../../schema/index.js";
import { qualified } from "../names.js";
import { isByIndex, replicaIdentityClause } from "./build-table.js";
import { optionChanges, optionList } from "./statements/option-list.js";
import { refuseUnsupported } from "./unsupported.js";

/** The statements for what is changed of a table as a whole. */
export function alterTable({ from, to, differences, object }: ChangeOf<"change-table">): readonly string[] {
  const alter = `ALTER TABLE ${qualified(to)}`;
  const statements: string[] = [];
  const add = (clause: string) => statements.push(`${alter}\n  ${clause}`);
  for (const difference of differences) {
    switch (difference) {
      case "unlogged":
        add(to.unlogged === true ? "SET UNLOGGED" : "SET LOGGED");
        break;
      case "accessMethod":
        // https://www.postgresql.org/docs/15/sql-altertable.html: since PostgreSQL 15.
        add(`SET ACCESS METHOD ${to.accessMethod ?? "heap"}`);
        break;
      case "options": {
        const { set, reset } = optionChanges(from.options, to.options);
        if (Object.keys(set).length > 0) add(`SET (${optionList(set)})`);
        if (reset.length > 0) add(`RESET (${reset.join(", ")})`);
        break;
      }
      case "rowSecurity":
        statements.push(...rowSecurity(from, to));
        break;
      case "replicaIdentity":
        // Left before, because the index holds its columns.
        if (isByIndex(to) || !isByIndex(from)) add(replicaIdentityClause(to));
        break;
      case "partitionOf":
        if (from.partitionOf !== undefined || to.partitionOf === undefined)
          refuseDetaching(object, "partition");
        statements.push(
          `ALTER TABLE ${qualified(to.partitionOf)}\n  ATTACH PARTITION ${qualified(to)} ${to.partitionOf.bound}`,
        );
        break;
      case "inherits":
        for (const parent of newParents(from, to, object)) add(`INHERIT ${qualified(parent)}`);
        break;
      default:
        refuseUnsupported(
          object,
          `its ${difference === "kind" ? "kind" : "partitioning"} is fixed when a table is created`,
          "Make a new table, move the rows, and rename it, in a migration of your own.",
        );
    }
  }
  return statements;
}

export function rowSecurity(from: Pick<Table, "rowSecurity">, to: Table): readonly string[] {
  const alter = `ALTER TABLE ${qualified(to)}`;
  const statements: string[] = [];
  if ((from.rowSecurity === undefined) !== (to.rowSecurity === undefined)) {
    statements.push(`${alter}\n  ${to.rowSecurity === undefined ? "DISABLE" : "ENABLE"} ROW LEVEL SECURITY`);
  }
  if ((from.rowSecurity === "forced") !== (to.rowSecurity === "forced")) {
    statements.push(`${alter}\n  ${to.rowSecurity === "forced" ? "FORCE" : "NO FORCE"} ROW LEVEL SECURITY`);
  }
  return statements;
}

function newParents(from: Table, to: Table, object: ChangeOf<"change-table">["object"]) {
  const key = (parent: { readonly schema: string; readonly name: string }) =>
    `${parent.schema}\0${parent.name}`;
  const before = (from.inherits ?? []).map(key);
  const after = (to.inherits ?? []).map(key);
  if (before.join("\n") !== after.slice(0, before.length).join("\n")) refuseDetaching(object, "child");
  return (to.inherits ?? []).slice(before.length);
}

function refuseDetaching(object: ChangeOf<"change-table">["object"], noun: string): never {
  refuseUnsupported(
    object,
    `a ${noun} that leaves its parent keeps constraints and indexes that the model does not tell as its own`,
    "Detach it (ALTER TABLE … DETACH PARTITION or NO INHERIT) in a migration of your own, and compare again.",
  );
}
