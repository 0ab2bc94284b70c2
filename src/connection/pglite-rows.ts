/**
 * The rows in an answer of PGlite, field by field. Its own reader decodes each field as if it were a file, and takes a U+FEFF at the start
 * for a byte order mark: the text would lose it.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-DATAROW
 */
export function* readDataRows(answer: Uint8Array): Generator<readonly (string | null)[], void, undefined> {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  // A message is a letter, its length without that letter, and its content.
  for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readInt32BE(at + 1))
    if (bytes[at] === DATA_ROW) yield readFields(bytes, at + 5);
}

const DATA_ROW = 0x44;

function readFields(bytes: Buffer, start: number): readonly (string | null)[] {
  const fields: (string | null)[] = [];
  let at = start + 2;
  for (let left = bytes.readInt16BE(start); left > 0; left--) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0) fields.push(null);
    else {
      fields.push(bytes.toString("utf8", at, at + length));
      at += length;
    }
  }
  return fields;
}
