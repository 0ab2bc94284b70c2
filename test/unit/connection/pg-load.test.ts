import { expect, test } from "vitest";
import { loadPg } from "../../../src/connection/pg-load.js";

test("what pg is kept from while it is loaded is there again before anybody else runs", async () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "Response");

  const loading = loadPg();

  expect(Object.getOwnPropertyDescriptor(globalThis, "Response")).toEqual(before);
  expect(new (await loading).Client()).toHaveProperty("connect");
  expect(new Response("text").status).toBe(200);
});
