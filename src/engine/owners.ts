import type { ListedObject } from "../dialects/index.js";
import type { Version } from "../migrations/index.js";
import { claimObjects } from "./claim-objects.js";
import { COVERED } from "./module-watch.js";
import { OwnedObjects } from "./owned-objects.js";
import { Ownership } from "./ownership.js";
import type { RunContext } from "./run.js";
import { readState } from "./run.js";

/** One object of the database, and whose it is. */
export interface ObjectOwner {
  /** `table`, `view`, `index`, `trigger`, `function`, … */
  readonly kind: string;
  /** `main` on SQLite. */
  readonly schema: string;
  readonly name: string;
  /** The table that it is a part of. */
  readonly table: string | undefined;
  /** Undefined for what no migration made. */
  readonly module: string | undefined;
  /** The version that made it. */
  readonly version: Version | undefined;
}

/** Whose every object of the database is, the journal's own tables aside. Writes nothing. */
export async function readOwners(context: RunContext): Promise<readonly ObjectOwner[]> {
  const { connection, dialect, journal } = context;
  await journal.settle();
  const listed = (await dialect.listObjects(connection, { definitions: false })).filter(
    (object) => !object.temporary && !journal.holds(object),
  );
  const ownership = await readOwnership(context, listed);
  return listed.map((object) => {
    const { kind, schema, name, table } = object;
    const owner = ownership.ownerOf(object);
    return { kind, schema, name, table, module: owner?.module, version: owner?.version };
  });
}

/** Who owns what: as the journal keeps it, and what only the texts of migrations tell that nobody saw running. */
export async function readOwnership(
  context: RunContext,
  listed: readonly ListedObject[],
): Promise<Ownership> {
  const { connection, dialect, journal } = context;
  const stored = await new OwnedObjects(connection, dialect, journal).read();
  const ownership = new Ownership(stored ?? [], dialect.nameKey);
  const covered = stored === undefined ? 0 : Number((await journal.readState(COVERED)) ?? 0);
  const rows = (await readState(context)).rows.filter(
    (row) => row.status === "applied" && row.sequence > covered,
  );
  for (const claimed of claimObjects(context, rows, listed, ownership)) ownership.add(claimed);
  return ownership;
}
