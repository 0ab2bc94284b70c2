// Many small databases, ten migrations each, one after the other in one process.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { contenders } from "../contenders.mjs";
import { makeMigrations, writers } from "../migrations.mjs";

const COUNT = 10;

export const fleet = {
  name: "fleet",
  title: `N SQLite databases, ${COUNT} migrations each, in one process`,
  sizes: [200],
  contenders: ["driver", "tenon", "drizzle", "kysely"],
  async prepare({ folder, size }) {
    const layouts = join(folder, "migrations");
    const databases = join(folder, "databases");
    writers.tenon(join(layouts, "tenon"), makeMigrations(COUNT));
    writers.drizzle(join(layouts, "drizzle"), makeMigrations(COUNT), "sqlite");
    return {
      context: { engine: "sqlite", size, layouts, databases },
      before() {
        rmSync(databases, { recursive: true, force: true });
        mkdirSync(databases);
      },
    };
  },
  load: (context, name) => contenders[name].load(context),
  async run({ engine, size, layouts, databases }, name, loaded) {
    const folder = join(layouts, name === "drizzle" ? name : "tenon");
    for (let index = 0; index < size; index++) {
      const file = join(databases, `${index}.db`);
      await contenders[name].migrate({ engine, file, folder, count: COUNT }, loaded);
    }
  },
};
