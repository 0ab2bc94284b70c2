import { readdirSync } from "node:fs";

import { TenonError } from "../errors.js";
import { versionsOf } from "./load.js";
import type { Version } from "./migration.js";
import type { Source } from "./source.js";
import { compareVersions } from "./version.js";

/** One file to be written. */
export interface NewFile {
  readonly name: string;
  readonly text: string;
}

/** The version that a new migration in a folder gets, with the zeros that its neighbours have. */
export interface NextVersion {
  readonly version: Version;
  /** As it stands in the file's name. */
  readonly digits: string;
}

const ENGINES = ["sqlite", "postgres", "sqlserver"] as const;

/**
 * The version after the highest of a folder, whatever engine that is for: the next number, or, where the folder
 * counts by timestamps, the time now in UTC.
 * @throws TenonError what is wrong with the folder
 */
export function nextVersion(folder: string, module: string, now: Date): NextVersion {
  const source: Source = { kind: "folder", path: folder };
  const versions = ENGINES.flatMap((engine) => versionsOf(source, { module, engine }));
  const highest = versions.sort(compareVersions).at(-1);
  const width = widthOfNumbers(folder);
  if (highest === undefined) return { version: "1", digits: "1".padStart(width, "0") };
  const next = isTimestamp(highest) ? timestampAfter(highest, now) : (BigInt(highest) + 1n).toString();
  return { version: next, digits: next.padStart(width, "0") };
}

/** `20240131120000`: a date and a time that exist, and no number that only looks like one. */
function isTimestamp(version: Version): boolean {
  const [, year, month, day, rest = ""] = /^(\d{4})(\d\d)(\d\d)(\d{4,6})?$/.exec(version) ?? [];
  const isDate = Number(year) >= 1990 && Number(month) >= 1 && Number(month) <= 12 && Number(day) <= 31;
  return isDate && (rest.length === 4 || rest.length === 6);
}

/** The time now in as many digits as the last one has; a second later than that where the clock is behind it. */
function timestampAfter(highest: Version, now: Date): Version {
  const digits = now.toISOString().replace(/\D/g, "").slice(0, highest.length);
  return compareVersions(digits, highest) > 0 ? digits : (BigInt(highest) + 1n).toString();
}

function widthOfNumbers(folder: string): number {
  const widths = readdirSync(folder)
    .map((name) => /^(\d+)[_-]/.exec(name)?.[1]?.length ?? 0)
    .filter((width) => width > 0);
  return widths.length === 0 ? 3 : Math.min(...widths);
}

/**
 * A name as part of a file's name: small letters, digits and `_`. What it begins or ends with must not be taken for
 * a version or a role.
 * @throws TenonError `USAGE` when nothing of it is left
 */
export function safeName(given: string): string {
  const name = given
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 100)
    .replace(/_+$/, "");
  if (name === "") {
    throw new TenonError("USAGE", `"${given}" leaves nothing for the name of a file.`, {
      hint: "Use letters of the Latin alphabet and digits: tenon create add_email.",
    });
  }
  return /(^|_)(rollback|verify)$/.test(name) ? `${name}_step` : name;
}

/** The files of a new migration in SQL: what it does, and what takes it back. */
export function sqlFiles(digits: string, name: string, title: string): readonly NewFile[] {
  return [
    {
      name: `${digits}_${name}.sql`,
      text: `-- tenon: description ${title}\n\n-- Write here what the migration does.\n`,
    },
    {
      name: `${digits}_${name}_rollback.sql`,
      text: "-- Write here what takes it back.\n",
    },
  ];
}

/** The file of a new migration in TypeScript. */
export function codeFile(digits: string, name: string, title: string): NewFile {
  return {
    name: `${digits}_${name}.ts`,
    text: `import type { Connection } from "tenon";

export default class ${className(name)} {
  description = ${JSON.stringify(title)};

  async up(connection: Connection): Promise<void> {
    // await connection.execute("…");
  }

  async down(connection: Connection): Promise<void> {
    // Take back what up() did.
  }
}
`,
  };
}

function className(name: string): string {
  const words = name.split("_").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return words.join("").replace(/^(?=\d)/, "Migration");
}
