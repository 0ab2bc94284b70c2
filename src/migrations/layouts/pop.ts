import type { EngineName } from "../../connection/index.js";
import type { FolderFile, FolderView } from "../folder-view.js";
import type { Layout, ToolFolder, ToolMigration, ToolStep } from "./layout.js";
import { type DirectedFile, pairFiles } from "./pair-files.js";
import { onlyToolCanRun } from "./refusals.js";
import { linesOf } from "./sections.js";

/**
 * Pop, of Buffalo and Ory: `20240131120000_users.up.sql`, `20240131120000_users.sqlite3.up.sql` for one dialect only, which beats the one for
 * all; `.autocommit` before the direction leaves the transaction out: https://gobuffalo.io/documentation/database/migrations/
 */
export const pop: Layout = {
  name: "pop",
  // https://github.com/gobuffalo/pop/blob/main/dialect_sqlite.go forces `_fk=true`
  sqliteForeignKeys: "on",
  takesQuotedTexts: true,
  recognise(folder) {
    const parsed = folder.files.map(parse).filter((each) => each !== undefined);
    const telling = parsed.find(
      ({ dialect, isFizz, isAutocommit }) => dialect !== undefined || isFizz || isAutocommit,
    );
    return (
      telling && {
        reason: `${telling.file.name} is called as Pop calls its files`,
        files: parsed.map(({ file }) => file),
      }
    );
  },
  read,
};

interface PopFile extends DirectedFile {
  /** Undefined for all dialects. */
  readonly dialect: string | undefined;
  readonly isAutocommit: boolean;
  readonly isFizz: boolean;
}

const NAME = /^(\d+)_([^.]+)(?:\.([a-z0-9]+))??(\.autocommit)?\.(up|down)\.(sql|fizz)$/;
const DIALECTS = [
  "postgres",
  "postgresql",
  "pg",
  "pgx",
  "sqlite3",
  "sqlite",
  "mysql",
  "mariadb",
  "cockroach",
  "cockroachdb",
  "crdb",
];
const OF_ENGINE: Readonly<Record<EngineName, readonly string[]>> = {
  postgres: ["postgres", "postgresql", "pg", "pgx"],
  sqlite: ["sqlite3", "sqlite"],
  sqlserver: [],
};

function parse(file: FolderFile): PopFile | undefined {
  const [, version, name, dialect, autocommit, direction, type] = NAME.exec(file.name) ?? [];
  if (version === undefined || name === undefined) return undefined;
  if (dialect !== undefined && !DIALECTS.includes(dialect)) return undefined;
  return {
    version,
    name,
    dialect,
    direction: direction === "down" ? "down" : "up",
    isAutocommit: autocommit !== undefined,
    isFizz: type === "fizz",
    file,
  };
}

function read(folder: FolderView, engine: EngineName): ToolFolder {
  const parsed = folder.files.map(parse).filter((each) => each !== undefined);
  const chosen = [
    ...chooseDialect(
      parsed.filter(({ direction }) => direction === "up"),
      engine,
    ),
    ...chooseDialect(
      parsed.filter(({ direction }) => direction === "down"),
      engine,
    ),
  ];
  const ups = new Set(chosen.filter(({ direction }) => direction === "up").map(({ version }) => version));
  const migrations = pairFiles(
    "pop",
    chosen.filter(({ version }) => ups.has(version)),
  )
    .sort((a, b) => (a.version < b.version ? -1 : 1))
    .map(({ version, name, up, down }): ToolMigration => {
      return {
        version,
        id: version,
        orderKey: version,
        name,
        script: up.file.name,
        up: stepOf(up),
        down: down && stepOf(down),
      };
    });
  const own = new Set(parsed.map(({ file }) => file));
  return {
    migrations,
    passedOver: folder.files.filter((file) => /\.sql$/i.test(file.name) && !own.has(file)),
  };
}

/** Of each version the files for this engine's dialect, where there are any, else those for all. */
function chooseDialect(files: readonly PopFile[], engine: EngineName): readonly PopFile[] {
  const isOwn = ({ dialect }: PopFile) => dialect !== undefined && OF_ENGINE[engine].includes(dialect);
  const special = new Set(files.filter(isOwn).map(({ version }) => version));
  return files.filter((file) => (special.has(file.version) ? isOwn(file) : file.dialect === undefined));
}

function stepOf({ file, isAutocommit, isFizz }: PopFile): ToolStep {
  const template = isFizz ? -1 : linesOf(file.text).findIndex((line) => line.includes("{{"));
  const refusal = isFizz
    ? onlyToolCanRun(
        file.file,
        "is written in Fizz, which only Pop can run",
        "Let Pop translate it (`soda generate` of the SQL, or `pg_dump` of its work), or adopt a database in which it is applied.",
      )
    : template === -1
      ? undefined
      : onlyToolCanRun(
          file.file,
          "is a template, which Pop fills in before it runs it",
          "Write what stands in {{ … }} itself.",
          template + 1,
        );
  return { file, text: file.text, transaction: isAutocommit ? "outside" : "wrapped", refusal };
}
