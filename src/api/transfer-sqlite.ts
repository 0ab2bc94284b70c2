import { realpathSync } from "node:fs";
import { attachFile, type Connection, connect, parseDatabaseUrl } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { Proof, TransferReport } from "../transfer/index.js";
import type { TransferOptions } from "./transfer.js";

/** From a SQLite file to another: the engine copies, so that every byte stays what it is. */
export async function transferSqlite(options: TransferOptions): Promise<TransferReport> {
  const { copySqlite, FileBeside, isTaken, SOURCE } = await import("../transfer/index.js");
  const source = sourcePath(options);
  const path = targetPath(options.to);
  if (path !== undefined && isTaken(path) && realpathSync(path) === realpathSync(source)) {
    throw new TenonError("USAGE", `Source and target are the same database: ${path}.`, {
      hint: "Give another file as the target. Nothing was changed.",
    });
  }
  const startedAt = performance.now();
  const isBeside = path !== undefined && !isTaken(path) && options.dryRun !== true;
  const beside = isBeside
    ? await FileBeside.open({ path, encryption: options.toEncryption, earlier: options.earlier ?? "refuse" })
    : undefined;
  const target = beside?.connection ?? (await openTarget(options));
  const isOurs = beside !== undefined || typeof options.to === "string";
  try {
    await attachFile(target, { path: source, as: SOURCE, encryption: options.fromEncryption });
    const copied = await inTransaction(target, options, () =>
      copySqlite(target, options.onEvent ?? (() => {})),
    );
    await target.execute(`DETACH ${SOURCE}`);
    await beside?.publish();
    return {
      from: source,
      to: path ?? target.description,
      isDone: options.dryRun !== true,
      tables: copied.map((each) => ({ ...each, rejected: 0 })),
      findings: [],
      leftOut: [],
      notes: [],
      phases: { all: Math.round(performance.now() - startedAt) },
      proof: options.dryRun === true ? undefined : comparedByValue(copied),
    };
  } catch (error) {
    await beside?.discard();
    throw error;
  } finally {
    if (isOurs) await target.close();
  }
}

/** The copy compares all values itself, and throws where one differs. */
function comparedByValue(copied: readonly { readonly table: string; readonly rows: number }[]): Proof {
  const tables = copied.map(({ table, rows }) => ({
    table,
    sourceRows: rows,
    targetRows: rows,
    rejected: 0,
    columns: [],
    isEqual: true,
  }));
  return { method: "values", tables, isEqual: true, differences: [] };
}

/** Foreign keys are looked at when all rows are there, and by whoever has the connection afterwards. */
async function inTransaction<T>(
  target: Connection,
  options: TransferOptions,
  work: () => Promise<T>,
): Promise<T> {
  await target.execute("PRAGMA foreign_keys = OFF");
  try {
    let result: { readonly value: T } | undefined;
    await target
      .transaction(async () => {
        result = { value: await work() };
        if (options.dryRun === true) throw DRY;
      })
      .catch((error: unknown) => {
        if (error !== DRY) throw error;
      });
    if (result === undefined) throw new TenonError("INTERNAL", "The copy gave no result.");
    return result.value;
  } finally {
    await target.execute("PRAGMA foreign_keys = ON");
  }
}

const DRY = new Error("a dry run keeps nothing");

function sourcePath({ from, transformRow, mapping }: TransferOptions): string {
  if (transformRow !== undefined || mapping !== undefined) {
    throw new TenonError("UNSUPPORTED", "From SQLite to SQLite everything is copied as it is.", {
      hint: "Leave the mapping and transformRow out, and change the rows afterwards.",
    });
  }
  const address = typeof from === "string" ? parseDatabaseUrl(from) : undefined;
  if (address?.kind === "file") return address.path;
  throw new TenonError("UNSUPPORTED", "From SQLite to SQLite only a file can be copied, by its URL.", {
    hint: "Give the source as file:app.db.",
  });
}

function targetPath(to: string | Connection): string | undefined {
  const address = typeof to === "string" ? parseDatabaseUrl(to) : undefined;
  return address?.kind === "file" ? address.path : undefined;
}

async function openTarget({ to, toEncryption, dryRun }: TransferOptions): Promise<Connection> {
  if (typeof to !== "string") return to;
  if (dryRun === true) return connect(":memory:");
  return connect(to, toEncryption === undefined ? {} : { encryption: toEncryption });
}
