// Not imported: for an import Node looks at all that a module offers, and so loads the cryptography of the web with this one.
const { hash } = process.getBuiltinModule("node:crypto");

/**
 * The checksum of a migration: SHA-256, in hex, of what was reviewed, as UTF-8.
 *
 * - A file, SQL or code: its text, without a byte order mark, with CRLF and CR as LF. A checkout on another
 *   system does not change it; any other change does, comments and spaces included.
 * - An inline text: the same, so that a text moved from the program to a file keeps its checksum.
 * - An inline list: its texts in order, a NUL between them. SQL never holds a NUL, so `["a", "b"]`, `["a;b"]` and
 *   `["b", "a"]` all differ, and a list of one is as its text.
 * - An inline function: its own source text, as JavaScript tells it. What it calls is not part of it, and another
 *   compiler may spell it differently: a step whose checksum has to last belongs in a file.
 */
export function checksumOf(content: string | readonly string[]): string {
  const text = typeof content === "string" ? normaliseText(content) : content.map(normaliseText).join("\0");
  return hash("sha256", text);
}

/** A text as it counts for its checksum. */
export function normaliseText(text: string): string {
  const start = text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0;
  if (start === 0 && !text.includes("\r")) return text;
  return text.slice(start).replace(/\r\n?/g, "\n");
}

const BYTE_ORDER_MARK = 0xfeff;
