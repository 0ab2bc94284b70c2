import type { Row, SqlOutput } from "./connection.js";
import { distinctNames } from "./libsql-values.js";
import { decoderOf } from "./pg-values.js";
import type { Answer } from "./pg-wire.js";

export interface DecodedField {
  readonly name: string;
  readonly decode: (text: string) => SqlOutput;
}

/** How the columns of a RowDescription are named and read. */
export function decodeFields(
  fields: readonly { readonly name: string; readonly dataTypeID: number }[],
): readonly DecodedField[] {
  const names = distinctNames(fields.map((field) => field.name));
  return fields.map(({ name, dataTypeID }, index) => ({
    name: names[index] ?? name,
    decode: decoderOf(dataTypeID),
  }));
}

export function decodeRow(fields: readonly DecodedField[], values: readonly (string | null)[]): Row {
  return Object.fromEntries(
    fields.map(({ name, decode }, index) => {
      const text = values[index];
      return [name, text === null || text === undefined ? null : decode(text)];
    }),
  );
}

/** An answer from its command tag: `INSERT 0 5`, `SELECT 3`, `CREATE TABLE`. */
export function answerOf(tag: string, rows: Row[], finished: number): Answer {
  const [command = ""] = tag.split(" ");
  return { kind: "answer", rows, command, count: Number(/\d+$/.exec(tag)?.[0] ?? 0), finished };
}
