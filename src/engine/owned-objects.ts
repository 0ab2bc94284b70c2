import type { Connection } from "../connection/index.js";
import type { Dialect, ObjectIdentity } from "../dialects/index.js";
import { Companion, type CompanionRow } from "./companion.js";
import type { Journal } from "./journal.js";
import type { OwnedObject } from "./ownership.js";

/** The companion of the journal that holds who owns what. */
export class OwnedObjects {
  readonly #table: Companion;

  constructor(connection: Connection, dialect: Dialect, journal: Journal) {
    this.#table = new Companion(connection, dialect, journal.companion("objects"), COLUMNS);
  }

  /** Undefined when the table is not there: nobody has looked yet. */
  async read(): Promise<readonly OwnedObject[] | undefined> {
    return (await this.#table.read())?.map(decode);
  }

  async create(): Promise<void> {
    await this.#table.create();
  }

  async write(objects: readonly OwnedObject[]): Promise<void> {
    await this.#table.write(objects.map(encode));
  }

  async remove(objects: readonly ObjectIdentity[]): Promise<void> {
    await this.#table.remove(objects.map(keyOf));
  }
}

const COLUMNS = [
  { name: "kind", isKey: true },
  { name: "schema", isKey: true },
  { name: "name", isKey: true },
  { name: "table", isKey: true },
  { name: "module" },
  { name: "version" },
] as const;

/** An object that is part of no table has an empty text there, since NULL can be no key. */
function keyOf({ kind, schema, name, table }: ObjectIdentity): CompanionRow {
  return { kind, schema, name, table: table ?? "" };
}

function encode(object: OwnedObject): CompanionRow {
  return { ...keyOf(object), module: object.module, version: object.version };
}

function decode(row: CompanionRow): OwnedObject {
  const text = (column: string) => row[column] ?? "";
  return {
    kind: text("kind"),
    schema: text("schema"),
    name: text("name"),
    table: text("table") === "" ? undefined : text("table"),
    module: text("module"),
    version: text("version"),
  };
}
