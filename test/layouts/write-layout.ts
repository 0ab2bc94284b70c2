import type { LayoutName } from "../../src/migrations/index.js";
import type { HistoryStep } from "./history.js";

export type Files = Readonly<Record<string, string>>;

/** How a history looks in the folder of one tool. */
export interface WrittenLayout {
  readonly layout: Exclude<LayoutName, "native">;
  /** The tool has ways back. */
  readonly hasDown: boolean;
  /** The tool can run a migration without a transaction. */
  readonly hasOutside: boolean;
  readonly write: (steps: readonly HistoryStep[], engine: "sqlite" | "postgres") => Files;
}

const script = (statements: readonly string[]) => statements.map((statement) => `${statement};\n`).join("");
const time = (index: number) => `202401${String(index + 1).padStart(2, "0")}120000`;
const dashed = (index: number) => `2024-01-${String(index + 1).padStart(2, "0")}-120000`;

/** One entry a step, each of any number of files. */
function each(
  steps: readonly HistoryStep[],
  filesOf: (step: HistoryStep, index: number) => Files,
): Record<string, string> {
  return Object.assign({}, ...steps.map(filesOf));
}

/** As goose and sql-migrate want what holds semicolons of its own. */
function blocks(statements: readonly string[], mark: string): string {
  return statements
    .map((statement) => `-- ${mark} StatementBegin\n${statement};\n-- ${mark} StatementEnd\n`)
    .join("\n");
}

export const writtenLayouts: readonly WrittenLayout[] = [
  {
    layout: "golang-migrate",
    hasDown: true,
    hasOutside: true,
    write: (steps) =>
      each(steps, ({ name, up, down }, index) => ({
        [`${String(index + 1).padStart(6, "0")}_${name}.up.sql`]: `BEGIN;\n${script(up)}COMMIT;\n`.replace(
          /^BEGIN;\n((?:VACUUM|CREATE INDEX CONCURRENTLY).*\n)COMMIT;\n$/,
          "$1",
        ),
        [`${String(index + 1).padStart(6, "0")}_${name}.down.sql`]: script(down),
      })),
  },
  {
    layout: "diesel",
    hasDown: true,
    hasOutside: true,
    write: (steps) => ({
      "00000000000000_diesel_initial_setup/up.sql": "-- made by Diesel\n\n\n",
      "00000000000000_diesel_initial_setup/down.sql": "-- made by Diesel\n",
      ...each(steps, ({ name, up, down, isOutside }, index) => ({
        [`${dashed(index)}_${name}/up.sql`]: script(up),
        [`${dashed(index)}_${name}/down.sql`]: script(down),
        ...(isOutside ? { [`${dashed(index)}_${name}/metadata.toml`]: "run_in_transaction = false\n" } : {}),
      })),
    }),
  },
  {
    layout: "sqlx",
    hasDown: true,
    hasOutside: true,
    write: (steps) =>
      each(steps, ({ name, up, down, isOutside }, index) => {
        const head = isOutside ? "-- no-transaction\n" : "";
        return {
          [`${time(index)}_${name}.up.sql`]: head + script(up),
          [`${time(index)}_${name}.down.sql`]: head + script(down),
        };
      }),
  },
  {
    layout: "goose",
    hasDown: true,
    hasOutside: true,
    write: (steps) =>
      each(steps, ({ name, up, down, isOutside }, index) => ({
        [`${String(index + 1).padStart(5, "0")}_${name}.sql`]: [
          isOutside ? "-- +goose NO TRANSACTION" : "",
          "-- +goose Up",
          index % 2 === 0 ? script(up) : blocks(up, "+goose"),
          "-- +goose Down",
          script(down),
        ].join("\n"),
      })),
  },
  {
    layout: "dbmate",
    hasDown: true,
    hasOutside: true,
    write: (steps) =>
      each(steps, ({ name, up, down, isOutside }, index) => {
        const option = isOutside ? " transaction:false" : "";
        return {
          [`${time(index)}_${name}.sql`]: `-- migrate:up${option}\n${script(up)}\n-- migrate:down${option}\n${script(down)}\n`,
        };
      }),
  },
  {
    layout: "sql-migrate",
    hasDown: true,
    hasOutside: true,
    write: (steps) =>
      each(steps, ({ name, up, down, isOutside }, index) => {
        const option = isOutside ? " notransaction" : "";
        return {
          [`${index + 1}-${name}.sql`]: `-- +migrate Up${option}\n${blocks(up, "+migrate")}\n-- +migrate Down${option}\n${script(down)}`,
        };
      }),
  },
  {
    layout: "flyway",
    hasDown: true,
    hasOutside: true,
    write: (steps) =>
      each(steps, ({ name, up, down, isOutside }, index) => ({
        [`V1.${index + 1}__${name}.sql`]: script(up),
        [`U1.${index + 1}__${name}.sql`]: script(down),
        ...(isOutside ? { [`V1.${index + 1}__${name}.sql.conf`]: "executeInTransaction=false\n" } : {}),
      })),
  },
  {
    layout: "pop",
    hasDown: true,
    hasOutside: true,
    write: (steps, engine) =>
      each(steps, ({ name, up, down, isOutside }, index) => {
        const dialect = engine === "sqlite" ? ".sqlite3" : ".postgres";
        const middle = `${isOutside ? `${dialect}.autocommit` : index % 2 === 0 ? dialect : ""}`;
        return {
          [`${time(index)}_${name}${middle}.up.sql`]: script(up),
          [`${time(index)}_${name}${middle}.down.sql`]: script(down),
          [`${time(index)}_${name}.mysql.up.sql`]: "this is not for us",
        };
      }),
  },
  {
    layout: "prisma",
    hasDown: false,
    hasOutside: true,
    write: (steps, engine) => ({
      "migration_lock.toml": `# Please do not edit this file manually\nprovider = "${engine === "sqlite" ? "sqlite" : "postgresql"}"\n`,
      ...each(steps, ({ name, up }, index) => ({ [`${time(index)}_${name}/migration.sql`]: script(up) })),
    }),
  },
  {
    layout: "drizzle",
    hasDown: false,
    hasOutside: false,
    write: (steps, engine) => ({
      "meta/_journal.json": JSON.stringify({
        version: "7",
        dialect: engine === "sqlite" ? "sqlite" : "postgresql",
        entries: steps.map(({ name }, idx) => {
          return {
            idx,
            version: "6",
            when: 1_700_000_000_000 + idx,
            tag: `${tagOf(idx)}_${name}`,
            breakpoints: true,
          };
        }),
      }),
      ...each(steps, ({ name, up }, index) => ({
        [`${tagOf(index)}_${name}.sql`]: up.join("\n--> statement-breakpoint\n"),
        [`meta/${tagOf(index)}_snapshot.json`]: "{}",
      })),
    }),
  },
];

function tagOf(index: number): string {
  return String(index).padStart(4, "0");
}
