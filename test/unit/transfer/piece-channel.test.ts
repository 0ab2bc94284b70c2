import { expect, test } from "vitest";
import { PieceChannel } from "../../../src/transfer/piece-channel.js";

const piece = (byte: number) => new Uint8Array([byte]);

test("pieces come out in their order, and pushing waits until one is taken", async () => {
  const channel = new PieceChannel();
  const order: string[] = [];
  const pushing = (async () => {
    for (const byte of [1, 2, 3]) {
      await channel.push(piece(byte));
      order.push(`taken ${byte}`);
    }
    channel.end();
  })();
  for await (const [byte] of channel.pieces()) order.push(`got ${byte}`);
  await pushing;
  expect(order).toEqual(["got 1", "taken 1", "got 2", "taken 2", "got 3", "taken 3"]);
});

test("who pushes does not wait for ever for someone who has stopped asking", async () => {
  const channel = new PieceChannel();
  const pushed = channel.push(piece(1));
  for await (const _ of channel.pieces()) break;
  await pushed;
  await channel.push(piece(2));
});

test("a failure comes out where the pieces are asked for", async () => {
  const channel = new PieceChannel();
  channel.fail(new Error("the source is gone"));
  await expect(channel.pieces().next()).rejects.toThrow("the source is gone");
});
