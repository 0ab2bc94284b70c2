import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readKeyFile, writeKeyFile } from "../../../src/connection/encryption/key-file.js";
import { unwrapKey, wrapKey } from "../../../src/connection/encryption/wrap-key.js";
import { CHEAP } from "./temporary-folder.js";

const dataKey = new Uint8Array(32).fill(7);
const head = new Uint8Array(8).fill(9);

/** The text of a key file that was made to say something else, its checksum put right. */
function forged(text: string, change: (content: Record<string, Record<string, unknown>>) => void): string {
  const { checksum: _, ...content } = JSON.parse(text);
  change(content);
  const checksum = createHash("sha256").update(JSON.stringify(content)).digest("hex");
  return JSON.stringify({ ...content, checksum });
}

describe("a key file", () => {
  test("gives back the key that was wrapped in it", async () => {
    const text = writeKeyFile(await wrapKey(dataKey, head, "sesame", CHEAP));
    const read = readKeyFile(text, "x.salt");
    expect(await unwrapKey(read, "sesame", "x.salt")).toEqual(dataKey);
    expect(read.head).toEqual(head);
    expect(text).not.toContain("sesame");
    expect(text).not.toContain(Buffer.from(dataKey).toString("base64").slice(0, 10));
  });

  test("is never the same twice", async () => {
    const [one, two] = [
      await wrapKey(dataKey, head, "sesame", CHEAP),
      await wrapKey(dataKey, head, "sesame", CHEAP),
    ];
    expect(one.kdf.salt).not.toEqual(two.kdf.salt);
    expect(one.wrapped.nonce).not.toEqual(two.wrapped.nonce);
    expect(one.wrapped.ciphertext).not.toEqual(two.wrapped.ciphertext);
  });

  test("with any character changed is refused, or is still the same key file", async () => {
    const keyFile = await wrapKey(dataKey, head, "sesame", CHEAP);
    const text = writeKeyFile(keyFile);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (place, character) => {
        const changed = text.slice(0, place) + character + text.slice(place + 1);
        let read: unknown;
        try {
          read = readKeyFile(changed, "x.salt");
        } catch (error) {
          expect(error).toMatchObject({ code: "ENCRYPTION_KEY_FILE_INVALID" });
          return;
        }
        expect(read).toEqual(readKeyFile(text, "x.salt"));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["takes terabytes", { N: 2 ** 40, r: 8, p: 1 }],
    ["takes more than a gigabyte", { N: 2 ** 21, r: 8, p: 1 }],
    ["takes days", { N: 2 ** 17, r: 8, p: 1_000_000 }],
    ["is next to nothing", { N: 2, r: 1, p: 1 }],
    ["is no power of two", { N: 131071, r: 8, p: 1 }],
    ["is negative", { N: -1024, r: 8, p: 1 }],
    ["is not a number", { N: "131072", r: 8, p: 1 }],
    ["is missing", { N: undefined }],
  ])("whose cost %s is refused before anything is derived", async (_, cost) => {
    const text = forged(writeKeyFile(await wrapKey(dataKey, head, "sesame", CHEAP)), (content) => {
      Object.assign(content["kdf"] ?? {}, cost);
    });
    expect(() => readKeyFile(text, "x.salt")).toThrow(
      expect.objectContaining({ code: "ENCRYPTION_KEY_FILE_INVALID" }),
    );
  });

  test.each<[string, (content: Record<string, Record<string, unknown>>) => void]>([
    ["a lower cost", ({ kdf }) => Object.assign(kdf ?? {}, { N: 2048 })],
    ["another salt", ({ kdf }) => Object.assign(kdf ?? {}, { salt: Buffer.alloc(32).toString("base64") })],
    ["another nonce", ({ key }) => Object.assign(key ?? {}, { nonce: Buffer.alloc(12).toString("base64") })],
    ["another tag", ({ key }) => Object.assign(key ?? {}, { tag: Buffer.alloc(16).toString("base64") })],
    ["another database", (content) => Object.assign(content, { head: Buffer.alloc(8).toString("base64") })],
  ])("that was forged to say %s does not open", async (_, change) => {
    const text = forged(writeKeyFile(await wrapKey(dataKey, head, "sesame", CHEAP)), change);
    await expect(unwrapKey(readKeyFile(text, "x.salt"), "sesame", "x.salt")).rejects.toMatchObject({
      code: "ENCRYPTION_WRONG_PASSWORD",
    });
  });
});
