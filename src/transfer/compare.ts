import type { Connection } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { ObjectName } from "../schema/index.js";
import type { LoadedTable } from "./load.js";
import { type FinishProof, type Proof, proveFinish, proveTables } from "./proof/index.js";
import { qualified } from "./quote.js";
import type { TablePlan } from "./table-plan.js";

export interface CompareRequest {
  readonly from: Connection;
  readonly to: Connection;
  readonly loaded: readonly LoadedTable[];
  /** Where a table stands now. */
  readonly at: (plan: TablePlan) => ObjectName;
  readonly level: "full" | "rows";
}

/** Compares what was loaded with the source. @throws TenonError `TRANSFER_DIFFERS` */
export async function compareLoaded(request: CompareRequest): Promise<Proof | undefined> {
  const { from, to, loaded, at, level } = request;
  if (level === "rows") {
    for (const each of loaded) compareCounts(each, await countRows(to, at(each.table.plan)));
    return undefined;
  }
  const proof = await proveTables({
    source: from,
    target: to,
    tables: loaded.map(({ table, rejected, read }) => ({
      plan: table.plan,
      at: at(table.plan),
      rejected,
      read,
      convert: table.mustConvert ? table.convert : undefined,
    })),
  });
  for (const [index, each] of loaded.entries()) compareCounts(each, proof.tables[index]?.targetRows ?? 0);
  if (proof.isEqual) return proof;
  throw differs(proof.differences, { tables: proof.tables.filter((each) => !each.isEqual) });
}

/** Looks at what holds between tables when they are in their place. @throws TenonError `TRANSFER_DIFFERS` */
export async function compareFinished(to: Connection, plans: readonly TablePlan[]): Promise<FinishProof> {
  const finish = await proveFinish(
    to,
    plans.map(({ target }) => target),
  );
  if (finish.isEqual) return finish;
  throw differs(finish.differences, { finish });
}

function differs(differences: readonly string[], details: Readonly<Record<string, unknown>>): TenonError {
  return new TenonError("TRANSFER_DIFFERS", differences.join(" "), {
    hint: "Begin anew with --restart. Nothing of the transfer is visible in the target.",
    details,
  });
}

async function countRows(to: Connection, at: ObjectName): Promise<number> {
  const [row] = await to.query(`SELECT count(*) AS count FROM ${qualified(at)}`);
  return Number(row?.["count"]);
}

function compareCounts({ table, rows, rejected }: LoadedTable, count: number): void {
  if (count === rows && (table.mustConvert || rows + rejected === table.cut.rows)) return;
  throw new TenonError(
    "TRANSFER_DIFFERS",
    `${table.plan.target.name} has ${table.cut.rows} rows in the source, and ${count} arrived.`,
    {
      where: { object: table.plan.target.name },
      hint: "Begin anew with --restart. Nothing of the transfer is visible in the target.",
    },
  );
}
