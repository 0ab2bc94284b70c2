// Migrations on an empty database, and a start that finds nothing to do.
import { rmSync } from "node:fs";
import { join } from "node:path";

import { contenders } from "../contenders.mjs";
import { makeMigrations, writers } from "../migrations.mjs";

const NAMES = ["driver", "tenon", "drizzle", "kysely"];

export const up = (engine) => ({
  name: `up-${engine}`,
  title: `N migrations on an empty database, ${engine}`,
  sizes: [100, 1000],
  contenders: NAMES,
  async prepare(place) {
    const context = prepareMigrations(place, engine);
    return { context, before: () => empty(context, place) };
  },
  load: (context, name) => contenders[name].load(context),
  run: (context, name, loaded) => contenders[name].migrate(of(context, name), loaded),
});

export const nothing = (engine) => ({
  name: `nothing-${engine}`,
  title: `a start with nothing to do after N migrations, ${engine}`,
  sizes: [10, 100, 1000],
  contenders: NAMES,
  warm: true,
  async prepare(place) {
    const context = prepareMigrations(place, engine);
    const files = {};
    for (const name of NAMES) {
      files[name] = { file: join(place.folder, `nothing-${name}.db`), url: place.postgres?.urlOf(name) };
      const own = of({ ...context, files }, name);
      await empty(own, place, name);
      await contenders[name].migrate(own, await contenders[name].load(context));
    }
    return { context: { ...context, files } };
  },
  load: (context, name) => contenders[name].load(context),
  run(context, name, loaded) {
    const { again, migrate } = contenders[name];
    return (again ?? migrate)(of(context, name), loaded);
  },
});

function prepareMigrations({ folder, size, postgres }, engine) {
  const migrations = makeMigrations(size);
  const layouts = join(folder, "migrations");
  writers.tenon(join(layouts, "tenon"), migrations);
  writers.drizzle(join(layouts, "drizzle"), migrations, engine === "postgres" ? "postgresql" : "sqlite");
  return { engine, count: size, layouts, file: join(folder, "up.db"), url: postgres?.urlOf("up") };
}

function of(context, name) {
  return {
    ...context,
    ...context.files?.[name],
    folder: join(context.layouts, name === "drizzle" ? name : "tenon"),
  };
}

async function empty({ engine, file }, { postgres }, database = "up") {
  if (engine === "postgres") return postgres.empty(database);
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
}
