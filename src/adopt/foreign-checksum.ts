import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/**
 * Whether a file is still what another tool applied, by that tool's own checksum; undefined where it makes none, or one that
 * cannot be made from the file alone.
 */
export function isUnchanged(tool: string, recorded: string, bytes: Uint8Array): boolean | undefined {
  switch (tool) {
    case "sqlx":
      return recorded === createHash("sha384").update(bytes).digest("hex");
    case "drizzle":
      return recorded === sha256(bytes);
    case "prisma":
      return prismaTexts(bytes).some((text) => recorded === sha256(text));
    case "flyway":
      return recorded === String(flywayChecksum(bytes));
    default:
      return undefined;
  }
}

function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Prisma takes a file with other line ends for the same. */
function prismaTexts(bytes: Uint8Array): readonly (Uint8Array | string)[] {
  const text = Buffer.from(bytes).toString("utf8").replaceAll("\r\n", "\n");
  return [bytes, text, text.replaceAll("\n", "\r\n")];
}

/**
 * CRC-32 of the lines, without what ends them and without a byte order mark, as a signed number of 32 bits: Flyway reads a
 * file line by line so that a checkout on another system does not change it.
 * https://documentation.red-gate.com/fd/migrations-184127470.html#checksums-and-validation
 */
function flywayChecksum(bytes: Uint8Array): number {
  const text = Buffer.from(bytes)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
  return crc32(text.replace(/\r\n|\r|\n/g, "")) | 0;
}
