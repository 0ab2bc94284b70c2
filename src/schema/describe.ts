import { formatAddress } from "./address.js";
import type { Change } from "./change.js";
import type { Column, Table } from "./table.js";

/** A change as one sentence for people, without the full stop: `Add column users.email (TEXT, not null)`. */
export function describe(change: Change): string {
  const name = formatAddress(change.object);
  switch (change.kind) {
    case "create-schema":
    case "create-extension":
    case "create-sequence":
    case "create-routine":
    case "create-trigger":
    case "create-policy":
    case "create-view":
      return `Create ${noun(change)} ${name}`;
    case "create-type":
      return `Create ${change.to.kind} type ${name}`;
    case "create-table":
      return `Create ${tableNoun(change.to)} ${name} (${tableSize(change.to)})`;
    case "create-index":
      return `Create ${change.to.unique === true ? "unique " : ""}index ${name}`;
    case "add-column":
      return `Add column ${name} (${describeColumn(change.to)})`;
    case "add-constraint":
      return `Add ${words(change.to.kind)} ${name}`;
    case "drop-constraint":
      return `Drop ${words(change.from.kind)} ${name}`;
    case "drop-table":
      return `Drop ${tableNoun(change.from)} ${name} and its rows`;
    case "drop-column":
      return `Drop column ${name} and its values`;
    case "drop-schema":
    case "drop-extension":
    case "drop-type":
    case "drop-sequence":
    case "drop-routine":
    case "drop-view":
    case "drop-index":
    case "drop-trigger":
    case "drop-policy":
      return `Drop ${noun(change)} ${name}`;
    case "rename-table":
    case "rename-column":
    case "rename-index":
      return `Rename ${noun(change)} ${name} to ${change.to}`;
    case "rename-constraint":
      return `Rename ${words(change.to.kind)} ${change.from.name ?? "without a name"} of ${change.object.table ?? ""} to ${change.to.name ?? "no name"}`;
    case "reorder-columns":
      return `Put the columns of ${name} in the order ${change.to.join(", ")}`;
    case "change-column":
      return `Change column ${name}: ${change.differences.map((difference) => columnDifference(difference, change.from, change.to)).join(", ")}`;
    case "change-constraint":
      return `Change ${words(change.to.kind)} ${name}: ${list(change.differences)}`;
    case "change-sequence":
      if (change.differences.join() !== "ownedBy")
        return `Change sequence ${name}: ${list(change.differences)}`;
      return change.to.ownedBy === undefined
        ? `Let sequence ${name} belong to no column`
        : `Let sequence ${name} belong to ${change.to.ownedBy.table}.${change.to.ownedBy.column}`;
    case "change-extension":
    case "change-type":
    case "change-routine":
    case "change-table":
    case "change-index":
    case "change-view":
    case "change-trigger":
    case "change-policy":
      return `Change ${noun(change)} ${name}: ${list(change.differences)}`;
    case "change-comment":
      return change.to === undefined
        ? `Remove the comment on ${noun(change)} ${name}`
        : `Set the comment on ${noun(change)} ${name}`;
    case "change-grants":
      return `Change the grants on ${noun(change)} ${name}`;
  }
}

/** A column as people read it: `TEXT, not null, default 'x'`. */
export function describeColumn(column: Column): string {
  const facts = [column.type === "" ? "no type" : column.type];
  if (column.notNull === true) facts.push("not null");
  if (column.default !== undefined) facts.push(`default ${column.default}`);
  if (column.generated !== undefined) facts.push(`generated, ${column.generated.storage}`);
  if (column.identity !== undefined) facts.push(`identity, ${column.identity.generation}`);
  return facts.join(", ");
}

function columnDifference(difference: string, from: Column, to: Column): string {
  switch (difference) {
    case "type":
      return `type ${from.type === "" ? "none" : from.type} becomes ${to.type === "" ? "none" : to.type}`;
    case "notNull":
      return to.notNull === true ? "becomes not null" : "may be null";
    case "default":
      return to.default === undefined ? "loses its default" : `default becomes ${to.default}`;
    case "generated":
      if (from.generated === undefined) return "becomes a generated column";
      return to.generated === undefined ? "is no longer generated" : "is generated in another way";
    default:
      return `${words(difference)} changes`;
  }
}

function noun(change: Change): string {
  return change.object.kind === "routine" ? "function" : change.object.kind;
}

function tableNoun(table: Table): string {
  return table.kind === "ordinary" ? "table" : `${table.kind} table`;
}

function tableSize(table: Table): string {
  const counts = [count(table.columns.length, "column")];
  if (table.indexes.length > 0) counts.push(count(table.indexes.length, "index", "indexes"));
  return counts.join(", ");
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** `foreign-key` and `notNull` as words. */
function words(name: string): string {
  return name
    .replaceAll("-", " ")
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();
}

function list(differences: readonly string[]): string {
  return differences.map(words).join(", ");
}
