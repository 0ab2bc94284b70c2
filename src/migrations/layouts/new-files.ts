import { TenonError } from "../../errors.js";
import type { LayoutChoice, LayoutName, Migration } from "../migration.js";
import { codeFile, type NewFile, nextVersion, sqlFiles } from "../new-migration.js";
import { isRepeatable } from "../version.js";
import { layoutOf, readLayout } from "./read-layout.js";

export interface NewFilesRequest {
  readonly folder: string;
  readonly layout: LayoutChoice | undefined;
  readonly module: string;
  /** As part of a file's name. */
  readonly name: string;
  /** In words. */
  readonly title: string;
  readonly now: Date;
  readonly language: "sql" | "typescript";
}

export interface NewMigration {
  /** As it stands in the file's name. */
  readonly version: string;
  readonly files: readonly NewFile[];
}

/**
 * The files of a new migration, as the tool would call them whose layout the folder has.
 * @throws TenonError what is wrong with the folder; `USAGE` where only that tool can write them
 */
export function newFiles(request: NewFilesRequest): NewMigration {
  const { folder, module, name, title, now, language } = request;
  const { layout } = layoutOf(folder, { layout: request.layout });
  if (layout === "native") {
    const { version, digits } = nextVersion(folder, module, now);
    const files = language === "typescript" ? [codeFile(digits, name, title)] : sqlFiles(digits, name, title);
    return { version, files };
  }
  if (language === "typescript") {
    throw new TenonError(
      "USAGE",
      `${folder} is in the layout of ${layout}, which has no migrations in TypeScript.`,
      {
        hint: "Leave --ts out, or keep migrations in TypeScript in a module of their own.",
      },
    );
  }
  const last = lastOf(folder, layout, module);
  const version = versionAfter(last?.origin?.version, layout, now);
  return { version, files: filesOf(layout, last, { version, name, title, now }) };
}

/** The last migration, on whatever engine the folder is for. */
function lastOf(folder: string, layout: LayoutName, module: string): Migration | undefined {
  const found = (["sqlite", "postgres"] as const).flatMap((engine) => {
    try {
      return readLayout(folder, { module, engine, layout }).migrations;
    } catch (error) {
      if (error instanceof TenonError && error.code === "LAYOUT_UNSUPPORTED") return [];
      throw error;
    }
  });
  return found.findLast((migration) => !isRepeatable(migration.version));
}

/** One more than the last, with as many digits; the time now where the last one is a time, or there is none. */
function versionAfter(last: string | undefined, layout: LayoutName, now: Date): string {
  const time = now.toISOString().replace(/\D/g, "").slice(0, 14);
  if (last === undefined) return layout === "flyway" ? "1" : time;
  const [, before = "", digits = last] = /^(.*\.)?(\d+)$/.exec(last) ?? [];
  const isTime = /^(?:19|20)\d{12}(?:\d{0,6})$/.test(digits);
  if (isTime && time.padEnd(digits.length, "0") > digits) return before + time.padEnd(digits.length, "0");
  return before + (BigInt(digits) + 1n).toString().padStart(digits.length, "0");
}

interface NewName {
  readonly version: string;
  readonly name: string;
  readonly title: string;
  readonly now: Date;
}

const UP = "-- Write here what the migration does.\n";
const DOWN = "-- Write here what takes it back.\n";

function filesOf(
  layout: Exclude<LayoutName, "native">,
  last: Migration | undefined,
  { version, name, now }: NewName,
): readonly NewFile[] {
  const pair = [
    { name: `${version}_${name}.up.sql`, text: UP },
    { name: `${version}_${name}.down.sql`, text: DOWN },
  ];
  switch (layout) {
    case "golang-migrate":
    case "pop":
      return pair;
    case "sqlx":
      return last !== undefined && last.down === undefined
        ? [{ name: `${version}_${name}.sql`, text: UP }]
        : pair;
    case "diesel": {
      const time = now.toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "");
      const start = last === undefined || /^\d{14}$/.test(version) ? time : version;
      return [
        { name: `${start}_${name}/up.sql`, text: UP },
        { name: `${start}_${name}/down.sql`, text: DOWN },
      ];
    }
    case "goose":
      return [{ name: `${version}_${name}.sql`, text: `-- +goose Up\n${UP}\n-- +goose Down\n${DOWN}` }];
    case "dbmate":
      return [{ name: `${version}_${name}.sql`, text: `-- migrate:up\n${UP}\n-- migrate:down\n${DOWN}` }];
    case "sql-migrate":
      return [{ name: `${version}-${name}.sql`, text: `-- +migrate Up\n${UP}\n-- +migrate Down\n${DOWN}` }];
    case "flyway":
      return [{ name: `V${version}__${name}.sql`, text: UP }];
    case "prisma":
      return [{ name: `${version}_${name}/migration.sql`, text: UP }];
    case "drizzle":
      throw new TenonError(
        "USAGE",
        "A migration of Drizzle Kit has an entry in its journal and a snapshot, which only drizzle-kit can write.",
        {
          hint: "Write it with `drizzle-kit generate --custom`, or keep new migrations in a folder of Tenon's own.",
        },
      );
    default:
      return layout satisfies never;
  }
}
