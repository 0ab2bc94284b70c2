import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";

import { messageOf, TenonError } from "../errors.js";

/**
 * Reads a migration file as text, without a byte order mark. Read synchronously: a thousand small files take half
 * the time that they take when the event loop hands each one out.
 * @throws TenonError `FILE_FAILED`, `MIGRATION_NOT_UTF8`
 */
export function readMigrationText(path: string, file: string): string {
  const text = readFile(path, file, (found) => readFileSync(found, "utf8"));
  // Stands for bytes that are no character, unless it was written: only then the bytes themselves are looked at.
  if (text.includes(REPLACEMENT)) {
    const bytes = readFile(path, file, (found) => readFileSync(found));
    if (!isUtf8(bytes)) throw notUtf8(bytes, file);
    return withoutMark(bytes.toString("utf8"));
  }
  return withoutMark(text);
}

const REPLACEMENT = "\uFFFD";

function withoutMark(text: string): string {
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

const BYTE_ORDER_MARK = 0xfeff;

function readFile<T>(path: string, file: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (cause) {
    throw new TenonError("FILE_FAILED", `${file} cannot be read: ${messageOf(cause)}`, {
      where: { file },
      hint: "Look at its permissions, then try again.",
      cause,
    });
  }
}

function notUtf8(bytes: Buffer, file: string): TenonError {
  const { offset, line } = firstInvalidByte(bytes);
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const what = isUtf16 ? "UTF-16" : `not UTF-8: byte ${offset} (0x${bytes[offset]?.toString(16)})`;
  return new TenonError("MIGRATION_NOT_UTF8", `${file} is ${what}.`, {
    where: { file, line },
    hint: "Save it as UTF-8, and look that its letters are still right.",
    details: { offset },
  });
}

/** The offset of the first byte that is no part of a character, and its line. */
function firstInvalidByte(bytes: Buffer): { offset: number; line: number } {
  let start = 0;
  for (let line = 1; ; line++) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found === -1 ? bytes.length : found + 1;
    if (!isUtf8(bytes.subarray(start, end))) return { offset: invalidByteIn(bytes, start, end), line };
    if (found === -1) return { offset: bytes.length, line };
    start = end;
  }
}

function invalidByteIn(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const length = [1, 2, 3, 4].find((count) => at + count <= end && isUtf8(bytes.subarray(at, at + count)));
    if (length === undefined) return at;
    at += length;
  }
  return at;
}

const LINE_FEED = 0x0a;
