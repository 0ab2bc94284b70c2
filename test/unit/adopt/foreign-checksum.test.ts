import { expect, test } from "vitest";
import { isUnchanged } from "../../../src/adopt/foreign-checksum.js";

const bytes = (text: string) => new TextEncoder().encode(text);

// Made by other programs: `zlib.crc32` of Python over the lines, `sha384sum`, `sha256sum`.
const FLYWAY_OF_A_B = "-1039437746";
const TEXT = "CREATE TABLE a (id INT);\nCREATE TABLE b (id INT);\n";

test("Flyway's checksum is that of the lines: line ends and a byte order mark do not count", () => {
  expect(isUnchanged("flyway", FLYWAY_OF_A_B, bytes(TEXT))).toBe(true);
  expect(isUnchanged("flyway", FLYWAY_OF_A_B, bytes(TEXT.replaceAll("\n", "\r\n")))).toBe(true);
  expect(isUnchanged("flyway", FLYWAY_OF_A_B, bytes(`\uFEFF${TEXT}`))).toBe(true);
  expect(isUnchanged("flyway", FLYWAY_OF_A_B, bytes(`${TEXT} `))).toBe(false);
});

test("Prisma takes other line ends for the same, sqlx and Drizzle do not", () => {
  const sha256 = "c73f0ff7369e4b32a3af768c527f27de53b571545793e09512dd2dde990d0f18";
  const sha384 =
    "ca1f98e0a214608373dcce72cf13e0deb7b4848156cb0dc4d2d4e001254e8a6dcc24949475b6ae5761e1ccf43d7ed3bb";
  const other = bytes(TEXT.replaceAll("\n", "\r\n"));
  expect([isUnchanged("prisma", sha256, bytes(TEXT)), isUnchanged("prisma", sha256, other)]).toEqual([
    true,
    true,
  ]);
  expect([isUnchanged("drizzle", sha256, bytes(TEXT)), isUnchanged("drizzle", sha256, other)]).toEqual([
    true,
    false,
  ]);
  expect([isUnchanged("sqlx", sha384, bytes(TEXT)), isUnchanged("sqlx", sha384, other)]).toEqual([
    true,
    false,
  ]);
});

test("a tool that keeps no checksum of its files says nothing about them", () => {
  expect(isUnchanged("dbmate", "x", bytes(TEXT))).toBeUndefined();
});
