/**
 * How one engine tells whether two names, types or texts are the same. The dialect hands it in, so that the
 * comparison itself knows no SQL. Two things are the same when their keys are equal.
 */
export interface ModelRules {
  /** SQLite: names differ by more than the case of ASCII letters. */
  nameKey(name: string): string;
  typeKey(type: string): string;
  /**
   * Of expressions and definitions: white space, case of keywords, quoting of names. Literals count as they
   * are.
   */
  textKey(text: string): string;
  /**
   * An expression over the columns of one table, after these columns were renamed (`names` is by `nameKey`).
   * It need not be the engine's own text, only have the same key.
   */
  renameColumns(expression: string, names: ReadonlyMap<string, string>): string;
}

/**
 * Everything counts exactly as written: right where the engine itself has deparsed every text. Expressions
 * that name a renamed column then count as changed.
 */
export const exactRules: ModelRules = {
  nameKey: (name) => name,
  typeKey: (type) => type,
  textKey: (text) => text,
  renameColumns: (expression) => expression,
};
