import { TenonError } from "../../errors.js";
import { isBystander } from "../bystander.js";
import type { FolderFile, FolderView } from "../folder-view.js";
import type { LayoutName } from "../migration.js";
import { dbmate } from "./dbmate.js";
import { diesel } from "./diesel.js";
import { drizzle } from "./drizzle.js";
import { flyway } from "./flyway.js";
import { golangMigrate } from "./golang-migrate.js";
import { goose } from "./goose.js";
import type { Layout, Sign } from "./layout.js";
import { isMarked } from "./marks.js";
import { pop } from "./pop.js";
import { prisma } from "./prisma.js";
import { sqlMigrate } from "./sql-migrate.js";
import { sqlx } from "./sqlx.js";

/** All layouts but the native one. */
export const LAYOUTS: readonly Layout[] = [
  golangMigrate,
  diesel,
  sqlx,
  goose,
  dbmate,
  sqlMigrate,
  flyway,
  pop,
  prisma,
  drizzle,
];

export interface Detected {
  readonly layout: LayoutName;
  /** Why, for people: a clause without a point. */
  readonly reason: string;
}

interface Candidate {
  readonly layout: LayoutName;
  readonly sign: Sign;
}

/**
 * Finds out by looking whose folder it is.
 * @throws TenonError `LAYOUT_UNCLEAR` when it may be that of several tools, or holds files of several
 */
export function detectLayout(folder: FolderView): Detected {
  const candidates = settleLikeness(
    LAYOUTS.flatMap((layout): Candidate[] => {
      const sign = layout.recognise(folder);
      return sign === undefined ? [] : [{ layout: layout.name, sign }];
    }),
  );
  const [only, ...others] = candidates;
  if (only === undefined) return { layout: "native", reason: "nothing in it speaks for another tool" };
  if (others.length > 0) throw unclear(folder, candidates);
  const own = new Set(only.sign.files.map(({ path }) => path));
  const strangers = folder.files.filter((file) => !own.has(file.path) && looksNative(file));
  const [stranger] = strangers;
  if (stranger !== undefined) {
    const reason = `${stranger.name}${strangers.length > 1 ? ` and ${strangers.length - 1} more` : ""} would be native, and ${only.layout} would pass over it`;
    throw unclear(folder, [only, { layout: "native", sign: { reason, files: strangers } }]);
  }
  const unmarked = only.sign.files.find((file) => lacksMark(only.layout, file));
  if (unmarked !== undefined) {
    const reason = `${unmarked.name} has no such mark`;
    throw unclear(folder, [only, { layout: "native", sign: { reason, files: [unmarked] } }]);
  }
  return { layout: only.layout, reason: only.sign.reason };
}

/**
 * Three tools call their files `1_users.up.sql`. What only one of them writes decides; without that it is golang-migrate, the most common
 * one: plain SQL in such files does the same with each of them.
 */
function settleLikeness(candidates: readonly Candidate[]): readonly Candidate[] {
  const names = new Set(candidates.map(({ layout }) => layout));
  const gone = new Set<LayoutName>();
  if (names.has("golang-migrate") && (names.has("pop") || names.has("sqlx"))) gone.add("golang-migrate");
  // A mark inside the files says more than a manifest beside the folder.
  if (["goose", "dbmate", "sql-migrate"].some((name) => names.has(name as LayoutName))) gone.add("sqlx");
  return candidates.filter(({ layout }) => !gone.has(layout));
}

function looksNative(file: FolderFile): boolean {
  return /^\d+[_-].*\.(?:sql|[cm]?ts|[cm]?js)$/i.test(file.name) && !isBystander(file.name);
}

/** A migration of a tool that marks its files, without the mark. What cannot be read at all is told where it is read. */
function lacksMark(layout: LayoutName, file: FolderFile): boolean {
  if (layout !== "goose" && layout !== "dbmate" && layout !== "sql-migrate") return false;
  return /^\d.*\.sql$/i.test(file.name) && file.glance.trim() !== "" && !isMarked(file, layout);
}

function unclear(folder: FolderView, candidates: readonly Candidate[]): TenonError {
  const told = candidates.map(({ layout, sign }) => `${layout} (${sign.reason})`);
  return new TenonError(
    "LAYOUT_UNCLEAR",
    `It is not clear whose migrations ${folder.file || "the folder"} holds: ${told.join(", or ")}.`,
    {
      where: { file: folder.file },
      hint: `Say which: ${candidates.map(({ layout }) => `--layout ${layout}`).join(" or ")}, or \`layout\` beside \`migrations\` in the config. Files of another tool are better moved away.`,
      details: { candidates: candidates.map(({ layout, sign }) => ({ layout, reason: sign.reason })) },
    },
  );
}
