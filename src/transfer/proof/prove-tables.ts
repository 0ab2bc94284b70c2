import type { Connection } from "../../connection/index.js";
import { sumBoth, type TableToProve } from "./pair.js";
import { checksum, type Proof, proofOf, type TableProof } from "./table-proof.js";
import { inTextSession } from "./text-session.js";

export interface ProveRequest {
  /** In the snapshot from which the rows were read. */
  readonly source: Connection;
  readonly target: Connection;
  readonly tables: readonly TableToProve[];
  readonly onTable?: ((table: string, done: number, of: number) => void) | undefined;
}

/** Compares what arrived with what the source has: the databases themselves are asked, and nothing that was kept while the rows moved. */
export async function proveTables(request: ProveRequest): Promise<Proof> {
  const { source, target, tables } = request;
  const proofs: TableProof[] = [];
  await inTextSession(source, () =>
    inTextSession(target, async () => {
      for (const [index, table] of tables.entries()) {
        request.onTable?.(table.plan.source.name, index, tables.length);
        proofs.push(await proveTable(source, target, table));
      }
    }),
  );
  return proofOf(proofs);
}

async function proveTable(source: Connection, target: Connection, table: TableToProve): Promise<TableProof> {
  const [here, there] = await sumBoth(source, target, table);
  const columns = table.plan.columns.map((column, index) => ({
    column: column.source.name,
    ...checksum(here.sums[index], there.sums[index]),
  }));
  const rowChecksum = checksum(here.sums.at(-1), there.sums.at(-1));
  return {
    table: table.plan.source.name,
    sourceRows: here.rows,
    targetRows: there.rows,
    rejected: table.rejected,
    columns,
    rowChecksum,
    isEqual: here.rows === there.rows && rowChecksum.isEqual && columns.every((each) => each.isEqual),
  };
}
