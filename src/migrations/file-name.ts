import type { EngineName } from "../connection/index.js";
import { TenonError } from "../errors.js";
import type { Version } from "./migration.js";
import type { StepRole } from "./sql-step.js";
import { parseVersion } from "./version.js";

/** What the name of a migration file says. */
export interface FileName {
  readonly version: Version;
  /** What stands between the version and the role: `add_fts5`. */
  readonly name: string;
  readonly role: StepRole;
  /** The only engine that the file is for; undefined when it is for all. */
  readonly engine: EngineName | undefined;
  readonly format: "sql" | "code";
}

/** The form that all migration files have, as messages show it. */
export const EXPECTED_FORM =
  "`NNN_name.sql`, `NNN_name_rollback.sql`, `NNN_name_verify.sql` or `NNN_name.ts` (also .js, .mjs, .cjs, .mts, .cts), " +
  "with `.sqlite`, `.postgres` or `.sqlserver` before the ending for one engine only";

/**
 * Reads the name of a migration file, ending and role in any case: `002_add_fts5_rollback.sqlite.sql` is the
 * rollback of version 2, `add_fts5`, on SQLite.
 *
 * @param file - as it is shown to people
 * @throws TenonError `MIGRATION_NAME_INVALID`, `VERSION_INVALID`
 */
export function parseFileName(fileName: string, file: string): FileName {
  if (CONTROL.test(fileName)) throw invalid(JSON.stringify(file), "there is a control character in it");
  const [, stem = "", ending = ""] = ENDING.exec(fileName) ?? [];
  if (ending === "") throw invalid(file, "it has none of the endings of a migration");
  const format = ending.toLowerCase() === "sql" ? "sql" : "code";
  const [base = "", engineText, ...others] = stem.split(".");
  const engine = readEngine(engineText, file);
  if (others.length > 0)
    throw invalid(file, "there are more dots in it than one before an engine and one before the ending");
  const [, digits, title] = NUMBERED.exec(base) ?? [];
  if (digits === undefined || title === undefined) throw invalid(file, whyNotNumbered(base));
  if (DATE_PARTS.test(title) && digits.length === 4) {
    throw invalid(
      file,
      `it would be version ${digits}: a date is written without separators, as 20240131120000_name`,
    );
  }
  if (ROLE_ALONE.test(title)) throw invalid(file, `there is no name before the role`);
  const [, name = title, suffix] = ROLE.exec(title) ?? [];
  const role = readRole(suffix);
  if (format === "code" && role !== "up") {
    throw invalid(file, `a migration in code has its ${role}() in itself`);
  }
  return { version: readVersion(digits, file), name, role, engine, format };
}

/**
 * Reads the name of a file as nearly all are called, at one glance: `002_add_fts5.sql`, `002_add_fts5_rollback.sql`. Undefined for any other,
 * right or wrong, which `parseFileName` reads.
 */
export function readCommonName(fileName: string): FileName | undefined {
  const [, version, name, suffix] = COMMON.exec(fileName) ?? [];
  if (version === undefined || name === undefined || name === "rollback" || name === "verify")
    return undefined;
  const role = suffix === undefined ? "up" : suffix === "rollback" ? "down" : "verify";
  return { version, name, role, engine: undefined, format: "sql" };
}

// A letter first, for digits may be part of a date.
const COMMON = /^0*([1-9]\d{0,19})_([a-z][a-z0-9_]*?)(?:_(rollback|verify))?\.sql$/;

// Names are shown on terminals, where such characters do more than show.
const CONTROL = /\p{Cc}/u;
const ENDING = /^(.+)\.(sql|[cm]?[jt]s)$/i;
const NUMBERED = /^(\d+)[_-](.*[^\s_-].*)$/;
const DATE_PARTS = /^\d\d[_-]\d\d(?!\d)/;
const ROLE = /^(.*[^\s_-].*)[_-](rollback|verify)$/i;
const ROLE_ALONE = /^[_-]*(rollback|verify)$/i;
const ENGINES: Readonly<Record<string, EngineName>> = {
  sqlite: "sqlite",
  postgres: "postgres",
  sqlserver: "sqlserver",
};

function readEngine(text: string | undefined, file: string): EngineName | undefined {
  if (text === undefined) return undefined;
  const engine = Object.hasOwn(ENGINES, text.toLowerCase()) ? ENGINES[text.toLowerCase()] : undefined;
  if (engine !== undefined) return engine;
  const [, engineFirst, role] = /^(sqlite|postgres|sqlserver)[_-](rollback|verify)$/i.exec(text) ?? [];
  if (engineFirst !== undefined) {
    throw invalid(file, `the role comes before the engine: \`_${role}.${engineFirst}\`, not \`.${text}\``);
  }
  throw invalid(file, `\`.${text}\` is no engine`);
}

function readRole(suffix: string | undefined): StepRole {
  if (suffix === undefined) return "up";
  return suffix.toLowerCase() === "rollback" ? "down" : "verify";
}

/** `000_init.sql` opens many a folder that was counted by hand; its zeros are kept, for 0 means that nothing is applied. */
function readVersion(digits: string, file: string): Version {
  if (/^00+$/.test(digits) && digits.length <= 20) return digits;
  try {
    return parseVersion(digits);
  } catch (error) {
    throw error instanceof TenonError ? error.at({ file }) : error;
  }
}

function whyNotNumbered(base: string): string {
  if (/^\d+[_-]*$/.test(base)) return "it has a version and no name";
  if (/^\d/.test(base)) return "there is no `_` between its version and its name";
  return "it does not start with a version";
}

function invalid(file: string, why: string): TenonError {
  return new TenonError("MIGRATION_NAME_INVALID", `The name of ${file} is not that of a migration: ${why}.`, {
    where: { file },
    hint: `Expected: ${EXPECTED_FORM}. Other files can stay with a name that starts with \`_\`, or in a sub-folder.`,
  });
}
