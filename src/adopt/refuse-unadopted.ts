import { type RunContext, readState } from "../engine/index.js";
import { TenonError } from "../errors.js";
import { findTools, readHistoryOf } from "./find-tools.js";

/**
 * Refuses to run migrations of another tool where that tool's own table says that they have run, and Tenon's journal knows
 * of none of them: they would run a second time.
 *
 * @throws TenonError `HISTORY_NOT_ADOPTED`
 */
export async function refuseUnadopted(context: RunContext): Promise<void> {
  const { connection, dialect, journal, catalogue, modules } = context;
  const layouts = new Map<string, string>();
  for (const { module, origin } of catalogue.migrations) {
    if (origin !== undefined && modules.includes(module)) layouts.set(module, origin.layout);
  }
  if (layouts.size === 0) return;
  const { rows } = await readState(context);
  const known = new Set(rows.filter(({ status }) => status === "applied").map((row) => row.module));
  for (const [module, layout] of layouts) {
    if (known.has(module)) continue;
    const [found] = await findTools({ connection, dialect, journal, from: layout });
    if (found === undefined) continue;
    const { entries } = await readHistoryOf(connection, found);
    if (entries.length === 0) continue;
    const { table } = found.address;
    throw new TenonError(
      "HISTORY_NOT_ADOPTED",
      `The migrations of ${module} have run here already: ${layout} has written ${entries.length} into ${table}, and Tenon's journal knows of none. They would run again.`,
      {
        where: { module, object: table },
        hint: "Take the history over with `tenon adopt`; it shows what it finds, and changes nothing of the other tool's. Nothing was changed.",
      },
    );
  }
}
