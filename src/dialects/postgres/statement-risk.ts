import { type Effect, readEffects, type Statement, TokenReader } from "../../sql/index.js";

/** What of a statement can take something away that it does not name. */
export interface Risk {
  /** The tables whose rows it changes. */
  readonly rows: readonly Effect[];
  /** TRUNCATE … CASCADE. */
  readonly truncates: readonly Effect[];
  /** It drops with CASCADE, or something that has parts all over the database. */
  readonly dropsWidely: boolean;
  /** The tables of which it drops columns. */
  readonly dropsColumns: readonly Effect[];
  /** It runs code whose effects its text does not tell: DO, CALL, EXECUTE. */
  readonly isOpaque: boolean;
  /** Names that it calls like functions, or that merely stand before a parenthesis. */
  readonly calls: readonly string[];
}

/** Reads the risk of a statement; undefined when it can take away only what it names. */
export function readRisk(statement: Statement): Risk | undefined {
  const effects = readEffects(statement, "postgres");
  const rows = effects.filter((effect) => CHANGING.has(effect.kind));
  const drops = effects.filter((effect) => effect.kind.startsWith("drop-"));
  const isOpaque = effects.some((effect) => effect.kind === "other") && !isKnownToBeHarmless(statement);
  const mayCall = rows.length > 0 || effects.some((effect) => effect.kind === "select");
  const risk: Risk = {
    rows,
    truncates: rows.filter((effect) => effect.kind === "truncate" && effect.cascade === true),
    dropsWidely:
      drops.some((effect) => effect.cascade === true || isOwnerOfOthers(effect)) ||
      (drops.length === 0 && rows.length === 0 && altersWithCascade(statement)),
    dropsColumns: effects.filter((effect) => effect.droppedColumn !== undefined),
    isOpaque,
    calls: mayCall ? readCalls(statement) : [],
  };
  const isRisky =
    rows.length > 0 ||
    risk.dropsWidely ||
    risk.dropsColumns.length > 0 ||
    isOpaque ||
    risk.calls.some((name) => !BUILT_IN.has(name));
  return isRisky ? risk : undefined;
}

const CHANGING: ReadonlySet<string> = new Set(["insert", "update", "delete", "merge", "truncate"]);

/** DROP OWNED BY takes whatever a role owns, without naming any of it. */
function isOwnerOfOthers(effect: Effect): boolean {
  return effect.kind === "drop-other" && effect.object === undefined;
}

/** ALTER TABLE … DROP CONSTRAINT … CASCADE, ALTER TYPE … DROP ATTRIBUTE … CASCADE. */
function altersWithCascade(statement: Statement): boolean {
  if (!/\bcascade\b/i.test(statement.text)) return false;
  return new TokenReader(statement, "postgres").word === "ALTER";
}

/** Statements that are read as `other` and take nothing away. */
function isKnownToBeHarmless(statement: Statement): boolean {
  const reader = new TokenReader(statement, "postgres");
  if (reader.word === "DROP") return false;
  return !OPAQUE.has(reader.word);
}

const OPAQUE: ReadonlySet<string> = new Set(["DO", "CALL", "EXECUTE", "FETCH", "MOVE", "DROP", "WITH", ""]);

function readCalls(statement: Statement): readonly string[] {
  if (!statement.text.includes("(")) return [];
  const reader = new TokenReader(statement, "postgres");
  const names = new Set<string>();
  while (!reader.isAtEnd) {
    const name = reader.name();
    if (name === undefined) reader.next();
    else if (reader.isSymbol("(")) names.add(name);
  }
  return [...names];
}

/** What stands before a parenthesis most often and is no function of anybody's. */
const BUILT_IN: ReadonlySet<string> = new Set([
  "values",
  "count",
  "in",
  "exists",
  "coalesce",
  "now",
  "over",
  "as",
  "and",
  "or",
  "not",
  "select",
  "sum",
  "max",
  "min",
  "lower",
  "upper",
  "setval",
  "nextval",
  "currval",
  "pg_get_serial_sequence",
  "set_config",
  "gen_random_uuid",
]);
