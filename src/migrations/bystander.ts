/**
 * Whether a file in a migrations folder is plainly none of the migrations, so that it is passed over:
 *
 * - what starts with `.`, `_` or `#` (`.gitkeep`, `.DS_Store`, `_shared.ts`, an editor's `#003_x.sql#`);
 * - documentation (`.md`, `.markdown`, `.rst`, `.adoc`; `README`, `LICENSE`, `CHANGELOG` with any ending), and `.txt`
 *   unless it starts with a digit (`001_x.sql.txt` is a migration that an editor has saved under a wrong name);
 * - what editors and merges leave behind (`x.sql~`, `.bak`, `.orig`, `.rej`, `.swp`, `.tmp`);
 * - what belongs to code and is none (`.d.ts`, `.map`, `x.test.ts`, `x.spec.ts`, `package.json`, `tsconfig.json`);
 * - what desktops leave behind (`Thumbs.db`, `desktop.ini`).
 *
 * Everything else has to have the name of a migration: a misspelt one must not be passed over in silence.
 */
export function isBystander(fileName: string): boolean {
  return BYSTANDERS.some((pattern) => pattern.test(fileName));
}

const BYSTANDERS = [
  /^[._#]/,
  /~$/,
  /\.(md|markdown|rst|adoc)$/i,
  /^(readme|license|changelog)(\.[^.]*)?$/i,
  /^\D.*\.txt$/is,
  /\.(bak|orig|rej|swp|tmp)$/i,
  /\.d\.[cm]?ts$/i,
  /\.map$/i,
  /\.(test|spec)\.[cm]?[jt]s$/i,
  /^(package|tsconfig)\.json$/,
  /^(thumbs\.db|desktop\.ini)$/i,
];
