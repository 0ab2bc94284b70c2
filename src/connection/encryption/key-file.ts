import { createHash } from "node:crypto";
import { TenonError } from "../../errors.js";

/**
 * The key file of an encrypted database: the data key, wrapped by a key that is derived from the password. JSON, so
 * that a person can see what it is. The format is described in docs/encryption.md.
 */
export interface KeyFile {
  readonly kdf: ScryptParameters;
  readonly wrapped: WrappedKey;
  /** The first eight bytes of every database file under this data key: they tell whose key file this is. */
  readonly head: Uint8Array;
}

/** https://www.rfc-editor.org/rfc/rfc7914: memory is 128·N·r bytes, time grows with N·r·p. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

export interface ScryptParameters extends ScryptCost {
  readonly salt: Uint8Array;
}

/** AES-256-GCM. */
export interface WrappedKey {
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

const FORMAT = "tenon-key-file";
const VERSION = 1;
export const CIPHER = "aes256cbc";

const SALT_BYTES = 32;
const NONCE_BYTES = 12;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
export const HEAD_BYTES = 8;

/** What a key file may ask for: a hostile one could otherwise take all memory, or hours. */
const LEAST_N = 2 ** 10;
const MOST_MEMORY_BYTES = 2 ** 30;
const MOST_R = 32;
const MOST_P = 16;

export function writeKeyFile(file: KeyFile): string {
  const content = {
    format: FORMAT,
    version: VERSION,
    cipher: CIPHER,
    head: encode(file.head),
    kdf: { name: "scrypt", N: file.kdf.N, r: file.kdf.r, p: file.kdf.p, salt: encode(file.kdf.salt) },
    key: {
      name: "aes-256-gcm",
      nonce: encode(file.wrapped.nonce),
      ciphertext: encode(file.wrapped.ciphertext),
      tag: encode(file.wrapped.tag),
    },
  };
  return `${JSON.stringify({ ...content, checksum: checksumOf(content) }, null, 2)}\n`;
}

/**
 * Reads a key file. The checksum finds accidents, so that they are not taken for a wrong password; it is no
 * protection against a forger, which the tag of the wrapped key is.
 * @param name The file for messages.
 * @throws TenonError `ENCRYPTION_KEY_FILE_INVALID`
 */
export function readKeyFile(text: string, name: string): KeyFile {
  const content = parseObject(text, name);
  if (content["format"] !== FORMAT) throw damaged(name, "it is not a key file of Tenon");
  if (content["version"] !== VERSION) {
    if (typeof content["version"] !== "number" || content["version"] < VERSION) {
      throw damaged(name, "its version is not a number");
    }
    throw new TenonError(
      "ENCRYPTION_KEY_FILE_INVALID",
      `The key file ${name} has version ${content["version"]}; this Tenon reads version ${VERSION}.`,
      { hint: "Open the database with the Tenon that wrote it, or a newer one. Nothing was changed." },
    );
  }
  const { checksum, ...rest } = content;
  if (checksum !== checksumOf(rest)) throw damaged(name, "its checksum does not fit its content");
  if (content["cipher"] !== CIPHER) throw damaged(name, "its cipher is not known");
  const kdf = objectOf(content["kdf"], name, "kdf");
  const key = objectOf(content["key"], name, "key");
  if (kdf["name"] !== "scrypt" || key["name"] !== "aes-256-gcm")
    throw damaged(name, "it names unknown algorithms");
  return {
    kdf: { ...readCost(kdf, name), salt: decode(kdf["salt"], SALT_BYTES, name, "salt") },
    wrapped: {
      nonce: decode(key["nonce"], NONCE_BYTES, name, "nonce"),
      ciphertext: decode(key["ciphertext"], KEY_BYTES, name, "ciphertext"),
      tag: decode(key["tag"], TAG_BYTES, name, "tag"),
    },
    head: decode(content["head"], HEAD_BYTES, name, "head"),
  };
}

/** What the tag of the wrapped key covers besides the key: everything that says how to read it. */
export function authenticatedPart(kdf: ScryptParameters, head: Uint8Array): Uint8Array {
  return Buffer.from(
    JSON.stringify([FORMAT, VERSION, CIPHER, encode(head), "scrypt", kdf.N, kdf.r, kdf.p, encode(kdf.salt)]),
  );
}

function readCost(kdf: Readonly<Record<string, unknown>>, name: string): ScryptCost {
  const { N, r, p } = kdf;
  if (!isWholeNumber(N) || !isWholeNumber(r) || !isWholeNumber(p))
    throw damaged(name, "its scrypt cost is no number");
  const isPowerOfTwo = Number.isInteger(Math.log2(N));
  if (!isPowerOfTwo || N < LEAST_N || r > MOST_R || p > MOST_P || 128 * N * r > MOST_MEMORY_BYTES) {
    throw damaged(name, `its scrypt cost (N=${N}, r=${r}, p=${p}) is outside of what is sensible`);
  }
  return { N, r, p };
}

function isWholeNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

function parseObject(text: string, name: string): Readonly<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(text), name, "content");
  } catch (error) {
    if (error instanceof TenonError) throw error;
    throw damaged(name, "it is not JSON");
  }
}

function objectOf(value: unknown, name: string, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw damaged(name, `its ${what} is not an object`);
  }
  return { ...value };
}

function decode(value: unknown, length: number, name: string, what: string): Uint8Array {
  const bytes = typeof value === "string" ? Buffer.from(value, "base64") : undefined;
  if (bytes?.length !== length) throw damaged(name, `its ${what} does not have ${length} bytes`);
  return new Uint8Array(bytes);
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function checksumOf(content: Readonly<Record<string, unknown>>): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

function damaged(name: string, reason: string): TenonError {
  return new TenonError("ENCRYPTION_KEY_FILE_INVALID", `The key file ${name} cannot be used: ${reason}.`, {
    hint: "Restore it from a backup: without it the database cannot be read. Nothing was changed.",
  });
}
