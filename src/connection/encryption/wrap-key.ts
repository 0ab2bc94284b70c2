import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { TenonError } from "../../errors.js";
import { authenticatedPart, type KeyFile, type ScryptCost, type ScryptParameters } from "./key-file.js";

/** About 128 MiB and a third of a second on a desktop of 2024; each guess of a password costs an attacker the same. */
export const DEFAULT_COST: ScryptCost = { N: 2 ** 17, r: 8, p: 1 };

const SALT_BYTES = 32;
const NONCE_BYTES = 12;
const KEY_BYTES = 32;

/** Wraps a data key for a password, with a new salt. */
export async function wrapKey(
  dataKey: Uint8Array,
  head: Uint8Array,
  password: string,
  cost: ScryptCost,
): Promise<KeyFile> {
  const kdf: ScryptParameters = { N: cost.N, r: cost.r, p: cost.p, salt: randomBytes(SALT_BYTES) };
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", await deriveKey(password, kdf), nonce);
  cipher.setAAD(authenticatedPart(kdf, head));
  const ciphertext = Buffer.concat([cipher.update(dataKey), cipher.final()]);
  return { kdf, wrapped: { nonce, ciphertext, tag: cipher.getAuthTag() }, head };
}

/**
 * Unwraps the data key.
 * @param name The key file for messages.
 * @throws TenonError `ENCRYPTION_WRONG_PASSWORD`
 */
export async function unwrapKey(file: KeyFile, password: string, name: string): Promise<Uint8Array> {
  const { nonce, ciphertext, tag } = file.wrapped;
  const decipher = createDecipheriv("aes-256-gcm", await deriveKey(password, file.kdf), nonce, {
    authTagLength: tag.length,
  });
  decipher.setAAD(authenticatedPart(file.kdf, file.head));
  decipher.setAuthTag(tag);
  try {
    // `final` compares the tags, in constant time, and throws where they differ.
    return new Uint8Array(Buffer.concat([decipher.update(ciphertext), decipher.final()]));
  } catch {
    throw new TenonError("ENCRYPTION_WRONG_PASSWORD", `The password does not open the key file ${name}.`, {
      hint: "Check the password; capital letters, the keyboard's layout and spaces at the end count. Nothing was changed.",
    });
  }
}

function deriveKey(password: string, { N, r, p, salt }: ScryptParameters): Promise<Uint8Array> {
  // The same letters can be typed as different code points (é, or e with an accent put on): one form for all.
  const secret = Buffer.from(password.normalize("NFC"), "utf8");
  const options = { N, r, p, maxmem: 128 * r * (N + p) + 2 ** 20 };
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, KEY_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else
        reject(
          new TenonError("INTERNAL", "The key could not be derived from the password.", { cause: error }),
        );
    });
  });
}

/** @throws TenonError `ENCRYPTION_PASSWORD_EMPTY`, `USAGE` */
export function checkPassword(password: string, description: string): void {
  if (password === "") {
    throw new TenonError("ENCRYPTION_PASSWORD_EMPTY", `The password given for ${description} is empty.`, {
      hint: "Give a password; an empty one would protect nothing. Nothing was changed.",
    });
  }
  if (/\p{Surrogate}/u.test(password)) {
    throw new TenonError("USAGE", `The password given for ${description} is not valid Unicode text.`, {
      hint: "Half of a surrogate pair has no UTF-8 form; give a password of whole characters.",
    });
  }
}
