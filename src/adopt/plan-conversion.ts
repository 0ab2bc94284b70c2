import { openContext, type RunContext, readState } from "../engine/index.js";
import { TenonError } from "../errors.js";
import { type Migration, writeNewFiles } from "../migrations/index.js";
import type { Adoption, AdoptionItem, AdoptionRequest } from "./adoption.js";
import { chosenModule } from "./chosen-module.js";
import { type Conversion, convertHistory } from "./convert.js";

/** Converts a folder where the database knows nothing of it: only files are written. */
export async function planConversion(request: AdoptionRequest, folder: string): Promise<Adoption> {
  const { connection, modules } = request;
  const module = chosenModule(modules, request.module);
  const context = await openContext(connection, modules, request.context);
  const { rows } = await readState(context);
  const migrations = context.catalogue.migrations.filter((each) => each.module === module.name);
  if (rows.some((row) => row.module === module.name && row.status === "applied")) {
    throw isKnownAlready(module.name);
  }
  const { files, notes, converted } = await convert(context, migrations, folder);
  const items = migrations.map((each): AdoptionItem => {
    const { version, name } = converted.get(each) ?? each;
    const id = each.origin?.id ?? each.version;
    const place = { module: module.name, version, file: each.file };
    return { state: "pending", id, name, ...place, reason: undefined, isKnown: false };
  });
  return {
    kind: "history",
    from: undefined,
    table: undefined,
    journal: context.journal.address.table,
    items,
    files,
    notes,
    refusals: [],
    isDone: false,
    run: async () => {
      writeNewFiles(files);
      return [];
    },
  };
}

/** The conversion of a folder, with what a person should know of it. */
export async function convert(
  { connection, dialect }: RunContext,
  migrations: readonly Migration[],
  folder: string,
): Promise<Conversion> {
  const conversion = await convertHistory({ connection, dialect, migrations, folder });
  const after = `From then on the migrations are those in ${folder}: give it with --dir, or as \`migrations\` in the config.`;
  return { ...conversion, notes: [...conversion.notes, after] };
}

/** The journal's rows are about the folder as it is; those of a converted one would not match them. */
export function isKnownAlready(module: string): TenonError {
  return new TenonError(
    "ADOPTION_REFUSED",
    `Versions of ${module} are in Tenon's journal already, as the folder has them; a converted history is another one. Nothing was written.`,
    {
      where: { module },
      hint: "Convert when the history is taken over, or go on with the folder as it is: Tenon reads it in place.",
    },
  );
}
