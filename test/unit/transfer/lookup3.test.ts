import fc from "fast-check";
import { expect, test } from "vitest";
import { Lookup3 } from "../../../src/transfer/proof/lookup3.js";
import { sharedPglite } from "../../servers/pglite-shared.js";

function hashOf(text: string, seed: bigint): bigint {
  const bytes = Buffer.from(text, "utf8");
  const hash = new Lookup3();
  hash.hash(bytes, 0, bytes.length, Number(BigInt.asIntN(32, seed >> 32n)), Number(BigInt.asIntN(32, seed)));
  return BigInt.asIntN(64, (BigInt(hash.high) << 32n) | BigInt(hash.low >>> 0));
}

test("the hash is PostgreSQL's own, for texts of every length and any seed", async () => {
  const server = await sharedPglite();
  const seeds = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 0x1234_5678_9abc_def0n];
  const texts = Array.from(
    { length: 70 },
    (_, length) => ["a", "é", "€", "𝕏", "\u0001"][length % 5]?.repeat(length) ?? "",
  );
  const random = fc.sample(
    fc.string({ unit: "grapheme", maxLength: 60 }).filter((text) => !text.includes("\0")),
    300,
  );
  for (const text of [...texts, ...random, "x".repeat(100_000)]) {
    const seed = seeds[text.length % seeds.length] ?? 0n;
    const [row] = await server.query(
      `SELECT hashtextextended($1 COLLATE "C", $2::text::bigint)::text AS hash`,
      [text, String(seed)],
    );
    expect([text, String(hashOf(text, seed))]).toEqual([text, row?.["hash"]]);
  }
});
