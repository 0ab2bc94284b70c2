import { type RunContext, readState } from "../engine/index.js";
import { TenonError } from "../errors.js";
import type { Module } from "../modules/index.js";

/**
 * Refuses to bring tables before what the module depends on is there. A module without migrations and tables has nothing that could be missing.
 * @throws TenonError `DEPENDENCY_MISSING`
 */
export async function refuseMissingDependencies(context: RunContext, module: Module): Promise<void> {
  if (module.dependsOn.length === 0) return;
  const { rows } = await readState(context);
  const { migrations, synced } = context.catalogue;
  for (const { module: name, version } of module.dependsOn) {
    const applied = rows.filter((row) => row.module === name && row.status === "applied");
    const isEmpty =
      !synced.has(name) && context.modules.includes(name) && !migrations.some((each) => each.module === name);
    const isMet =
      version === undefined ? applied.length > 0 || isEmpty : applied.some((row) => row.version === version);
    if (isMet) continue;
    const needed = version === undefined ? name : `${name}@${version}`;
    throw new TenonError(
      "DEPENDENCY_MISSING",
      `The tables of ${module.name} depend on ${needed}, which is not applied. Nothing was changed.`,
      {
        where: { module: module.name },
        hint: `Apply ${name} first, or bring up all modules together.`,
      },
    );
  }
}
