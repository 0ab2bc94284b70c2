import { setImmediate } from "node:timers/promises";
import { messageOf, TenonError } from "../errors.js";
import { loadCommonJs } from "./common-js.js";

/** What Tenon uses of the driver's prepared statements. */
export interface NativeStatement {
  /** Whether the statement gives rows. */
  readonly reader: boolean;
  raw(): NativeStatement;
  safeIntegers(): NativeStatement;
  columns(): readonly {
    readonly name: string;
    readonly table: string | null;
    readonly column: string | null;
  }[];
  run(parameters: readonly unknown[]): { readonly changes: number };
  get(parameters: readonly unknown[]): unknown;
  all(parameters: readonly unknown[]): unknown[];
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
}

/** What Tenon uses of the driver's database handle. */
export interface NativeDatabase {
  readonly inTransaction: boolean;
  prepare(sql: string): NativeStatement;
  exec(sql: string): void;
  close(): void;
}

export interface NativeOptions {
  readonly authToken?: string;
  readonly encryptionKey?: string;
}

/** Opens the driver's handle. The driver is loaded on first use, so that the library itself loads without it. */
export async function openNative(path: string, options: NativeOptions): Promise<NativeDatabase> {
  const Driver = await loadDriver();
  return new Driver(path, options);
}

type DriverClass = new (path: string, options: NativeOptions) => NativeDatabase;

async function loadDriver(): Promise<DriverClass> {
  try {
    // The package describes itself with the types of better-sqlite3, of which it has only a part.
    knownDriver ??= await loadCommonJs(
      "libsql",
      async () => (await import("libsql")).default as unknown as DriverClass,
    );
    return knownDriver;
  } catch (error) {
    throw new TenonError("MISSING_DEPENDENCY", `The SQLite driver cannot be loaded: ${messageOf(error)}.`, {
      hint: `The package "libsql" brings its binary as an optional dependency, @libsql/${process.platform}-${process.arch}…; install again without --no-optional or --omit=optional.`,
      cause: error,
    });
  }
}

let knownDriver: DriverClass | undefined;

/**
 * Lets go of the prepared statements that nobody can reach any more. The driver has no way to finalize one, and
 * a handle with live statements stays open behind `close()`: the WAL files stay, and so do the locks, until the
 * garbage collector happens to come by (https://github.com/tursodatabase/libsql-js/issues/228). So it is called.
 *
 * @param isDone Tells whether they are gone. With it the young objects alone are collected first: that takes a fraction
 *   of the time, and is enough for a session that was short.
 */
export async function releaseStatements(isDone?: () => boolean): Promise<void> {
  if (isDone !== undefined) {
    if (knownCollector === undefined) {
      fillYoungSpace();
      await finalizers();
      if (isDone()) return;
    }
    garbageCollector()?.({ type: "minor" });
    await finalizers();
    if (isDone()) return;
  }
  garbageCollector()?.();
  await finalizers();
}

/** Node runs the finalizers of native objects in a later turn of the event loop. */
async function finalizers(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

/** False where the garbage collector cannot be called. */
export function canReleaseStatements(): boolean {
  return garbageCollector() !== undefined;
}

/**
 * Getting at the collector for the first time takes 2 ms. Filling the space of the young objects, so that V8 collects them by itself, takes
 * a quarter of that; it is this small in a program that has just started.
 */
function fillYoungSpace(): void {
  for (let bytes = 0; bytes < YOUNG_SPACE; bytes += SLOTS * BYTES_OF_A_SLOT) new Array(SLOTS).fill(0);
}

const YOUNG_SPACE = 2 ** 20;
/** Arrays of more than 128 KiB would have a space of their own. */
const SLOTS = 8000;
const BYTES_OF_A_SLOT = 8;

type Collector = (options?: { readonly type: "minor" }) => void;

let knownCollector: Collector | undefined;

function garbageCollector(): Collector | undefined {
  if (knownCollector !== undefined) return knownCollector;
  try {
    // Loaded only here: most sessions that are the first of a program do without.
    const { setFlagsFromString } = process.getBuiltinModule("node:v8");
    const { runInNewContext } = process.getBuiltinModule("node:vm");
    setFlagsFromString("--expose-gc");
    const found: unknown = runInNewContext("typeof gc === 'function' ? gc : undefined");
    setFlagsFromString("--no-expose-gc");
    if (typeof found === "function") knownCollector = (options) => found(options);
  } catch {
    // A runtime without V8's flags: the caller does without.
    return undefined;
  }
  return knownCollector;
}
